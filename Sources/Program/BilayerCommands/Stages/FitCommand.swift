import ArgumentParser
import Pipeline

/// `bilayer fit`: stage 5.
struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fit a smooth surface to each membrane: surfaces/*.ply, *.vtp, *.posterior.",
    discussion: """
      Works on instances.mrc of the folder, or on the labels named.

      Example:  bilayer fit --output results --force
                bilayer fit --instances labels.mrc --output fitted
      """)

  @OptionGroup var stage: StagePlacement

  @Option(help: ArgumentHelp("Labels of any program, 0 for none.", valueName: "FILE"))
  var instances: String?

  @OptionGroup var wedge: WedgeOptions
  @OptionGroup var reading: ReadingArguments
  @OptionGroup var computing: ComputingOptions

  func run() throws {
    var plan = try stage.plan(for: .fit, computing)
    try plan.resolve(reading, wedge)
    try plan.checkVolume(instances)
    if let instances {
      plan.instances = try InputRecord(path: instances)
      plan.stages.removeAll { $0 == .separate }
    }
    try computing.run(plan, only: [.fit], in: stage.folder, placement: stage.rule)
  }
}
