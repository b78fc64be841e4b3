public import Volumes

/// Why a batch could not be carried out.
public enum BatchError: Fault, Equatable {
  /// A list names no tomogram.
  case emptyList(path: String)
  /// Two tomograms would write to the same folder.
  case sameName(name: String, paths: [String])
  /// A result folder would be hidden.
  case hiddenName(path: String)
  /// The folder holds a batch with other options.
  case otherOptions(folder: String)
  /// The folder holds no batch.
  case noBatch(folder: String)
  /// The batch's own files are not what this program writes.
  case damaged(path: String)
  /// Some tomograms failed; all others are done.
  ///
  /// - Parameter kind: what they failed by, where they agree.
  case someFailed(names: [String], of: Int, folder: String, kind: FaultKind)

  public var kind: FaultKind {
    switch self {
    case .emptyList, .noBatch, .damaged: .input
    case .sameName, .hiddenName, .otherOptions: .usage
    case .someFailed(_, _, _, let kind): kind
    }
  }

  public var description: String {
    switch self {
    case .emptyList(let path):
      "\(path) names no tomogram. Write one path a line."
    case .sameName(let name, let paths):
      "\(paths.joined(separator: " and ")) are both named \(name), and their results would share a "
        + "folder. Run them in batches of their own, or rename one."
    case .hiddenName(let path):
      "\(path) has a name that begins with a dot, and so would its results. Rename it."
    case .otherOptions(let folder):
      "\(folder) holds a batch with other options. Give --resume to redo what they change, --force to "
        + "start anew, or another --output."
    case .noBatch(let folder):
      "\(folder) holds no batch. Start one: bilayer batch LIST --output \(folder)."
    case .damaged(let path):
      "\(path) is not what `bilayer batch` writes. Give the list again, with --resume."
    case .someFailed(let names, let count, let folder, _):
      "\(names.count) of \(count) tomograms failed: \(names.prefix(5).joined(separator: ", "))"
        + (5 < names.count ? ", ..." : "") + ". `bilayer status \(folder)` says why; "
        + "--retry-failed tries them again."
    }
  }
}
