import Glibc
import TomogramModel
import Volumes
import WorkLedger

/// One process's part in a batch: keeps so many tomograms running at a time until none is left.
///
/// Each tomogram is a process of its own (`bilayer segment --resume`), so that one which is killed for
/// its memory takes nothing else along. This process claims tasks, starts runs, gives signs of life and
/// writes down what has come of them. Any number of processes may do the same in the same folder; when
/// the last open tomogram is held by another, this one waits, to take over should that one die.
public final class BatchRunner {
  /// How much of the machine is used.
  public struct Settings: Sendable {
    /// Tomograms at a time.
    public var workers = 1
    /// Threads of each.
    public var threads = 1
    /// Cap on memory of each, in GB (10⁹ bytes).
    public var memoryGigabytes = 4.0
    /// Seconds without a sign of life after which others take over.
    public var staleAfterSeconds = 120.0

    /// One worker with one thread.
    public init() {}
  }

  private let batch: Batch
  private let settings: Settings
  private let ledger: TaskLedger
  private let context: RunContext
  private let shouldStop: () -> Bool
  private var runs: [Run] = []
  /// Tasks that were not settled when last looked at; what is settled stays so.
  private var open: [BatchTask]
  /// How often runs have been killed, by task.
  private var kills: [String: Int] = [:]
  private var lastSign = ContinuousClock.now
  private var nextLook = ContinuousClock.now

  /// A tomogram at work.
  private struct Run {
    let task: BatchTask
    let claim: TaskLedger.Claim
    let process: ChildProcess
    let start = ContinuousClock.now
  }

  /// Makes a runner of a batch that has begun.
  ///
  /// - Parameters:
  ///   - shouldStop: asked again and again; once true, runs are stopped where they can be resumed.
  public init(
    _ batch: Batch, settings: Settings, context: RunContext, shouldStop: @escaping () -> Bool
  ) {
    (self.batch, self.settings, self.context) = (batch, settings, context)
    self.shouldStop = shouldStop
    open = batch.tasks
    ledger = batch.ledger(
      owner: Self.processName, staleAfterSeconds: settings.staleAfterSeconds)
  }

  /// Host and process number.
  static var processName: String {
    var name = [CChar](repeating: 0, count: 256)
    unsafe gethostname(&name, name.count - 1)
    let host = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return "\(host):\(getpid())"
  }

  /// Works until every tomogram is settled, by this process or another.
  ///
  /// - Throws: `Stopped`, `BatchError.someFailed`, or `FileError` where the ledger fails.
  public func run() throws {
    do {
      while true {
        if shouldStop() { throw Stopped() }
        try collect()
        giveSignsOfLife()
        if try isOver() { break }
        usleep(50_000)
      }
    } catch {
      stopAll()
      throw error
    }
    try throwFailures()
  }

  /// Starts what there is room for.
  ///
  /// - Returns: whether nothing runs here and nothing is open or held elsewhere.
  private func isOver() throws -> Bool {
    guard runs.count < settings.workers, nextLook <= .now else { return false }
    open.removeAll { ledger.outcome(of: $0.name) != nil }
    for task in open {
      guard runs.count < settings.workers else { break }
      guard !isBusy(task), let claim = try ledger.claim(task.name) else { continue }
      try start(task, claim)
    }
    // Seldom enough for a hundred idle workers on a file system that is slow at names.
    nextLook = .now + .seconds(min(10, settings.staleAfterSeconds / 12))
    return open.isEmpty && runs.isEmpty
  }

  /// Whether a run goes on whose owner has died: it is left to finish.
  private func isBusy(_ task: BatchTask) -> Bool {
    guard !runs.contains(where: { $0.task == task }) else { return true }
    let folder = batch.results(of: task)
    guard Folder.isFolder(folder.journal) else { return false }
    do {
      _ = try FolderLock(folder)
      return false
    } catch { return true }
  }

