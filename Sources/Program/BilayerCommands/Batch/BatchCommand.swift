import ArgumentParser
import MembranePrediction
import Pipeline
import Volumes
import WorkLedger

/// `bilayer batch`: many tomograms, by any number of processes.
struct BatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "batch",
    abstract: "Find the membranes of many tomograms; one that fails stops no other.",
    discussion: """
      LIST has a tomogram's path in each line; after a tab, options for that tomogram alone. Results
      go to DIR/<name>/. The same command again, on this machine or on others that see DIR, joins in
      or goes on; without LIST it takes what DIR holds. `bilayer status DIR` tells how far it is.

      Example:  bilayer batch tomograms.txt --output results --workers 4 --tilt-range -60,60
                bilayer batch --output results
                bilayer batch tomograms.txt --output results --workers 20 --slurm --submit
      """)

  @Argument(help: ArgumentHelp("Paths of tomograms, one a line.", valueName: "LIST"))
  var list: String?

  @OptionGroup var placement: PlacementOptions

  @Flag(help: "Redo what other options than before decide.")
  var resume = false

  @Option(
    help: ArgumentHelp(
      "Tomograms at a time; they share --threads and --memory, but for --slurm.", valueName: "N"))
  var workers = 1

  @Flag(help: "Try failed tomograms again.")
  var retryFailed = false

  @Flag(help: "Write DIR/batch.slurm, a job array of --workers elements, and do no work.")
  var slurm = false

  @Flag(help: "With --slurm: submit it, with sbatch.")
  var submit = false

  @Option(
    help: ArgumentHelp(
      "Take over from workers silent for so long.", valueName: "SECONDS", visibility: .hidden))
  var staleAfter = BatchRunner.Settings().staleAfterSeconds

  @Option(help: ArgumentHelp("Options as in plan.json; a part will do.", valueName: "FILE"))
  var plan: String?

  @OptionGroup var method: MethodArguments
  @OptionGroup var part: PartOptions
  @OptionGroup var computing: ComputingOptions

  mutating func validate() throws {
    if workers < 1 { throw ValidationError("--workers \(workers): expected 1 or more.") }
    if !(0 < staleAfter && staleAfter.isFinite) {
      throw ValidationError("--stale-after \(staleAfter): expected seconds above 0.")
    }
    if submit && !slurm { throw ValidationError("--submit goes with --slurm.") }
    if !method.prediction.half.isEmpty {
      throw ValidationError("--half belongs to one tomogram: write it into LIST, after a tab.")
    }
  }

  func run() throws {
    let batch = try list.map { try begun(list: $0) } ?? Batch(in: placement.output)
    if retryFailed { batch.retryFailed() }
    if slurm { return try handOver(batch) }
    let progress = Progress(quiet: computing.quiet)
    let stop = StopSignal()
    let runner = BatchRunner(
      batch, settings: settings,
      context: computing.context(threads: 1, progress: progress, stop: stop),
      shouldStop: { stop.isWanted })
    try runner.run()
  }

  /// The machine, in equal parts; elements of a job array have nodes of their own.
  private var settings: BatchRunner.Settings {
    let shares = slurm ? 1 : workers
    var settings = BatchRunner.Settings()
    settings.workers = workers
    settings.threads = max(computing.workers.count / shares, 1)
    settings.memoryGigabytes = computing.memoryGigabytes / Double(shares)
    settings.staleAfterSeconds = staleAfter
    return settings
  }

  /// The batch of a list, checked and written into its folder.
  private func begun(list: String) throws -> Batch {
    let tasks = try BatchTask.list(path: list)
    for task in tasks where !task.options.isEmpty {
      do {
        _ = try SegmentCommand.parse([task.tomogram, "--output", "x"] + task.options)
      } catch {
        throw UsageError(
          "\(list): options of \(task.name): \(SegmentCommand.message(for: error))")
      }
    }
    let batch = Batch(
      folder: Folder.absolute(placement.output), tasks: tasks, plan: try resolvedPlan(),
      options: part.region.map { ["--region", $0.text] } ?? [])
    try batch.begin(Placement(force: placement.force, resume: resume))
    return batch
  }

  /// The plan of all tomograms.
  private func resolvedPlan() throws -> Plan {
    var plan = try self.plan.map { try Plan(path: $0) } ?? Plan(stages: Stage.allCases)
    plan.tomogram = nil
    try plan.resolve(method.reading, method.wedge)
    if let bin = part.bin { plan.reading.bin = bin }
    plan.memoryGigabytes = settings.memoryGigabytes
    // Tiles follow from the memory of the machine that does the work.
    let tileVoxels = plan.prediction.tileVoxels
    try method.resolve(&plan)
    plan.prediction.tileVoxels = tileVoxels
    return plan
  }

  private func handOver(_ batch: Batch) throws {
    let script = SlurmScript(
      program: Folder.absolute("/proc/self/exe"), folder: Folder.absolute(batch.folder),
      elements: min(workers, batch.tasks.count), threads: computing.threads ?? 4,
      memoryGigabytes: computing.memory ?? 8, staleAfterSeconds: staleAfter,
      usesGPU: batch.plan.device.hasPrefix("cuda"))
    let path = batch.folder + "/batch.slurm"
    try AtomicFile.write(script.text, to: path, overwrite: true)
    if submit { try SlurmScript.submit(path) }
    if !computing.quiet { Console.say(path, to: .messages) }
  }
}
