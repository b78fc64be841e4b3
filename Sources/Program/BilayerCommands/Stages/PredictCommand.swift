import ArgumentParser
import Collective
import Pipeline
import Volumes

/// `bilayer predict`: stages 1 and 2.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict how likely each voxel is membrane: probability.mrc.",
    discussion: "Example:  bilayer predict tomogram.mrc --output results")

  @Argument(help: "Tomogram: MRC (also .gz, .bz2) or TIFF stack.")
  var tomogram: String

  @OptionGroup var placement: PlacementOptions

  @Flag(help: "Do nothing where it is done.")
  var resume = false

  @OptionGroup var prediction: PredictionArguments
  @OptionGroup var reading: ReadingArguments
  @OptionGroup var part: PartOptions
  @OptionGroup var device: DeviceOptions
  @OptionGroup var ranks: RankOptions
  @OptionGroup var computing: ComputingOptions

  func run() throws {
    try ranks.lead(computing) { ranks in
      var command = self
      command.computing = computing.shared(on: ranks)
      try command.run(on: ranks)
    }
  }

  private func run(on ranks: any Communicator) throws {
    let folder = ResultFolder(placement.output)
    let placement = Placement(force: placement.force, resume: resume)
    try placement.check(folder, for: [.predict])
    var plan = Plan(stages: [.predict])
    try plan.resolve(reading)
    try part.resolve(&plan.reading, path: tomogram)
    let view = try VolumeView(
      path: tomogram, reading: plan.reading, scratchFolder: Machine.scratchFolder)
    try view.requireTomogram(workers: computing.workers)
    plan.tomogram = try InputRecord(path: tomogram)
    computing.resolve(&plan)
    try prediction.resolve(&plan, device: device)
    try plan.checkGrids(on: view)
    try computing.run(plan, in: folder, placement: placement, ranks: ranks)
  }
}
