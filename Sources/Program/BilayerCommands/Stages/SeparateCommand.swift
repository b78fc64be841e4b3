import ArgumentParser
import InstanceSeparation
import Pipeline

/// `bilayer separate`: stage 4.
struct SeparateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "separate",
    abstract: "Tell membranes apart: instances.mrc.",
    discussion: """
      Works on mask.mrc of the folder, or on the mask named.

      Example:  bilayer separate --output results --minimum-area 500 --force
                bilayer separate --mask corrected.mrc --output separated
      """)

  @OptionGroup var stage: StagePlacement

  @Option(help: ArgumentHelp("Mask of any program: not 0 is membrane.", valueName: "FILE"))
  var mask: String?

  @Option(
    help: ArgumentHelp(
      "How membranes are told apart (default: faces).", valueName: "faces|components"))
  var method: SeparationMethodValue?

  @OptionGroup var sizes: SizeArguments
  @OptionGroup var reading: ReadingArguments
  @OptionGroup var computing: ComputingOptions

  func run() throws {
    var plan = try stage.plan(for: .separate)
    try plan.resolve(reading)
    try plan.checkVolume(mask)
    if let mask {
      plan.mask = try InputRecord(path: mask)
      plan.stages.removeAll { $0 == .trace }
    }
    if let method { plan.separation.method = method.method }
    sizes.resolve(&plan)
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
