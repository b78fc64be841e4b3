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

  /// Makes a context.
  public init(
    workers: Workers, monitor: @escaping @Sendable (Stage) -> StageMonitor,
    say: @escaping @Sendable (String) -> Void
  ) {
    (self.workers, self.monitor, self.say) = (workers, monitor, say)
  }

  /// Works alone and tells nobody.
  public static let silent = RunContext(
    workers: .one, monitor: { _ in .silent }, say: { _ in })
}