  private func start(_ task: BatchTask, _ claim: TaskLedger.Claim) throws {
    let arguments =
      [
        "segment", task.tomogram, "--plan", batch.planFile, "--output",
        batch.results(of: task).path, "--resume", "--quiet", "--threads", "\(settings.threads)",
        "--memory", "\(settings.memoryGigabytes)",
      ] + batch.options + task.options
    do {
      runs.append(
        Run(
          task: task, claim: claim,
          process: try ChildProcess(
            arguments: arguments, messages: batch.messagesFile(of: task))))
    } catch {
      ledger.release(claim)
      throw error
    }
  }

  /// Writes down what has come of runs that are over.
  private func collect() throws {
    for run in runs {
      guard let ending = run.process.poll() else { continue }
      runs.removeAll { $0.claim == run.claim }
      nextLook = .now
      let failure = failure(of: run, ending: ending)
      if failure == nil, ending != .exited(0) {
        ledger.release(run.claim)
        continue
      }
      let outcome = Batch.Outcome(
        key: try batch.key(of: run.task), failure: failure,
        seconds: ((.now - run.start) / .seconds(1)).rounded(), owner: ledger.owner)
      try ledger.settle(run.claim, outcome: try canonicalJSON(outcome))
      tell(run.task, failure)
    }
  }

  private func tell(_ task: BatchTask, _ failure: Batch.Failure?) {
    let settled = batch.tasks.count { ledger.outcome(of: $0.name) != nil }
    let ending = failure.map { "failed: \($0.reason)" } ?? "done"
    context.say("\(task.name): \(ending) [\(settled) of \(batch.tasks.count)]")
  }

  /// Why a run has failed; nil where it has not, or shall be tried again.
  private func failure(of run: Run, ending: ChildProcess.Ending) -> Batch.Failure? {
    switch ending {
    case .exited(0): return nil
    case .exited(Self.stoppedStatus): return killFailure(of: run, "stopped by a signal")
    case .killed(let signal): return killFailure(of: run, "killed by signal \(signal)")
    case .exited(let status):
      let text = (try? InputFile(path: batch.messagesFile(of: run.task)).readText()) ?? ""
      let lines = text.split(whereSeparator: \.isNewline)
      let reason = lines.last.map { $0.hasPrefix("bilayer: ") ? $0.dropFirst(9) : $0 }
      return Batch.Failure(status: status, reason: reason.map(String.init) ?? "no message")
    }
  }

  /// Runs are killed by people, schedulers and the system's want of memory: the first two pass.
  private func killFailure(of run: Run, _ story: String) -> Batch.Failure? {
    kills[run.task.name, default: 0] += 1
    guard Self.mostKills <= kills[run.task.name] ?? 0 else { return nil }
    return Batch.Failure(
      status: Self.resourcesStatus,
      reason: "\(story), \(Self.mostKills) times. If memory was short, give fewer --workers.")
  }

  private static let stoppedStatus: Int32 = 5
  private static let resourcesStatus: Int32 = 4
  private static let mostKills = 3

  /// Four signs in the time after which a claim is void.
  private func giveSignsOfLife() {
    guard lastSign + .seconds(settings.staleAfterSeconds / 4) <= .now else { return }
    lastSign = .now
    // A void claim means that another has taken over, or finished: its run may end as it likes.
    for run in runs where !ledger.keepAlive(run.claim) { run.process.stop() }
  }

  private func stopAll() {
    for run in runs { run.process.stop() }
    for run in runs {
      while run.process.poll() == nil {
        giveSignsOfLife()
        usleep(50_000)
      }
      // What finished while it was asked to stop is found done by the next run.
      ledger.release(run.claim)
    }
    runs = []
  }

  private func throwFailures() throws {
    let failures = batch.tasks.compactMap { task in
      batch.outcome(of: task, in: ledger)?.failure.map { (task.name, $0.status) }
    }
    guard let first = failures.first else { return }
    let agree = failures.allSatisfy { $0.1 == first.1 }
    throw BatchError.someFailed(
      names: failures.map(\.0), of: batch.tasks.count, folder: batch.folder,
      kind: agree ? FaultKind(exitStatus: first.1) : .other)
  }
}

extension FaultKind {
  /// The kind that an exit status of CONTRACT stands for.
  init(exitStatus: Int32) {
    switch exitStatus {
    case 2: self = .usage
    case 3: self = .input
    case 4: self = .resources
    case 5: self = .stopped
    default: self = .other
    }
  }
}
