public import Collective
public import TomogramModel
public import Volumes

/// Who is told what, and how many work: nothing here changes a result.
public struct RunContext: Sendable {
  /// Threads.
  public var workers: Workers
  /// Makes the monitor of a stage.
  public var monitor: @Sendable (Stage) -> StageMonitor
  /// Tells the user something worth knowing, a sentence each.
  public var say: @Sendable (String) -> Void

  /// Who else predicts; this is the first of them, and the others are in `Pipeline.assist`.
  public var ranks: any Communicator

  /// Makes a context.
  public init(
    workers: Workers, monitor: @escaping @Sendable (Stage) -> StageMonitor,
    say: @escaping @Sendable (String) -> Void, ranks: any Communicator = SingleRank()
  ) {
    (self.workers, self.monitor, self.say, self.ranks) = (workers, monitor, say, ranks)
  }

  /// Works alone and tells nobody.
  public static let silent = RunContext(
    workers: .one, monitor: { _ in .silent }, say: { _ in })
}
