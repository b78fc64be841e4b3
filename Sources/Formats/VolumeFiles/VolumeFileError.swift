public import Volumes

/// Why a file that can be read is not what a command needs.
public enum VolumeFileError: Fault, Equatable {
  /// Neither the header nor the user tells the voxel size.
  case unknownPixelSize(path: String, stated: String)
  /// An image, or a stack of images, where a volume is needed.
  case notVolume(path: String, found: String)
  /// Samples that are no numbers.
  case notFinite(path: String, count: Int, total: Int)
  /// All samples are equal.
  case constant(path: String, value: Float)
  /// A label volume holds something else than whole numbers in the range of labels.
  case notLabels(path: String, value: Float, x: Int, y: Int, z: Int, range: String)
  /// Two volumes that must lie on one grid do not.
  case differentGrids(path: String, size: String, otherPath: String, otherSize: String)

  public var kind: FaultKind { .input }

  public var description: String {
    switch self {
    case .unknownPixelSize(let path, let stated):
      "\(path) does not tell its pixel size: its header says \(stated), where a size above 0 and up "
        + "to 100 Å, and not exactly 1, was expected. Give it with --pixel-size, in Å."
    case .notVolume(let path, let found):
      "\(path) is \(found), where a tomogram, a volume of at least \(InputVolume.leastSide) voxels "
        + "along each axis, was expected. Reconstruct the tomogram first, or name its file."
    case .notFinite(let path, let count, let total):
      "\(path) holds \(count) voxels of \(total) that are NaN or infinite, where numbers were "
        + "expected. Reconstruct it again, or replace those voxels."
    case .constant(let path, let value):
      "\(path) holds the same value, \(value), in every voxel, where a tomogram was expected. "
        + "Check how it was made."
    case .notLabels(let path, let value, let x, let y, let z, let range):
      "\(path) holds \(value) at voxel x \(x), y \(y), z \(z), where labels were expected: whole "
        + "numbers from \(range). Name a label or mask volume; threshold a probability first."
    case .differentGrids(let path, let size, let otherPath, let otherSize):
      "\(path) is \(size) voxels, but \(otherPath) is \(otherSize); both must lie on one grid. "
        + "Give volumes of the same size."
    }
  }
}
