/// What kind of trouble an error is: decides the program's exit status (CONTRACT: 2, 3, 4, 5, 1).
public enum FaultKind: String, Sendable, Codable {
  /// The command or its options make no sense.
  case usage
  /// A file cannot be used.
  case input
  /// Memory, disk or device ran short.
  case resources
  /// A signal or time limit stopped the work; it can be resumed.
  case stopped
  /// Anything else.
  case other
}

/// An error that can be shown to a user: it says what was found, what was expected, what to do.
public protocol Fault: Error, CustomStringConvertible {
  /// What kind of trouble this is.
  var kind: FaultKind { get }
}
