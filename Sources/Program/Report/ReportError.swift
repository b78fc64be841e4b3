public import Volumes

/// Why a report could not be made.
public enum ReportError: Fault, Equatable {
  /// The folder holds none of the files of a result.
  case notAResultFolder(path: String)
  /// A file of the folder cannot be understood.
  case unreadable(path: String, found: String)
  /// Two volumes of one folder do not have the same size.
  case sizesDiffer(path: String, found: VolumeSize, expected: VolumeSize)
  /// The table of groups names no group for a folder, or lacks a column.
  case groups(path: String, found: String)
  /// A folder is named twice: it would count as two tomograms.
  case repeated(path: String)
  /// A quantity is wanted that no folder has.
  case quantities(found: String, known: [String])
  /// Nothing to report on.
  case noFolders
  /// The compressor failed: memory is short.
  case compression(code: Int32)

  public var kind: FaultKind {
    switch self {
    case .notAResultFolder, .unreadable, .sizesDiffer, .groups: .input
    case .noFolders, .repeated, .quantities: .usage
    case .compression: .resources
    }
  }

  public var description: String {
    switch self {
    case .notAResultFolder(let path):
      "\(path) holds neither instances.csv nor instances.mrc nor plan.json, which a result folder "
        + "has. Name the folder that was given to --output (or one of its subfolders)."
    case .unreadable(let path, let found):
      "\(path): \(found). Make the file again, or take it out of the folder."
    case .sizesDiffer(let path, let found, let expected):
      "\(path) has \(Self.text(found)) voxels, where the folder's other volumes have "
        + "\(Self.text(expected)). Put volumes of one tomogram into one folder."
    case .groups(let path, let found):
      "\(path): \(found). The table needs the columns folder,group and a row for each folder."
    case .repeated(let path):
      "\(path) is named twice, and would count as two tomograms. Name each folder once."
    case .quantities(let found, let known):
      "No folder has the quantity \(found). They have \(known.joined(separator: ", "))."
    case .noFolders:
      "No result folder was named. Name at least one."
    case .compression(let code):
      "The report's volume could not be compressed (zlib error \(code)). Free memory and try again."
    }
  }

  private static func text(_ size: VolumeSize) -> String { "\(size.x) x \(size.y) x \(size.z)" }
}
