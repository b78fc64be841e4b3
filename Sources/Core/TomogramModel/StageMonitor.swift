public import Volumes

/// What a long computation tells and asks of whoever started it.
public struct StageMonitor: Sendable {
  private let progress: @Sendable (Double) -> Void
  private let shouldStop: @Sendable () -> Bool

  /// Makes a monitor.
  ///
  /// - Parameters:
  ///   - progress: gets the share of the work done, 0...1, rising; any thread may call it.
  ///   - shouldStop: true once the work shall end (a signal, a time limit).
  public init(
    progress: @escaping @Sendable (Double) -> Void, shouldStop: @escaping @Sendable () -> Bool
  ) {
    (self.progress, self.shouldStop) = (progress, shouldStop)
  }

  /// Tells nobody and never stops.
  public static let silent = StageMonitor(progress: { _ in }, shouldStop: { false })

  /// Reports that `completed` of `total` units of work are done.
  ///
  /// - Throws: `Stopped` where the work shall end; call it where ending leaves nothing broken.
  public func report(completed: Int, of total: Int) throws(Stopped) {
    progress(total == 0 ? 1 : Double(completed) / Double(total))
    if shouldStop() { throw Stopped() }
  }

  /// Ends as this one does, and tells nobody: for work inside of one of its steps.
  public var silenced: StageMonitor {
    StageMonitor(progress: { _ in }, shouldStop: shouldStop)
  }

  /// Monitors of equal parts of the work, done one after the other.
  public func parts(_ count: Int) -> [StageMonitor] {
    (0..<count).map { part in
      StageMonitor(
        progress: { [progress] in progress((Double(part) + $0) / Double(count)) },
        shouldStop: shouldStop)
    }
  }
}

/// Thrown where a signal or time limit ended the work; it can be resumed.
public struct Stopped: Fault {
  /// Makes the error.
  public init() {}

  public var kind: FaultKind { .stopped }

  public var description: String {
    "Stopped before the end. Run the same command with --resume to continue."
  }
}
