public import Volumes
public import WorkLedger

/// Why an MRC file could not be used.
public enum MRCError: Fault, Equatable {
  /// The file could not be read, or the scratch file not be written.
  case file(FileError)
  /// There is nothing in the file.
  case empty(path: String)
  /// The file is something else.
  case notMRC(path: String, reason: String)
  /// The file ends before its header says.
  case truncated(path: String, expectedBytes: Int, foundBytes: Int, content: String)
  /// More voxels than can be counted.
  case tooLarge(path: String, columns: Int32, rows: Int32, sections: Int32)
  /// The samples are no plain numbers.
  case unusableMode(path: String, mode: Int32)
  /// A header field makes no sense.
  case badHeader(path: String, field: String, found: String, expected: String)
  /// The `--axes` option is no order of axes.
  case badAxes(String)
  /// The pixel size given is no length.
  case badPixelSize(Double)
  /// The compressed data are damaged.
  case damagedCompression(path: String, reason: String)

  public var kind: FaultKind {
    switch self {
    case .file(let error): error.kind
    case .badAxes, .badPixelSize: .usage
    default: .input
    }
  }

  public var description: String {
    switch self {
    case .file(let error): error.description
    case .empty(let path):
      "\(path) is empty (0 bytes), where an MRC file was expected. Copy it again."
    case .notMRC(let path, let reason):
      "\(path) is no MRC file: \(reason). Expected was an MRC2014 volume (.mrc .rec .map .st), "
        + "plain or packed with gzip or bzip2, or a TIFF stack: convert the file, or name another."
    case .truncated(let path, let expected, let found, let content):
      "\(path) is truncated: \(content) needs \(expected) bytes, but only \(found) are there. "
        + "Copy the file again, or make it again."
    case .tooLarge(let path, let columns, let rows, let sections):
      "\(path) says that it holds \(columns) x \(rows) x \(sections) voxels, more bytes than can "
        + "be counted: its header is damaged. Copy the file again."
    case .unusableMode(let path, let mode): Self.modeMessage(path, mode)
    case .badHeader(let path, let field, let found, let expected):
      "\(path): the header field \(field) is \(found), where \(expected) was expected. "
        + "Write the file again with the program that made it; bilayer validate lists every fault."
    case .badAxes(let axes):
      "--axes \(axes) names no order of axes. Expected was each of x, y and z once, such as xyz "
        + "(as in the file) or xzy (thickness along the file's y)."
    case .badPixelSize(let size):
      "--pixel-size \(size) is no voxel edge. Give a number of angstroms above 0, up to 100."
    case .damagedCompression(let path, let reason):
      "\(path) cannot be unpacked: \(reason). The file is damaged or incomplete: copy it again."
    }
  }

  private static func modeMessage(_ path: String, _ mode: Int32) -> String {
    let found = MRCMode(rawValue: mode).map { "mode \(mode) (\($0.story))" } ?? "mode \(mode)"
    return "\(path) holds \(found), where plain numbers were expected: mode 0, 1, 2, 6, 12 or 101. "
      + "Give the real-space volume, or convert the file."
  }
}
