public import MRCFormat
import TIFFFormat
public import Volumes
import WorkLedger

/// How to read a file whose header does not say all, or says it wrong.
public typealias InputOptions = MRCReadingOptions

/// A volume named by the user, whatever its format.
///
///     let input = try InputVolume.open(path: path, options: InputOptions(), scratchFolder: "/tmp")
///     try input.requiringTomogram(workers: Workers(count: 4))
///
/// The format is found by the file's first bytes, never by its name.
public struct InputVolume: Sendable {
  /// Name given by the user.
  public let path: String
  /// The samples, as stored.
  public let source: any VolumeSource<Float>
  /// Whether the voxel size is known; where it is not, the geometry says 1 Å.
  public let voxelSizeIsKnown: Bool
  /// What was decided where the file leaves a choice, for the user.
  public let notes: [String]
  /// The header in normal form, from which outputs on this grid take what is carried over; nil for
  /// other formats than MRC.
  public let header: MRCHeader?
  /// The header as it stands in the file; nil for other formats than MRC.
  public let storedHeader: MRCHeader?

  /// Size and place of the voxels.
  public var geometry: VolumeGeometry { source.geometry }

  /// Opens a file.
  ///
  /// - Parameter scratchFolder: where packed MRC files and TIFF stacks are unpacked, once.
  /// - Throws: `MRCError`, `TIFFError`, or an error of the scratch folder.
  public static func open(
    path: String, options: InputOptions = InputOptions(), scratchFolder: String
  ) throws -> InputVolume {
    if try isTIFF(path) {
      return try openTIFF(path: path, options: options, scratchFolder: scratchFolder)
    }
    let volume = try MRCVolume(path: path, options: options, scratchFolder: scratchFolder)
    return InputVolume(
      path: path, source: volume, voxelSizeIsKnown: volume.voxelSizeIsKnown, notes: volume.notes,
      header: volume.template, storedHeader: volume.header)
  }

  /// SHA-256 of the file's bytes, as they are on disk.
  public func contentHash() throws -> String { try SHA256.hexDigest(ofFile: path) }

  private static func isTIFF(_ path: String) throws -> Bool {
    let file: InputFile
    do { file = try InputFile(path: path) } catch { throw MRCError.file(error) }
    guard 4 <= file.byteCount else { return false }
    let magic = try file.read(at: 0, count: 4)
    let classic: [[UInt8]] = [[0x49, 0x49, 42, 0], [0x4d, 0x4d, 0, 42]]
    let big: [[UInt8]] = [[0x49, 0x49, 43, 0], [0x4d, 0x4d, 0, 43]]
    return (classic + big).contains(magic)
  }

  /// A TIFF stack is decoded once, because a block of it costs as much as its whole pages.
  private static func openTIFF(
    path: String, options: InputOptions, scratchFolder: String
  ) throws -> InputVolume {
    let stack = try TIFFStack(path: path, voxelSizeAngstrom: options.pixelSizeAngstrom)
    // A row of the last page, before room is reserved on the word of a header.
    let size = stack.geometry.size
    let row = Region(
      lower: VoxelIndex(x: 0, y: 0, z: size.z - 1), upper: VoxelIndex(x: size.x, y: 1, z: size.z))
    _ = try stack.read(row)
    let order = try ReorderedSource(stack, axes: options.axes)
    let scratch = try ScratchVolume<Float>(geometry: order.geometry, folder: scratchFolder)
    for page in stack.geometry.bounds.slabs(thickness: 1) {
      scratch.write(order.reordered(try stack.read(page)))
    }
    return InputVolume(
      path: path, source: scratch, voxelSizeIsKnown: stack.voxelSizeIsKnown, notes: [],
      header: nil, storedHeader: nil)
  }
}
