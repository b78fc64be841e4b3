import ArgumentParser
import Evaluation
import FoundationEssentials
import Pipeline
import TomogramModel
import Volumes

/// `bilayer evaluate`: a result against the truth.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Compare a result with the truth: every metric.",
    discussion: """
      RESULT is a result folder, or a mask or label volume of any program. TRUTH is a folder of
      `bilayer simulate`, or a label volume. Metrics whose input is missing are left out.

      Example:  bilayer evaluate results phantom --format json
                bilayer evaluate results labels.mrc --membrane-labels 1,2 --ignore-label 30 \\
                  --truth-surfaces midsurfaces.vtp --truth-types 1,2
      """)

  @Argument(help: ArgumentHelp("Result folder, mask or labels.", valueName: "RESULT"))
  var result: String

  @Argument(help: ArgumentHelp("Simulated folder, or labels.", valueName: "TRUTH"))
  var truth: String

  @Option(help: ArgumentHelp("Labels that are membranes (default: all).", valueName: "1,2,..."))
  var membraneLabels: LabelListValue?

  @Option(help: ArgumentHelp("Label whose voxels count nowhere.", valueName: "N"))
  var ignoreLabel: [Int] = []

  @Flag(help: "The truth's labels are classes: each connected part is a membrane.")
  var labelsAreClasses = false

  @Option(help: ArgumentHelp("Exact mid-surfaces: .vtp, .ply, .obj or .stl.", valueName: "FILE"))
  var truthSurfaces: [String] = []

  @Option(help: ArgumentHelp("Use these values of the VTP's array Type.", valueName: "1,2,..."))
  var truthTypes: LabelListValue?

  @Option(help: ArgumentHelp("How results are printed.", valueName: "text|json"))
  var format: OutputFormat = .text

  @OptionGroup var wedge: WedgeOptions
  @OptionGroup var reading: ReadingArguments
  @OptionGroup var computing: ComputingOptions

  mutating func validate() throws {
    if truthTypes != nil && truthSurfaces.isEmpty {
      throw ValidationError("--truth-types chooses among --truth-surfaces: give both.")
    }
  }

  func run() throws {
    let options = EvaluationOptions(
      membraneLabels: membraneLabels.map { Set($0.labels.map(Int.init)) },
      ignoreLabels: Set(ignoreLabel), tilt: try wedge.resolved(),
      labelsAreClasses: labelsAreClasses)
    let files = EvaluationFiles(
      reading: reading.inputOptions, scratchFolder: Machine.scratchFolder)
    let progress = Progress(quiet: computing.quiet)
    let stop = StopSignal()
    let report = try evaluate(
      try files.result(result),
      against: try files.truth(
        truth, surfaces: truthSurfaces, types: truthTypes.map { Set($0.labels.map(Int.init)) }),
      options: options, workers: computing.workers,
      monitor: progress.monitor("evaluating", stop: stop))
    progress.finish()
    switch format {
    case .text: Console.put(report.textTable, to: .output)
    case .json: Console.put(try canonicalJSON(report), to: .output)
    }
  }
}
