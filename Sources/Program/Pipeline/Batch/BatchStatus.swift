import WorkLedger

/// How far a batch is.
public struct BatchStatus: Codable, Equatable, Sendable {
  /// How far a tomogram is.
  public enum State: String, Codable, Sendable {
    /// Nobody works on it.
    case waiting
    /// Somebody works on it.
    case running
    /// Who worked on it gives no sign of life; the next worker takes over.
    case abandoned
    /// Its results are whole.
    case done
    /// It has no result.
    case failed
  }

  /// A tomogram.
  public struct Entry: Codable, Equatable, Sendable {
    /// Name of the result folder.
    public var name: String
    /// How far it is.
    public var state: State
    /// The stage at work, where there is one.
    public var stage: Stage?
    /// Host and process that work on it, or have settled it.
    public var owner: String?
    /// Seconds since the last sign of life, where somebody works on it.
    public var silentSeconds: Double?
    /// Seconds that the work took, where it is over.
    public var seconds: Double?
    /// Why it failed.
    public var reason: String?
  }

  /// The tomograms, in the order of the list.
  public var tomograms: [Entry]
  /// Seconds to the end with the workers there are, from the mean of those done; nil where nobody works
  /// or none is done.
  public var secondsLeft: Double?

  /// Looks at a batch; changes nothing.
  ///
  /// - Parameter staleAfterSeconds: as in `BatchRunner.Settings`.
  public init(
    of batch: Batch, staleAfterSeconds: Double = BatchRunner.Settings().staleAfterSeconds
  ) throws {
    let ledger = batch.ledger(
      owner: "status-\(BatchRunner.processName)", staleAfterSeconds: staleAfterSeconds)
    let holders = try ledger.holders()
    tomograms = batch.tasks.map { task in
      if let outcome = batch.outcome(of: task, in: ledger) {
        return Entry(
          name: task.name, state: outcome.failure == nil ? .done : .failed, owner: outcome.owner,
          seconds: outcome.seconds, reason: outcome.failure?.reason)
      }
      guard let holder = holders[task.name] else { return Entry(name: task.name, state: .waiting) }
      return Entry(
        name: task.name, state: holder.isStale ? .abandoned : .running,
        stage: Self.stage(in: batch.results(of: task), of: batch.plan), owner: holder.owner,
        silentSeconds: holder.ageSeconds.rounded())
    }
    secondsLeft = estimate()
  }

  /// Tomograms in a state.
  public func count(_ state: State) -> Int { tomograms.count { $0.state == state } }

  /// The first stage that is not done.
  private static func stage(in folder: ResultFolder, of plan: Plan) -> Stage? {
    let journal = StageJournal(of: folder)
    return plan.stages.first { journal.keyDone($0) == nil }
  }

  /// Those at work count half: on average they are half done.
  private func estimate() -> Double? {
    let times = tomograms.filter { $0.state == .done }.compactMap(\.seconds)
    let running = count(.running)
    guard !times.isEmpty, 0 < running else { return nil }
    let open = Double(count(.waiting) + count(.abandoned)) + Double(running) / 2
    return times.reduce(0, +) / Double(times.count) * open / Double(running)
  }
}
