public import TomogramModel

extension Communicator {
  /// Reports progress, and asks whether the work shall end; all ranks get the same answer.
  ///
  /// Signals reach ranks at different moments, or one alone; whoever stopped at once would leave the
  /// others waiting.
  ///
  /// - Throws: `Stopped` where this rank is alone, `StoppedTogether` on all ranks where any shall
  ///   stop, or `CollectiveError`.
  public func report(completed: Int, of total: Int, to monitor: StageMonitor) throws {
    guard 1 < size else { return try monitor.report(completed: completed, of: total) }
    var shallStop = false
    do { try monitor.report(completed: completed, of: total) } catch { shallStop = true }
    if try any(shallStop) { throw StoppedTogether() }
  }
}
