import Glibc
public import Volumes

/// Why a file could not be read or written.
public enum FileError: Fault, Equatable {
  /// The target is there already and may not be replaced.
  case targetExists(path: String)
  /// A folder stands where a file is needed.
  case isFolder(path: String)
  /// The file ended before the bytes that were asked for.
  case endsEarly(path: String, expectedBytes: Int, foundBytes: Int)
  /// The system refused an operation.
  ///
  /// - Parameters:
  ///   - action: what was tried, as in "cannot open".
  ///   - reading: whether the file is an input.
  ///   - code: the system's error number.
  case system(path: String, action: String, reading: Bool, code: Int32)

  public var kind: FaultKind {
    switch self {
    case .targetExists: .usage
    case .isFolder: .input
    case .endsEarly: .input
    case .system(_, _, let reading, let code): Self.kind(code: code, reading: reading)
    }
  }

  /// Which kind of trouble an error number is: shortages are `.resources` on either side, a wrong
  /// name is the reader's `.input` and the writer's `.usage`.
  private static func kind(code: Int32, reading: Bool) -> FaultKind {
    switch code {
    case ENOSPC, EDQUOT, EIO, ENOMEM, EMFILE, ENFILE, EFBIG: .resources
    case ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP: reading ? .input : .usage
    default: reading ? .input : .resources
    }
  }

  public var description: String {
    switch self {
    case .targetExists(let path):
      "\(path) exists already. Choose another name, or give --force to replace it."
    case .isFolder(let path):
      "\(path) is a folder, where a file was expected. Name a file inside it."
    case .endsEarly(let path, let expected, let found):
      "\(path) ends after \(found) bytes, where at least \(expected) were expected. "
        + "It is truncated or still being written: copy it again."
    case .system(let path, let action, _, let code):
      "\(path): \(action): \(Self.reason(code)). \(Self.advice(code))"
    }
  }

  private static func reason(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }

  private static func advice(_ code: Int32) -> String {
    switch code {
    case ENOSPC, EDQUOT: "Free space on this disk, or write to another one."
    case EROFS: "Write to a disk that is not read-only."
    case EACCES, EPERM: "Check the permissions of the file and of its folder."
    case ENOENT, ENOTDIR: "Check the name, and that its folder exists."
    case EFBIG: "Raise the limit on file size, or write to a file system without one."
    case EMFILE, ENFILE: "Close other files, or raise the limit on open files (ulimit -n)."
    default: "Check the disk and try again."
    }
  }
}
