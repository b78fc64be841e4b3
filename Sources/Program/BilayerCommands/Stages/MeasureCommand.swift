import ArgumentParser
import Pipeline
import Preprocessing
import Volumes
import WorkLedger

/// `bilayer measure`: stage 6.
struct MeasureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure",
    abstract: "Measure and class membranes, fill them: instances.csv, parametric.csv, shapes.csv.",
    discussion: """
      Works on instances.mrc and surfaces/ of the folder, or on the files named.

      Example:  bilayer measure --output results --force
                bilayer measure --output results --lumen --shell 0:200 --shell -150:0 --force
                bilayer measure --instances labels.mrc --surfaces fitted/surfaces --output measured
      """)

  @OptionGroup var stage: StagePlacement

  @Option(help: ArgumentHelp("Labels of any program, 0 for none.", valueName: "FILE"))
  var instances: String?

  @Option(help: ArgumentHelp("Folder of membrane_0001.ply ...", valueName: "DIR"))
  var surfaces: String?

  @Option(help: ArgumentHelp("Tomogram, for the thickness.", valueName: "FILE"))
  var tomogram: String?

  @Option(help: ArgumentHelp("Grey of dense matter.", valueName: "auto|dark|bright"))
  var contrast: ContrastValue?

  @OptionGroup var compartments: CompartmentArguments
  @OptionGroup var wedge: WedgeOptions
  @OptionGroup var reading: ReadingArguments
  @OptionGroup var computing: ComputingOptions

  func run() throws {
    var plan = try stage.plan(for: .measure, computing)
    try plan.resolve(reading, wedge)
    for path in [instances, tomogram] { try plan.checkVolume(path) }
    if let tomogram { plan.tomogram = try InputRecord(path: tomogram) }
    compartments.resolve(&plan)
    if let contrast { plan.preprocessing.contrast = contrast.contrast }
    if let instances {
      plan.instances = try InputRecord(path: instances)
      plan.stages.removeAll { $0 == .separate }
    }
    if let surfaces {
      guard Folder.isFolder(surfaces) else {
        throw UsageError("--surfaces \(surfaces): expected a folder with membrane_0001.ply ...")
      }
      plan.surfaces = Folder.absolute(surfaces)
      plan.stages.removeAll { $0 == .fit }
    }
    try computing.run(plan, only: [.measure], in: stage.folder, placement: stage.rule)
  }
}
