public import Volumes
public import WorkLedger

/// Why a TIFF file could not be used.
public enum TIFFError: Fault, Equatable {
  /// The file could not be read.
  case file(FileError)
  /// The file is no TIFF file, or its directories are damaged.
  case notTIFF(path: String, reason: String)
  /// The samples are no plain numbers of one channel.
  case unusableSamples(path: String, found: String)
  /// The images of the stack do not have one size and type.
  case unevenStack(path: String, image: Int, found: String, expected: String)
  /// An image is damaged or cut short.
  case damagedImage(path: String, image: Int)
  /// The voxel size given is no length.
  case badPixelSize(Double)

  public var kind: FaultKind {
    switch self {
    case .file(let error): error.kind
    case .badPixelSize: .usage
    default: .input
    }
  }

  public var description: String {
    switch self {
    case .file(let error): error.description
    case .notTIFF(let path, let reason):
      "\(path) is no readable TIFF file: \(reason). Copy it again, or convert it to MRC."
    case .unusableSamples(let path, let found):
      "\(path) holds \(found), where one channel of 8, 16 or 32-bit integers or of floats was "
        + "expected. Convert it to such a stack, or to MRC."
    case .unevenStack(let path, let image, let found, let expected):
      "\(path): image \(image) is \(found), where \(expected) was expected as in the first one. "
        + "A volume's sections are alike: convert the file to such a stack, or to MRC."
    case .damagedImage(let path, let image):
      "\(path): image \(image) cannot be decoded. The file is truncated or damaged: copy it again."
    case .badPixelSize(let size):
      "--pixel-size \(size) is no voxel edge. Give a number of angstroms above 0, up to 100."
    }
  }
}
