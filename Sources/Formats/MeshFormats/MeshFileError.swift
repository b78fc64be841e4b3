public import Volumes
public import WorkLedger

/// Why a mesh file could not be read or written.
public enum MeshFileError: Fault, Equatable {
  /// The file itself could not be read or written.
  case file(FileError)
  /// The content is not what the format says.
  ///
  /// - Parameters:
  ///   - found: what stands there.
  ///   - expected: what should.
  case malformed(path: String, found: String, expected: String)
  /// The format allows it, but this reader does not know it.
  case unsupported(path: String, found: String, advice: String)

  public var kind: FaultKind {
    if case .file(let error) = self { error.kind } else { .input }
  }

  public var description: String {
    switch self {
    case .file(let error): error.description
    case .malformed(let path, let found, let expected):
      "\(path) is no mesh this program can read: found \(found), expected \(expected). "
        + "Check that it is complete and of the format its name says."
    case .unsupported(let path, let found, let advice):
      "\(path) holds \(found), which this program does not read. \(advice)"
    }
  }
}

/// Reads a whole file.
func readBytes(_ path: String) throws(MeshFileError) -> [UInt8] {
  do throws(FileError) {
    return try InputFile(path: path).readAll()
  } catch {
    throw .file(error)
  }
}

/// Writes a whole file, atomically.
func writeBytes(_ bytes: [UInt8], to path: String, overwrite: Bool) throws(MeshFileError) {
  do throws(FileError) {
    try AtomicFile.write(bytes, to: path, overwrite: overwrite)
  } catch {
    throw .file(error)
  }
}
