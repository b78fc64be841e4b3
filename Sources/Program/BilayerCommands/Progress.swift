import Synchronization
import TomogramModel

/// Shows how far the work is: a bar with the time left, where a person watches a terminal.
final class Progress: Sendable {
  private struct State {
    var title = ""
    var start = ContinuousClock.now
    var lastDrawn: ContinuousClock.Instant?
  }

  private let style: Style
  private let state = Mutex(State())

  /// How progress is shown.
  enum Style {
    /// Not at all (`--quiet`).
    case none
    /// One line that is drawn again and again.
    case bar
    /// Notes only: messages go to a file or a pipe.
    case notes
  }

  /// Makes a display.
  init(quiet: Bool) { style = quiet ? .none : Console.messagesAreWatched ? .bar : .notes }

  /// A monitor for one piece of work.
  ///
  /// - Parameter title: what is being done, in a few words.
  func monitor(_ title: String, stop: StopSignal) -> StageMonitor {
    finish()
    state.withLock { $0 = State(title: title) }
    return StageMonitor(
      progress: { [self] share in show(share) }, shouldStop: { stop.isWanted })
  }

  /// Tells something worth knowing, unless all shall be quiet.
  func note(_ sentence: String) {
    finish()
    if style != .none { Console.say(sentence, to: .messages) }
  }

  /// Clears the bar, so that a message can be written.
  func finish() {
    guard style == .bar else { return }
    state.withLock { state in
      if state.lastDrawn != nil { Console.put("\r\u{1B}[K", to: .messages) }
      state.lastDrawn = nil
    }
  }

  private func show(_ share: Double) {
    guard style == .bar else { return }
    state.withLock { state in
      let now = ContinuousClock.now
      let elapsed = (now - state.start) / .seconds(1)
      if let last = state.lastDrawn, now - last < .milliseconds(100), share < 1 { return }
      state.lastDrawn = now
      let line = ProgressLine(title: state.title, share: share, elapsedSeconds: elapsed)
      Console.put("\r" + line.bar(width: Console.width - 1) + "\u{1B}[K", to: .messages)
    }
  }
}

/// The words of a progress display; knows neither clock nor terminal.
struct ProgressLine {
  /// What is being done.
  let title: String
  /// Share done, 0...1.
  let share: Double
  /// Seconds since it began.
  let elapsedSeconds: Double

  /// Title, percentage and time left.
  var text: String {
    let percent = "\(title) \(Int(share * 100 + 1e-9)) %"
    guard let left = secondsLeft else { return percent }
    return "\(percent), \(Self.words(seconds: left)) left"
  }

  /// The text with a bar that fills the rest of `width` characters.
  func bar(width: Int) -> String {
    let room = width - text.count - 3
    guard 10 <= room else { return String(text.prefix(width)) }
    let length = min(room, 40)
    let full = Int(share * Double(length) + 1e-9)
    return
      "[\(String(repeating: "=", count: full))\(String(repeating: " ", count: length - full))] "
      + text
  }

  /// Seconds to the end at the speed so far; nil until that can be said.
  var secondsLeft: Double? {
    guard 0.01 <= share, share < 1, 1 <= elapsedSeconds else { return nil }
    return elapsedSeconds * (1 - share) / share
  }

  /// A duration in words: `40 s`, `12 min`, `3 h 05 min`.
  static func words(seconds: Double) -> String {
    let whole = Int(seconds.rounded(.up))
    if whole < 100 { return "\(whole) s" }
    let minutes = (whole + 30) / 60
    if minutes < 100 { return "\(minutes) min" }
    let rest = minutes % 60
    return "\(minutes / 60) h \(rest < 10 ? "0" : "")\(rest) min"
  }
}
