import ArgumentParser
import GapTracing
import InstanceSeparation
import Morphometry
import Pipeline
import Preprocessing
import Tensors
import VolumeFiles
import Volumes
import WorkLedger

/// How gaps are closed. What is left out stays as the plan has it.
struct TracingArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Probability that counts as membrane (default: 0.5).", valueName: "P"))
  var threshold: Double?

  @Option(help: ArgumentHelp("Longest gap that is closed (default: 700).", valueName: "Å"))
  var maximumGap: Double?

  @Option(
    help: ArgumentHelp(
      "Smaller specks are no membrane, and are not bridged (default: 2000).", valueName: "nm³"))
  var minimumFragment: Double?

  @Option(
    help: ArgumentHelp(
      "Nor is what has less than this share of the surest membrane's probability (default: 0.9).",
      valueName: "SHARE"))
  var fragmentCertainty: Double?

  @Option(
    help: ArgumentHelp(
      "How gaps are found (default: learned).",
      valueName: "METHOD"))
  var method: TracingMethodValue?

  @Option(
    help: ArgumentHelp(
      "Close bridges that are right with this probability (default: 0.5).", valueName: "P"))
  var accept: Double?

  @Option(
    help: ArgumentHelp("Bridges that are not closed, by their id in bridges.csv.", valueName: "N,N")
  )
  var reject: NumberListValue?

  @Option(help: ArgumentHelp("A tracer's file (default: the shipped one).", valueName: "FILE"))
  var tracer: String?

  @Option(
    help: ArgumentHelp(
      "Let agents first learn, for so many steps, to restore pieces cut out of this very tomogram.",
      valueName: "STEPS"))
  var adapt: Int?

  @Option(help: ArgumentHelp("Ball of --method closing.", valueName: "Å", visibility: .hidden))
  var closingRadius: Double?

  @Option(
    help: ArgumentHelp("Scale of --method tensor-voting.", valueName: "Å", visibility: .hidden))
  var votingScale: Double?

  @Option(
    help: ArgumentHelp(
      "Least saliency of --method tensor-voting.", valueName: "SHARE", visibility: .hidden))
  var votingThreshold: Double?

  @Option(
    help: ArgumentHelp(
      "Agents that have learned nothing.", valueName: "greedy|random", visibility: .hidden))
  var policy: BaselinePolicyValue?

  @Flag(help: "Close no gaps: --method none.")
  var noTracing = false

  @Flag(
    inversion: .prefixedNo,
    help: """
      Draw caps of closed membranes that the wedge hides where what is seen says they are (default: in \
      predictions, not in masks that are given).
      """)
  var caps: Bool?

  mutating func validate() throws {
    if let threshold, !(0 < threshold && threshold <= 1) {
      throw ValidationError("--threshold \(threshold): expected a probability above 0, up to 1.")
    }
    if let maximumGap, !(0 < maximumGap && maximumGap.isFinite) {
      throw ValidationError("--maximum-gap \(maximumGap): expected a length in Å above 0.")
    }
    for (name, value) in [
      ("closing-radius", closingRadius), ("voting-scale", votingScale),
      ("voting-threshold", votingThreshold),
    ] {
      guard let value, !(0 < value && value.isFinite) else { continue }
      throw ValidationError("--\(name) \(value): expected a number above 0.")
    }
    if let fragmentCertainty, !(0 <= fragmentCertainty && fragmentCertainty <= 1) {
      throw ValidationError(
        "--fragment-certainty \(fragmentCertainty): expected a share from 0 to 1.")
    }
    if let adapt, adapt < 0 {
      throw ValidationError("--adapt \(adapt): expected 0 steps or more.")
    }
    if let accept, !(0 <= accept && accept <= 1) {
      throw ValidationError("--accept \(accept): expected a probability from 0 to 1.")
    }
    if let minimumFragment, !(0 <= minimumFragment && minimumFragment.isFinite) {
      throw ValidationError("--minimum-fragment \(minimumFragment): expected 0 nm³ or more.")
    }
  }

  func resolve(_ plan: inout Plan) throws {
    if let threshold { plan.tracing.probabilityThreshold = threshold }
    if let maximumGap { plan.tracing.maximumGapAngstrom = maximumGap }
    if let minimumFragment { plan.tracing.minimumFragmentNm3 = minimumFragment }
    if let fragmentCertainty { plan.tracing.minimumFragmentCertainty = fragmentCertainty }
    if let method { plan.tracing.method = method.method }
    if let closingRadius { plan.tracing.closingRadiusAngstrom = closingRadius }
    if let votingScale { plan.tracing.votingScaleAngstrom = votingScale }
    if let votingThreshold { plan.tracing.votingThreshold = votingThreshold }
    if let caps { plan.tracing.completesCaps = caps }
    if noTracing { plan.tracing.method = .none }
    if let policy { plan.tracing.baselinePolicy = policy.policy }
    if let adapt { plan.tracing.adaptationSteps = adapt }
    if let accept { plan.tracing.minimumProbability = accept }
    if let reject { plan.tracing.rejectedBridges = reject.numbers }
    guard plan.tracing.method.needsModel else { return }
    if let path = try tracer ?? (plan.tracer == nil ? TracerModel.shippedPath() : nil) {
      _ = try TracerModel(path: path)
      plan.tracer = try InputRecord(path: path)
    }
    plan.engine = try Engine.open().torchVersion
  }
}

