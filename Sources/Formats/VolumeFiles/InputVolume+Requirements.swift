public import MRCFormat
public import Volumes

extension InputVolume {
  /// Fewest voxels along an axis that a volume has: below it, it is an image or a strip.
  public static let leastSide = 8

  /// Checks all that a tomogram must be: a volume, of known voxel size, whose data are finite and
  /// not constant.
  ///
  /// - Returns: the data's statistics, from one pass over them.
  /// - Throws: `VolumeFileError`, or an error of reading.
  @discardableResult
  public func requiringTomogram(workers: Workers) throws -> MRCStatistics {
    try requireVolume()
    try requirePixelSize()
    return try requireSignal(workers: workers)
  }

  /// Refuses images and stacks of images.
  public func requireVolume() throws(VolumeFileError) {
    let size = geometry.size
    let extent = "\(size.x) x \(size.y) x \(size.z) voxels"
    if size.z == 1 { throw .notVolume(path: path, found: "a 2D image of \(extent)") }
    if let header = storedHeader, 401...630 ~= header.spaceGroup, 0 < header.sampling.z,
      header.sampling.z < header.extent.z
    {
      let count = header.extent.z / header.sampling.z
      throw .notVolume(path: path, found: "by its header a stack of \(count) volumes")
    }
    if isTiltSeries {
      throw .notVolume(path: path, found: "by its header a tilt series or image stack of \(extent)")
    }
    if min(size.x, size.y, size.z) < Self.leastSide {
      throw .notVolume(path: path, found: "a strip, tilt series or image stack of \(extent)")
    }
  }

  /// Refuses a volume whose voxel size nobody tells.
  public func requirePixelSize() throws(VolumeFileError) {
    guard !voxelSizeIsKnown else { return }
    let stated = storedHeader.map {
      let size = $0.statedVoxelSize
      return "\(size.x) x \(size.y) x \(size.z) Å"
    }
    throw .unknownPixelSize(path: path, stated: stated ?? "nothing, as TIFF headers do")
  }

  /// Refuses data that hold NaN or are all equal.
  @discardableResult
  public func requireSignal(workers: Workers) throws -> MRCStatistics {
    let found = try statistics(of: source, workers: workers)
    if 0 < found.nonFiniteCount {
      throw VolumeFileError.notFinite(
        path: path, count: found.nonFiniteCount, total: found.nonFiniteCount + found.finiteCount)
    }
    if found.isConstant {
      throw VolumeFileError.constant(path: path, value: found.minimum)
    }
    return found
  }

  /// Refuses a volume that is not of the other's size.
  public func requireSameGrid(as other: InputVolume) throws(VolumeFileError) {
    let (size, otherSize) = (geometry.size, other.geometry.size)
    guard size != otherSize else { return }
    throw .differentGrids(
      path: path, size: "\(size.x) x \(size.y) x \(size.z)", otherPath: other.path,
      otherSize: "\(otherSize.x) x \(otherSize.y) x \(otherSize.z)")
  }

  /// Whether the header marks a stack of images: space group 0 with one section a "volume", or with
  /// SerialEM's records of a tilt series; or the volume is too thin for its width to be a specimen.
  private var isTiltSeries: Bool {
    guard let header = storedHeader else { return false }
    if header.spaceGroup == 0 && header.sampling.z == 1 && 1 < header.extent.z { return true }
    if header.spaceGroup == 0 && header.extendedHeaderType == "SERI" { return true }
    guard voxelSizeIsKnown else { return false }
    // 150 Å holds two membranes at most; ice that thin, and ten times wider, has not been imaged.
    let size = geometry.size
    let sides =
      SIMD3(Double(size.x), Double(size.y), Double(size.z)) * geometry.voxelSizeAngstrom
    return sides.z < 150 && 10 * sides.z < min(sides.x, sides.y)
  }
}
