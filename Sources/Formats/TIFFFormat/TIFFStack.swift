import CTIFF
import Dispatch
public import Volumes
import WorkLedger

/// A volume in a multi-page TIFF file: one page a section, row 0 first.
///
/// Reads one channel of 8, 16 or 32-bit integers or of floats, in either byte order, in strips or
/// tiles, with any compression that libtiff knows, classic or BigTIFF. One page, or less, is in
/// memory beside the block asked for. Reads of several threads wait for each other.
public final class TIFFStack: VolumeSource {
  /// Name given by the user.
  public let path: String
  /// Size and place of the voxels; the origin is 0.
  public let geometry: VolumeGeometry
  /// Whether the voxel size was given; where it was not, `geometry` says 1 Å.
  public let voxelSizeIsKnown: Bool
  private let pages: TIFFPages

  /// Opens a file.
  ///
  /// - Parameter voxelSizeAngstrom: voxel edge; TIFF has no reliable place for it.
  /// - Throws: `TIFFError` where the file is no stack of equal, plain images.
  public init(path: String, voxelSizeAngstrom: Double? = nil) throws(TIFFError) {
    if let size = voxelSizeAngstrom, !(0 < size && size <= 100) {
      throw TIFFError.badPixelSize(size)
    }
    do { _ = try InputFile(path: path) } catch { throw TIFFError.file(error) }
    pages = try TIFFPages(path: path)
    self.path = path
    let layout = pages.layout
    geometry = VolumeGeometry(
      size: VolumeSize(x: layout.width, y: layout.height, z: pages.count),
      voxelSizeAngstrom: voxelSizeAngstrom ?? 1)
    voxelSizeIsKnown = voxelSizeAngstrom != nil
  }

  public func read(_ region: Region) throws -> Block<Float> {
    precondition(geometry.bounds.contains(region), "A region read lies inside its volume.")
    var block = Block<Float>(region: region, repeating: 0)
    guard !region.isEmpty else { return block }
    for z in region.lower.z..<region.upper.z { try pages.read(page: z, into: &block) }
    return block
  }
}

/// What the images of a stack have in common.
struct TIFFLayout: Equatable, Sendable {
  let width: Int
  let height: Int
  let bitsPerSample: Int
  /// SAMPLEFORMAT: 1 unsigned, 2 signed, 3 float.
  let format: Int
  let channels: Int

  var story: String {
    let kind = [1: "unsigned", 2: "signed", 3: "float"][format] ?? "unknown"
    return "\(width) x \(height) pixels of \(channels) x \(bitsPerSample)-bit \(kind) samples"
  }

  var sample: TIFFSample? {
    guard channels == 1, 0 < width, 0 < height else { return nil }
    return switch (bitsPerSample, format) {
    case (8, 1): .uint8
    case (8, 2): .int8
    case (16, 1): .uint16
    case (16, 2): .int16
    case (16, 3): .float16
    case (32, 1): .uint32
    case (32, 2): .int32
    case (32, 3): .float32
    case (64, 3): .float64
    default: nil
    }
  }
}

/// How a sample lies in memory once libtiff has decoded it.
enum TIFFSample: Sendable {
  case uint8, int8, uint16, int16, float16, uint32, int32, float32, float64

  var byteCount: Int {
    switch self {
    case .uint8, .int8: 1
    case .uint16, .int16, .float16: 2
    case .uint32, .int32, .float32: 4
    case .float64: 8
    }
  }

  /// Converts a row of decoded samples.
  func convert(_ source: UnsafeRawPointer, to target: UnsafeMutableBufferPointer<Float>) {
    switch self {
    case .uint8: unsafe Self.integers(UInt8.self, source, target)
    case .int8: unsafe Self.integers(Int8.self, source, target)
    case .uint16: unsafe Self.integers(UInt16.self, source, target)
    case .int16: unsafe Self.integers(Int16.self, source, target)
    case .uint32: unsafe Self.integers(UInt32.self, source, target)
    case .int32: unsafe Self.integers(Int32.self, source, target)
    case .float16: unsafe Self.floats(Float16.self, source, target)
    case .float32: unsafe Self.floats(Float.self, source, target)
    case .float64: unsafe Self.floats(Double.self, source, target)
    }
  }

  @inline(__always)
  private static func integers<Stored: FixedWidthInteger & BitwiseCopyable>(
    _ type: Stored.Type, _ source: UnsafeRawPointer, _ target: UnsafeMutableBufferPointer<Float>
  ) {
    let stored = unsafe source.assumingMemoryBound(to: Stored.self)
    for index in 0..<target.count { unsafe target[index] = Float(stored[index]) }
  }

  @inline(__always)
  private static func floats<Stored: BinaryFloatingPoint & BitwiseCopyable>(
    _ type: Stored.Type, _ source: UnsafeRawPointer, _ target: UnsafeMutableBufferPointer<Float>
  ) {
    let stored = unsafe source.assumingMemoryBound(to: Stored.self)
    for index in 0..<target.count { unsafe target[index] = Float(stored[index]) }
  }
}
