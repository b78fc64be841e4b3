import Glibc

/// The two streams of the program: results to standard output, messages to standard error.
///
/// Written with `write`, unbuffered: what was said before a kill has been said.
enum Console {
  /// A stream.
  enum Stream: Int32 {
    case output = 1
    case messages = 2
  }

  /// Writes a line.
  static func say(_ text: String, to stream: Stream) { put(text + "\n", to: stream) }

  /// Writes text as it is. A stream nobody reads any more is no error.
  static func put(_ text: String, to stream: Stream) {
    let bytes = Array(text.utf8)
    var done = 0
    while done < bytes.count {
      let rest = bytes[done...]
      let (put, code) = unsafe rest.withUnsafeBytes { buffer in
        (unsafe write(stream.rawValue, buffer.baseAddress, buffer.count), errno)
      }
      if put < 0 && code != EINTR { return }
      done += max(put, 0)
    }
  }

  /// Whether a person may be watching the messages.
  static var messagesAreWatched: Bool { isatty(Stream.messages.rawValue) == 1 }

  /// Width of the terminal in characters.
  static var width: Int {
    var size = winsize()
    let known = unsafe ioctl(Stream.messages.rawValue, UInt(TIOCGWINSZ), &size) == 0
    return known && 20 < size.ws_col ? Int(size.ws_col) : 80
  }
}
