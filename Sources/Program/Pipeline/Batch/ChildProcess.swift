import Glibc
import WorkLedger

/// This program, started once more with other arguments.
///
/// In a process group of its own, so that Ctrl-C in the terminal reaches only who started it, and the
/// default treatment of signals; its messages go to a file, its results to nowhere.
final class ChildProcess {
  /// How a process ended.
  enum Ending: Equatable {
    /// With an exit status.
    case exited(Int32)
    /// By a signal that nobody caught.
    case killed(signal: Int32)
  }

  private let identifier: pid_t
  private var ending: Ending?

  /// Starts a process.
  ///
  /// - Parameters:
  ///   - arguments: without the program's name.
  ///   - messages: file that gets standard error.
  /// - Throws: `FileError` where the system starts no more processes.
  init(arguments: [String], messages: String) throws(FileError) {
    let program = "/proc/self/exe"
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    unsafe posix_spawn_file_actions_addopen(
      &actions, 2, messages, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGUSR1] { unsafe sigaddset(&signals, number) }
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    let flags = Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGDEF)
    unsafe posix_spawnattr_setflags(&attributes, flags)
    var words: [UnsafeMutablePointer<CChar>?] = unsafe (["bilayer"] + arguments).map {
      unsafe strdup($0)
    }
    unsafe words.append(nil)
    defer { unsafe words.forEach { unsafe free($0) } }
    var identifier = pid_t()
    let code = unsafe posix_spawn(
      &identifier, Folder.absolute(program), &actions, &attributes, words, environ)
    guard code == 0 else {
      throw FileError.system(path: program, action: "cannot start", reading: false, code: code)
    }
    self.identifier = identifier
  }

  /// How it ended; nil while it runs.
  func poll() -> Ending? {
    if let ending { return ending }
    var status: Int32 = 0
    guard unsafe waitpid(identifier, &status, WNOHANG) == identifier else { return nil }
    let signal = status & 0x7f
    ending = signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: signal)
    return ending
  }

  /// Asks it to stop where it can be resumed.
  func stop() { if ending == nil { kill(identifier, SIGTERM) } }
}
