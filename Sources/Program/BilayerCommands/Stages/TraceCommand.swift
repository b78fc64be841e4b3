import ArgumentParser
import Pipeline

/// `bilayer trace`: stage 3.
struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Close gaps in membranes: mask.mrc, provenance.mrc, bridges.csv.",
    discussion: """
      Works on probability.mrc of the folder, or on the files named.

      Example:  bilayer trace --output results --threshold 0.4 --force
                bilayer trace --mask corrected.mrc --output traced
      """)

  @OptionGroup var stage: StagePlacement

  @Option(help: ArgumentHelp("Probability of any program, 0 to 1.", valueName: "FILE"))
  var probability: String?

  @Option(help: ArgumentHelp("Mask of any program: not 0 is membrane.", valueName: "FILE"))
  var mask: String?

  @Option(
    help: ArgumentHelp(
      "The tomogram, for agents to look at (default: the folder's).", valueName: "FILE"))
  var tomogram: String?

  @OptionGroup var tracing: TracingArguments
  @OptionGroup var exclusion: ExclusionArguments
  @OptionGroup var wedge: WedgeOptions
  @OptionGroup var reading: ReadingArguments
  @OptionGroup var computing: ComputingOptions

  func run() throws {
    var plan = try stage.plan(for: .trace, computing)
    try plan.resolve(reading, wedge)
    for path in [probability, mask, tomogram] { try plan.checkVolume(path) }
    if let probability { plan.probability = try InputRecord(path: probability) }
    if let tomogram { plan.tomogram = try InputRecord(path: tomogram) }
    if let mask { plan.mask = try InputRecord(path: mask) }
    try exclusion.resolve(&plan)
    try tracing.resolve(&plan)
    try computing.run(plan, only: [.trace], in: stage.folder, placement: stage.rule)
  }
}
