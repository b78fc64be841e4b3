import FoundationEssentials
import WorkLedger

/// Many tomograms under one plan, and the folder that holds them: a result folder each, and hidden
/// files by which any number of processes share the work.
///
/// | `.bilayer/` | content |
/// |---|---|
/// | `batch.json` | the tomograms, and options that are not in the plan |
/// | `plan.json` | the plan of all |
/// | `ledger/` | who works on what, and what has come of it (`TaskLedger`) |
/// | `messages/` | what the run of each tomogram had to say |
public struct Batch: Sendable {
  /// Where results go.
  public let folder: String
  /// The tomograms, in the order of the list.
  public let tasks: [BatchTask]
  /// The plan of all; threads, memory and the engine's version are those of each machine.
  public let plan: Plan
  /// Options of `bilayer segment` that depend on the tomogram: `--region`, `--bin`.
  public let options: [String]

  /// Puts a batch together; nothing is written.
  public init(folder: String, tasks: [BatchTask], plan: Plan, options: [String]) {
    var plan = plan
    let unset = Plan(stages: plan.stages)
    (plan.threads, plan.memoryGigabytes, plan.engine) = (unset.threads, unset.memoryGigabytes, nil)
    (self.folder, self.tasks, self.plan, self.options) = (folder, tasks, plan, options)
  }

  private struct Record: Codable {
    var tasks: [BatchTask]
    var options: [String]
  }

  /// Reads the batch that a folder holds.
  ///
  /// - Throws: `BatchError.noBatch` where there is none, `.damaged`, or an error of its plan.
  public init(in folder: String) throws {
    let hidden = Self.hiddenFolder(of: folder)
    guard Folder.exists(hidden + "/batch.json") else { throw BatchError.noBatch(folder: folder) }
    let text = try InputFile(path: hidden + "/batch.json").readText()
    guard let record = try? JSONDecoder().decode(Record.self, from: Data(text.utf8)) else {
      throw BatchError.damaged(path: hidden + "/batch.json")
    }
    (tasks, options) = (record.tasks, record.options)
    plan = try Plan(path: hidden + "/plan.json")
    self.folder = folder
  }

  private static func hiddenFolder(of folder: String) -> String { folder + "/.bilayer" }

  private var hidden: String { Self.hiddenFolder(of: folder) }
  var planFile: String { hidden + "/plan.json" }

  func messagesFile(of task: BatchTask) -> String { "\(hidden)/messages/\(task.name)" }

  /// The result folder of a tomogram.
  public func results(of task: BatchTask) -> ResultFolder {
    ResultFolder(folder + "/" + task.name)
  }

  /// The ledger of the work, as one process writes in it.
  func ledger(owner: String, staleAfterSeconds: Double) -> TaskLedger {
    TaskLedger(
      folder: hidden + "/ledger", owner: owner, staleAfterSeconds: staleAfterSeconds)
  }

  /// Digest of what decides the result of a task, but for the tomogram's content, which the run of the
  /// tomogram itself checks.
  func key(of task: BatchTask) throws -> String {
    let words = [ProgramVersion.current, try canonicalJSON(plan), task.tomogram]
    return SHA256.hexDigest(
      of: Array((words + options + task.options).joined(separator: "\n").utf8))
  }
}

// MARK: - Beginning

extension Batch {
  /// Writes the batch into its folder, so that any process can join.
  ///
  /// What is settled under the same options stays settled. With `.resume`, what other options have
  /// settled is open again; with `.force`, all is, and earlier results are removed.
  ///
  /// - Throws: `BatchError.otherOptions`, `PipelineError.folderHoldsResults`, or `FileError`.
  public func begin(_ placement: Placement) throws {
    let ledger = ledger(owner: "begin", staleAfterSeconds: 1)
    let record = try canonicalJSON(Record(tasks: tasks, options: options))
    let text = try canonicalJSON(plan)
    let earlier = Folder.exists(hidden + "/batch.json") ? try? Batch(in: folder) : nil
    if placement == .fresh {
      if let earlier, earlier.plan != plan || earlier.options != options {
        throw BatchError.otherOptions(folder: folder)
      }
      let known = Set(earlier?.tasks ?? [])
      for task in tasks where !known.contains(task) {
        try placement.check(results(of: task), for: Stage.allCases)
      }
    }
    try ledger.prepare()
    _ = try Folder.make(hidden + "/messages")
    try AtomicFile.write(text, to: planFile, overwrite: true)
    try AtomicFile.write(record, to: hidden + "/batch.json", overwrite: true)
    for task in tasks {
      if placement == .force {
        StageJournal(of: results(of: task)).clear(Stage.allCases)
        ledger.reopen(task.name)
      } else if let outcome = outcome(of: task, in: ledger), outcome.key != (try key(of: task)) {
        ledger.reopen(task.name)
      }
    }
  }

  /// Opens failed tomograms again.
  public func retryFailed() {
    let ledger = ledger(owner: "retry", staleAfterSeconds: 1)
    for task in tasks where outcome(of: task, in: ledger)?.failure != nil {
      ledger.reopen(task.name)
    }
  }
}

// MARK: - What has come of a tomogram

extension Batch {
  /// How the work on a tomogram has ended.
  struct Outcome: Codable, Equatable {
    /// Digest of what decides the result.
    var key: String
    /// Why there is none.
    var failure: Failure?
    /// How long the work took.
    var seconds: Double
    /// Who has done it.
    var owner: String
  }

  /// Why a tomogram has no result.
  struct Failure: Codable, Equatable {
    /// Exit status of its run (CONTRACT).
    var status: Int32
    /// What the run said.
    var reason: String
  }

  /// How the work on a tomogram has ended; nil where it has not, or its record is damaged.
  func outcome(of task: BatchTask, in ledger: TaskLedger) -> Outcome? {
    guard let text = ledger.outcome(of: task.name) else { return nil }
    return try? JSONDecoder().decode(Outcome.self, from: Data(text.utf8))
  }
}
