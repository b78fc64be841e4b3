import Glibc

/// `run.log`: the only output with dates and durations, one line an event.
///
/// Appended line by line, so that a killed run leaves what happened before.
public final class RunLog: @unchecked Sendable {
  private let descriptor: Int32
  private let start = ContinuousClock.now

  /// Opens a log for appending; a log that cannot be written is silent, because the results count
  /// more.
  public init(path: String) {
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
  }

  /// Logs to nowhere.
  public static let silent = RunLog(path: "/dev/null")

  deinit { if 0 <= descriptor { close(descriptor) } }

  /// Adds a line with date and seconds since the start.
  public func note(_ event: String) {
    guard 0 <= descriptor else { return }
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    let tenths = (elapsed * 10).rounded() / 10
    let line = Array("\(Self.date()) \(tenths) s  \(event)\n".utf8)
    unsafe line.withUnsafeBytes { bytes in
      _ = unsafe write(descriptor, bytes.baseAddress, bytes.count)
    }
  }

  /// The date in Coordinated Universal Time, ISO 8601.
  private static func date() -> String {
    var now = time(nil)
    var parts = unsafe tm()
    unsafe gmtime_r(&now, &parts)
    var text = [CChar](repeating: 0, count: 32)
    let count = unsafe strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
    return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
