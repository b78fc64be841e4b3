import ArgumentParser
import Collective
import Pipeline
import Volumes
import WorkLedger

/// `bilayer segment`: the whole pipeline.
struct SegmentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "segment",
    abstract: "Find the membranes of tomograms: every stage, every file.",
    discussion: """
      Several tomograms give DIR/<name>/ each. Thresholds and sizes may change with --resume: what
      has been predicted is not predicted again.

      Example:  bilayer segment tomogram.mrc --output results --tilt-range -60,60
                bilayer segment tomogram.mrc --output results --resume --threshold 0.4
                bilayer segment --plan results/plan.json --output again
      """)

  @Argument(help: ArgumentHelp("Tomogram: MRC (also .gz, .bz2) or TIFF.", valueName: "TOMOGRAM"))
  var tomograms: [String] = []

  @OptionGroup var placement: PlacementOptions

  @Flag(help: "Continue a run, or redo what has changed.")
  var resume = false

  @Option(help: ArgumentHelp("Options as in plan.json; a part will do.", valueName: "FILE"))
  var plan: String?

  @OptionGroup var method: MethodArguments
  @OptionGroup var exclusion: ExclusionArguments
  @OptionGroup var part: PartOptions
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
    let rule = Placement(force: placement.force, resume: resume)
    let jobs = try jobs()
    for job in jobs { try rule.check(job.folder, for: Stage.allCases) }
    let plans = try jobs.map { try resolvedPlan(tomogram: $0.tomogram) }
    for (job, plan) in zip(jobs, plans) {
      try computing.run(plan, in: job.folder, placement: rule, ranks: ranks)
      if !computing.quiet { Console.say(job.folder.report, to: .messages) }
    }
  }

  private struct Job {
    /// nil: the plan's.
    let tomogram: String?
    let folder: ResultFolder
  }

  private func jobs() throws -> [Job] {
    if tomograms.isEmpty {
      guard plan != nil else { throw UsageError("Name a tomogram, or give --plan.") }
      return [Job(tomogram: nil, folder: ResultFolder(placement.output))]
    }
    if tomograms.count == 1 {
      return [Job(tomogram: tomograms[0], folder: ResultFolder(placement.output))]
    }
    let stems = tomograms.map { Folder.stem(of: $0) }
    if let twice = stems.first(where: { stem in 1 < stems.count { $0 == stem } }) {
      throw UsageError(
        "Two tomograms are named \(twice), and both would go to \(placement.output)/\(twice). "
          + "Run them apart, with an --output each.")
    }
    return zip(tomograms, stems).map {
      Job(tomogram: $0, folder: ResultFolder(placement.output + "/" + $1))
    }
  }

  /// Every option of one run, its inputs checked.
  private func resolvedPlan(tomogram: String?) throws -> Plan {
    let base = try self.plan.map { try Plan(path: $0) }
    var plan = base ?? Plan(stages: Stage.allCases)
    guard let path = tomogram ?? plan.tomogram?.path else {
      throw UsageError("The plan names no tomogram. Name one.")
    }
    try plan.resolve(method.reading, method.wedge)
    try part.resolve(&plan.reading, path: path)
    let view = try VolumeView(
      path: path, reading: plan.reading, scratchFolder: Machine.scratchFolder)
    try view.requireTomogram(workers: computing.workers)
    if tomogram != nil { plan.tomogram = try InputRecord(path: path) }
    try exclusion.resolve(&plan)
    computing.resolve(&plan, keeping: base != nil)
    try method.resolve(&plan)
    try plan.checkInputs()
    try plan.checkGrids(on: view)
    return plan
  }
}

/// How membranes are found, whatever the tomogram: what `segment` and `batch` share.
struct MethodArguments: ParsableArguments {
  @OptionGroup var prediction: PredictionArguments
  @OptionGroup var tracing: TracingArguments
  @OptionGroup var sizes: SizeArguments
  @OptionGroup var compartments: CompartmentArguments
  @OptionGroup var wedge: WedgeOptions
  @OptionGroup var reading: ReadingArguments
  @OptionGroup var device: DeviceOptions

  /// Puts all but reading and wedge into a plan, whose memory is known.
  func resolve(_ plan: inout Plan) throws {
    try tracing.resolve(&plan)
    sizes.resolve(&plan)
    compartments.resolve(&plan)
    try prediction.resolve(&plan, device: device)
  }
}

extension Plan {
  /// Refuses an exclusion mask or a half on another grid than the tomogram.
  func checkGrids(on tomogram: VolumeView) throws {
    for record in [exclude].compactMap({ $0 }) + halves {
      let view = try VolumeView(
        path: record.path, reading: reading, scratchFolder: Machine.scratchFolder)
      guard view.geometry.size == tomogram.geometry.size else {
        throw PipelineError.sizesDiffer(
          path: record.path, found: view.geometry.size, expected: tomogram.geometry.size)
      }
    }
  }
}
