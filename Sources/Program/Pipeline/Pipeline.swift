import Volumes
import WorkLedger

/// Carries out a plan in a result folder.
///
/// What has been done before under the same options is not done again (`StageJournal`).
public struct Pipeline: Sendable {
  let plan: Plan
  let folder: ResultFolder
  let context: RunContext
  let log: RunLog
  let journal: StageJournal

  /// Runs the stages of a plan.
  ///
  /// - Parameters:
  ///   - only: stages to run now; the others of the plan are taken as they are in the folder.
  ///   - placement: what may be there already.
  /// - Throws: a `Fault`. Where no stage has been finished, nothing is left behind but the plan that
  ///   was there, except after `Stopped`, which can be resumed.
  public static func run(
    _ plan: Plan, only: [Stage]? = nil, in folder: ResultFolder, placement: Placement,
    context: RunContext
  ) throws {
    let stages = only ?? plan.stages
    let made = try placement.prepare(folder, for: stages)
    let lock = try lock(folder, made: made)
    defer { withExtendedLifetime(lock) {} }
    let journal = StageJournal(of: folder)
    let planBefore = try? InputFile(path: folder.plan).readText()
    do {
      if placement == .force {
        journal.clear(stages)
        for stage in stages { folder.removeUnfinished(stage) }
      }
      try AtomicFile.write(try canonicalJSON(plan), to: folder.plan, overwrite: true)
      let pipeline = Pipeline(
        plan: plan, folder: folder, context: context, log: RunLog(path: folder.log),
        journal: journal)
      try pipeline.run(stages)
    } catch {
      let canBeResumed = (error as? any Fault)?.kind == .stopped
      if !canBeResumed { for stage in stages { folder.removeUnfinished(stage) } }
      if journal.isEmpty && !canBeResumed { folder.removeBookkeeping(made: made) }
      // A plan that cannot be carried out must not take the place of one that was.
      if let planBefore, !canBeResumed {
        try AtomicFile.write(planBefore, to: folder.plan, overwrite: true)
      }
      throw error
    }
  }

  /// Takes a folder; where another process has it, all in it is that one's, and stays.
  private static func lock(_ folder: ResultFolder, made: [String]) throws -> FolderLock {
    do { return try FolderLock(folder) } catch {
      for path in made.reversed() { Folder.remove(path) }
      throw error
    }
  }

  /// The method, stage by stage.
  private func run(_ stages: [Stage]) throws {
    log.note("bilayer \(plan.version): \(stages.map { $0.rawValue }.joined(separator: ", "))")
    for stage in Stage.allCases where stages.contains(stage) {
      let key = try plan.key(of: stage, in: folder)
      if journal.keyDone(stage) == key {
        log.note("\(stage.rawValue): done before")
        folder.removeUnfinished(stage)
        continue
      }
      // Surfaces that a killed run has finished stay; `measure` has no files of single membranes.
      let keepsFiles = stage == .fit && MembraneRecords(of: stage, work: key, in: folder).isBegun
      journal.clear((keepsFiles ? [] : [stage]) + stage.laterStages.filter(stages.contains))
      log.note("\(stage.rawValue): begins")
      let monitor = context.monitor(stage)
      switch stage {
      case .predict: try predict(monitor, key: key)
      case .trace: try trace(monitor, key: key)
      case .separate: try separate(monitor, key: key)
      case .fit: try fit(monitor, key: key)
      case .measure: try measure(monitor, key: key)
      case .report: try report(monitor)
      }
      try journal.finish(stage, key: key)
      folder.removeUnfinished(stage)
      log.note("\(stage.rawValue): done")
    }
  }

  /// Tells the user, and the log.
  func say(_ sentence: String) {
    log.note(sentence)
    context.say(sentence)
  }
}
