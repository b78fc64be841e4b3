import WorkLedger

/// What may be in an output folder already.
public enum Placement: Sendable, Equatable {
  /// Nothing of ours.
  case fresh
  /// An unfinished run, or results of which some are to be redone (`--resume`).
  case resume
  /// Anything; it is replaced (`--force`).
  case force

  /// The placement of two flags.
  public init(force: Bool, resume: Bool) {
    self = force ? .force : resume ? .resume : .fresh
  }

  /// Throws where the folder holds what may not be replaced.
  ///
  /// - Parameter stages: those whose files count.
  public func check(_ folder: ResultFolder, for stages: [Stage]) throws {
    guard self == .fresh else { return }
    let journal = StageJournal(of: folder)
    for stage in stages {
      guard let example = folder.existingOutputs(of: stage).first else { continue }
      let finished = stages.allSatisfy { journal.keyDone($0) != nil }
      throw PipelineError.folderHoldsResults(
        folder: folder.path, example: example, finished: finished)
    }
    if stages == Stage.allCases && Folder.exists(folder.plan) {
      throw PipelineError.folderHoldsResults(
        folder: folder.path, example: "plan.json", finished: false)
    }
  }

  /// Checks the folder and makes it.
  ///
  /// - Returns: folders that were made.
  func prepare(_ folder: ResultFolder, for stages: [Stage]) throws -> [String] {
    try check(folder, for: stages)
    return try Folder.make(folder.journal)
  }
}

extension ResultFolder {
  /// Removes what a run leaves beside its results, and folders it has made that are empty.
  func removeBookkeeping(made: [String]) {
    for path in [plan, log, journal + "/lock", journal] { Folder.remove(path) }
    for folder in made.reversed() { Folder.remove(folder) }
  }
}
