import Dispatch
import Glibc
import Synchronization

/// Turns the first SIGINT, SIGTERM, SIGHUP or SIGUSR1 into a wish to stop, and the second into an end.
/// SIGUSR1 is what Slurm is asked to send before a time limit, and what mpirun hands on.
///
/// The work asks `isWanted` between pieces (`StageMonitor`), so that the first signal ends it where
/// it can be resumed. `nohup`, which ignores SIGHUP, is respected.
/// Sendable: the sources are touched by the first and the last owner only.
final class StopSignal: @unchecked Sendable {
  private let wanted = Atomic(false)
  private let speaks: Bool
  private let sources: [any DispatchSourceSignal]

  /// Starts to listen, until the value goes away.
  ///
  /// - Parameter speaks: whether the user is told; of many ranks one is enough.
  init(speaks: Bool = true) {
    self.speaks = speaks
    let queue = DispatchQueue(label: "bilayer.signals")
    let numbers = [SIGINT, SIGTERM, SIGHUP, SIGUSR1].filter { !Self.isIgnoredHangup($0) }
    sources = numbers.map { number in
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: queue)
    }
    for source in sources {
      source.setEventHandler { [weak self] in self?.receive() }
      source.activate()
    }
    // A write beyond `ulimit -f` shall be an error that is told, not a death.
    signal(SIGXFSZ, SIG_IGN)
  }

  deinit { for source in sources { source.cancel() } }

  /// Whether the work shall end.
  var isWanted: Bool { wanted.load(ordering: .relaxed) }

  private func receive() {
    if wanted.exchange(true, ordering: .relaxed) {
      say("bilayer: ended at once. Continue with --resume.")
      _exit(ExitStatus.stopped.rawValue)
    }
    say("bilayer: stopping where it can be resumed; a second signal ends at once.")
  }

  private func say(_ sentence: String) { if speaks { Console.say(sentence, to: .messages) } }

  private static func isIgnoredHangup(_ number: Int32) -> Bool {
    guard number == SIGHUP else { return false }
    var action = sigaction()
    guard unsafe sigaction(number, nil, &action) == 0 else { return false }
    // SIG_IGN is the function address 1.
    return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }
}
