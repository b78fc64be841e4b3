import ArgumentParser
import InstanceSeparation
import Pipeline

/// `bilayer separate`: stage 4.
struct SeparateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "separate",
    abstract: "Tell membranes apart, and correct it: instances.mrc.",
    discussion: """
      Works on mask.mrc of the folder, on the mask named, or takes in labels corrected elsewhere.
      Touching membranes are parted by the mask's faces; fragments of one membrane get one label.
      Edits are kept in plan.json and done again on every rerun; labels stay as they are.

      Example:  bilayer separate --output results --minimum-area 500 --force
                bilayer separate --output results --merge 3,7 --drop 9 --rename 4=ER --force
                bilayer separate --instances corrected.mrc --output results --force
      """)

  @OptionGroup var stage: StagePlacement

  @Option(help: ArgumentHelp("Mask of any program: not 0 is membrane.", valueName: "FILE"))
  var mask: String?

  @Option(help: ArgumentHelp("Labels of any program, taken as they are.", valueName: "FILE"))
  var instances: String?

  @Option(
    help: ArgumentHelp(
      "How membranes are told apart (default: faces).", valueName: "faces|components"))
  var method: SeparationMethodValue?

  @Option(
    help: ArgumentHelp(
      "Widest gap across which fragments of one membrane get one label; 0: none (default: 600).",
      valueName: "Å"))
  var widestGap: Double?

  @OptionGroup var sizes: SizeArguments
  @OptionGroup var edits: EditArguments
  @OptionGroup var reading: ReadingArguments
  @OptionGroup var computing: ComputingOptions

  mutating func validate() throws {
    if mask != nil && instances != nil {
      throw ValidationError("--mask is parted and --instances is taken as it is: give one of them.")
    }
    if let widestGap, !(0 <= widestGap && widestGap.isFinite) {
      throw ValidationError("--widest-gap \(widestGap): expected a length in Å from 0.")
    }
  }

  func run() throws {
    var plan = try stage.plan(for: .separate, computing)
    try plan.resolve(reading)
    try plan.checkVolume(mask ?? instances)
    if let mask {
      plan.mask = try InputRecord(path: mask)
      plan.instances = nil
      plan.stages.removeAll { $0 == .trace }
    }
    if let instances { plan.instances = try InputRecord(path: instances) }
    if let method { plan.separation.method = method.method }
    if let widestGap { plan.separation.widestGapAngstrom = widestGap }
    sizes.resolve(&plan)
    edits.resolve(&plan)
    try computing.run(plan, only: [.separate], in: stage.folder, placement: stage.rule)
  }
}

/// `--method`.
struct SeparationMethodValue: ExpressibleByArgument {
  let method: SeparationOptions.Method

  init?(argument: String) {
    guard let method = SeparationOptions.Method(rawValue: argument) else { return nil }
    self.method = method
  }

  static var allValueStrings: [String] { SeparationOptions.Method.allCases.map(\.rawValue) }
}