/// `--method`.
struct TracingMethodValue: ExpressibleByArgument {
  let method: TracingOptions.Method

  init?(argument: String) {
    guard let method = TracingOptions.Method(rawValue: argument) else { return nil }
    self.method = method
  }

  static var allValueStrings: [String] { TracingOptions.Method.allCases.map(\.rawValue) }
}

/// `--policy`.
struct BaselinePolicyValue: ExpressibleByArgument {
  let policy: BaselinePolicy

  init?(argument: String) {
    guard let policy = BaselinePolicy(rawValue: argument) else { return nil }
    self.policy = policy
  }
}

/// Voxels that are left out.
struct ExclusionArguments: ParsableArguments {
  @Option(help: ArgumentHelp("No membrane where this is not 0: carbon, gold.", valueName: "MASK"))
  var exclude: String?

  func resolve(_ plan: inout Plan) throws {
    if let exclude { plan.exclude = try InputRecord(path: exclude) }
  }
}

/// Which parts of a mask are membranes.
struct SizeArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Smallest membrane, in voxels (default: 100).", valueName: "N"))
  var minimumVoxels: Int?

  @Option(help: ArgumentHelp("Smallest membrane, by area (default: 0).", valueName: "nm²"))
  var minimumArea: Double?

  mutating func validate() throws {
    if let minimumVoxels, minimumVoxels < 0 {
      throw ValidationError("--minimum-voxels \(minimumVoxels): expected 0 or more.")
    }
    if let minimumArea, !(0 <= minimumArea && minimumArea.isFinite) {
      throw ValidationError("--minimum-area \(minimumArea): expected 0 or more.")
    }
  }

  func resolve(_ plan: inout Plan) {
    if let minimumVoxels { plan.separation.minimumVoxels = minimumVoxels }
    if let minimumArea { plan.separation.minimumAreaNm2 = minimumArea }
  }
}

/// Inside, outside and distance, as volumes.
struct CompartmentArguments: ParsableArguments {
  @Flag(help: "Write lumen.mrc: the innermost membrane around each voxel.")
  var lumen = false

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Write shells/shell_LOW_HIGH.mrc: the nearest membrane, below 0 in its lumen; again for more.",
      valueName: "LOW:HIGH Å"))
  var shell: [ShellValue] = []

  func resolve(_ plan: inout Plan) {
    if lumen { plan.morphometry.lumen = true }
    if !shell.isEmpty { plan.morphometry.shells = shell.map(\.band) }
  }
}

/// A result folder in which one stage is done, on the files of the stage before or on files of
/// other programs.
struct StagePlacement: ParsableArguments {
  @OptionGroup var placement: PlacementOptions

  @Flag(help: "Do nothing where it is done.")
  var resume = false

  var folder: ResultFolder { ResultFolder(placement.output) }
  var rule: Placement { Placement(force: placement.force, resume: resume) }

  /// The plan so far: that of the folder, or a new one for this machine, with the stage in it.
  func plan(for stage: Stage, _ computing: ComputingOptions) throws -> Plan {
    try rule.check(folder, for: [stage])
    guard Folder.exists(folder.plan) else {
      var plan = Plan(stages: [stage])
      computing.resolve(&plan)
      return plan
    }
    var plan = try Plan(path: folder.plan)
    plan.stages = (plan.stages.filter { $0 != stage } + [stage]).sorted()
    return plan
  }
}

extension Plan {
  /// Takes over what the command line says of reading and of the wedge.
  mutating func resolve(_ reading: ReadingArguments, _ wedge: WedgeOptions? = nil) throws {
    self.reading.input = reading.inputOptions(over: self.reading.input)
    if let tilt = try wedge?.resolved() { self.tilt = tilt }
  }

  /// Refuses a file that is no volume of known pixel size, before anything is written.
  func checkVolume(_ path: String?, scratchFolder: String = Machine.scratchFolder) throws {
    guard let path else { return }
    let view = try VolumeView(path: path, reading: reading, scratchFolder: scratchFolder)
    try view.input.requireVolume()
    try view.input.requirePixelSize()
  }
}
