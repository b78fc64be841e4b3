import ArgumentParser
import TomogramModel
import Volumes

/// The exit status of CONTRACT.
enum ExitStatus: Int32 {
  case done = 0
  case other = 1
  case usage = 2
  case input = 3
  case resources = 4
  case stopped = 5

  /// The status of an error; the parser's own 64 becomes 2.
  init(error: any Error, parserCode: Int32) {
    if let fault = error as? any Fault {
      self.init(fault.kind)
    } else if let quiet = error as? ExitCode {
      self = ExitStatus(rawValue: quiet.rawValue) ?? .other
    } else {
      switch parserCode {
      case 0: self = .done
      case 64: self = .usage
      default: self = .other
      }
    }
  }

  init(_ kind: FaultKind) {
    switch kind {
    case .usage: self = .usage
    case .input: self = .input
    case .resources: self = .resources
    case .stopped: self = .stopped
    case .other: self = .other
    }
  }

  /// What to tell of a fault; nil where the parser words it.
  static func message(for error: any Error) -> String? {
    (error as? any Fault).map { "bilayer: \($0.description)" }
  }
}
