import ArgumentParser
import Collective
import MembranePrediction
import Pipeline
import Training
import Volumes

/// `bilayer train`: makes or improves a network.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a network on tomograms with labels.",
    discussion: """
      Labels are volumes (MRC, TIFF) on the tomogram's grid, also corrected by hand.

      Example:  bilayer train --data training --output mine.safetensors
                bilayer train --pairs corrected.tsv --from Models/membrane.safetensors \\
                  --steps 500 --output mine.safetensors
                mpirun -n 2 bilayer train --mpi --data training \\
                  --output mine.safetensors
      """)

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Folders with tomogram.mrc and labels.mrc, or of such.", valueName: "DIR"))
  var data: [String] = []

  @Option(help: ArgumentHelp("List: a tomogram and its labels a line.", valueName: "LIST"))
  var pairs: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Folders to validate on (default: every tenth of the data).", valueName: "DIR"))
  var validation: [String] = []

  @Option(name: .shortAndLong, help: ArgumentHelp("The model's file.", valueName: "MODEL"))
  var output: String

  @Option(help: ArgumentHelp("Start from this model.", valueName: "MODEL"))
  var from: String?

  @Option(
    help: ArgumentHelp(
      "For sections, for volumes, or for volumes at a quarter of the work.",
      valueName: "slice|volume|fast"))
  var network: NetworkValue = .volume

  @Option(
    help: ArgumentHelp(
      "Number of steps (default: 4000); 0 with --from: calibrate only.", valueName: "N"))
  var steps: Int?

  @Option(help: ArgumentHelp("Patches a step (default: 2, slices 16).", valueName: "N"))
  var batch: Int?

  @Option(
    help: ArgumentHelp("Voxels along a patch's edge (default: 64, slices 128).", valueName: "N"))
  var patch: Int?

  @Option(
    help: ArgumentHelp(
      "Highest learning rate (default: 0.003, with --from 0.0003).", valueName: "X"))
  var learningRate: Double?

  @Option(help: ArgumentHelp("Labels that are membrane (default: all).", valueName: "N,N"))
  var labels: LabelListValue?

  @Option(help: ArgumentHelp("Label that counts neither way.", valueName: "N"))
  var ignoreLabel: UInt16?

  @Flag(help: "Sections without any label are not labelled, rather than empty.")
  var sparse = false

  @Option(help: ArgumentHelp("The model's voxel edge (default: the data's).", valueName: "Å"))
  var modelPixelSize: Double?

  @Option(help: ArgumentHelp("Steps between checkpoints (default: 250).", valueName: "N"))
  var checkpointInterval: Int?

  @Option(
    help: ArgumentHelp(
      "Steps that a line of MODEL.tsv stands for.", valueName: "N", visibility: .hidden))
  var logInterval = 50

  @Option(help: ArgumentHelp("Seed.", valueName: "N"))
  var seed: UInt64 = 1

  @Flag(help: "Replace the model.")
  var force = false

  @Flag(help: "Go on with training that was stopped.")
  var resume = false

  @OptionGroup var reading: ReadingArguments
  @OptionGroup var deviceOptions: DeviceOptions
  @OptionGroup var ranks: RankOptions
  @OptionGroup var computing: ComputingOptions

  mutating func validate() throws {
    if data.isEmpty && pairs == nil {
      throw ValidationError("Nothing to learn from: give --data DIR or --pairs LIST.")
    }
    for (name, value, least) in [
      ("steps", steps, from == nil ? 1 : 0), ("batch", batch, 1), ("patch", patch, 1),
      ("checkpoint-interval", checkpointInterval, 1), ("log-interval", logInterval, 1),
    ] {
      if let value, value < least {
        throw ValidationError("--\(name) \(value): expected \(least) or more.")
      }
    }
    if let learningRate, !(0 < learningRate && learningRate < 1) {
      throw ValidationError("--learning-rate \(learningRate): expected a number from 0 to 1.")
    }
  }

  func run() throws {
    try ranks.refuseCopies()
    try ranks.run { ranks in
      var command = self
      command.computing = computing.shared(on: ranks)
      try command.train(on: ranks)
    }
  }

  private func train(on ranks: any Communicator) throws {
    let stop = StopSignal(speaks: ranks.isFirst)
    let progress = Progress(quiet: computing.quiet || !ranks.isFirst)
    let files = TrainingFiles(model: output)
    // The first rank alone looks at the files, for it may write them while others still begin.
    if ranks.isFirst { try files.check(force: force, resume: resume) }
    if try ranks.any(ranks.isFirst && resume && files.isFinished) {
      progress.note("\(output) is finished already.")
      return
    }
    let session = try TrainingSession(self, ranks: ranks, progress: progress, stop: stop)
    try session.train(files)
    progress.note("\(output) is written. Use it with --model \(output).")
  }
}

/// `--network`.
enum NetworkValue: String, ExpressibleByArgument, CaseIterable {
  case slice
  case volume
  case fast

  var architecture: UNetArchitecture {
    switch self {
    case .slice: .slice
    case .volume: .volume
    case .fast: .fast
    }
  }
}

/// `--labels 1,2`.
struct LabelListValue: ExpressibleByArgument {
  let labels: Set<UInt16>

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { UInt16($0) }
    guard numbers.count == parts.count, !numbers.isEmpty else { return nil }
    labels = Set(numbers)
  }
}
