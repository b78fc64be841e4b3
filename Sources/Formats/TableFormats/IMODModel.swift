public import Volumes
import WorkLedger

/// A model as IMOD draws it over a tomogram: contours in pixels, an object a membrane.
///
/// Binary format V1.2 (IMOD, "IMOD Binary File Format", bio3d.colorado.edu/imod/doc/binspec.html):
/// big-endian; a header of 240 bytes, then an `OBJT` chunk an object with its `CONT` chunks, `IEOF`.
///
/// IMOD counts pixels from their lower left corner and sections from their middle: the centre of
/// voxel (i, j, k) is at (i + 0.5, j + 0.5, k).
public struct IMODModel: Hashable, Sendable {
  /// A line or a cloud of points.
  public struct Contour: Hashable, Sendable {
    /// Positions in voxels as the program counts them: whole numbers at centres, order x y z.
    public var points: [SIMD3<Double>]
    /// Whether the last point is not joined to the first.
    public var isOpen: Bool

    /// Makes a contour.
    public init(points: [SIMD3<Double>], isOpen: Bool) {
      (self.points, self.isOpen) = (points, isOpen)
    }
  }

  /// Contours of one colour.
  public struct Object: Hashable, Sendable {
    /// Up to 63 bytes.
    public var name: String
    /// Red, green, blue, 0...255.
    public var colour: SIMD3<UInt8>
    /// Whether contours are clouds of points and not lines.
    public var isScattered: Bool
    /// The contours.
    public var contours: [Contour]

    /// Makes an object.
    public init(
      name: String, colour: SIMD3<UInt8>, isScattered: Bool = false, contours: [Contour]
    ) {
      (self.name, self.colour, self.isScattered) = (name, colour, isScattered)
      self.contours = contours
    }
  }

  /// The tomogram's voxels.
  public var geometry: VolumeGeometry
  /// What is drawn.
  public var objects: [Object]

  /// Makes a model.
  public init(geometry: VolumeGeometry, objects: [Object]) {
    (self.geometry, self.objects) = (geometry, objects)
  }

  /// Writes a file, atomically.
  public func write(to path: String, overwrite: Bool = false) throws(TableError) {
    do throws(FileError) {
      try AtomicFile.write(bytes, to: path, overwrite: overwrite)
    } catch {
      throw .file(error)
    }
  }

  /// The file's bytes.
  public var bytes: [UInt8] {
    var bytes = Array("IMODV1.2".utf8)
    appendHeader(to: &bytes)
    for object in objects { object.append(to: &bytes) }
    return bytes + Array("IEOF".utf8)
  }

  /// 232 bytes; fields in the order of the format's table.
  private func appendHeader(to bytes: inout [UInt8]) {
    let (size, edges) = (geometry.size, geometry.voxelSizeAngstrom)
    bytes.append(text: "membranes", byteCount: 128)
    for count in [size.x, size.y, size.z, objects.count] { bytes.append(bigEndian: Int32(count)) }
    // Flags: all are about chunks that this file has none of.
    bytes.append(bigEndian: UInt32(0))
    // Draw mode, mouse mode, black and white level.
    for value in [1, 1, 0, 255] as [Int32] { bytes.append(bigEndian: value) }
    // Offsets are unused; the scale stretches z where voxels are not cubes.
    for value in [0, 0, 0, 1, 1, edges.z / edges.x] { bytes.append(bigEndian: Float(value)) }
    // Current object, contour and point; resolution and threshold of automatic contours.
    for value in [0, 0, 0, 3, 128] as [Int32] { bytes.append(bigEndian: value) }
    bytes.append(bigEndian: Float(edges.x))
    // Unit of the pixel size, 10 to this power of a metre; then a check sum, which 0 leaves out.
    for value in [-10, 0] as [Int32] { bytes.append(bigEndian: value) }
    for _ in 0..<3 { bytes.append(bigEndian: Float(0)) }
  }
}

extension IMODModel.Object {
  /// A chunk of 176 bytes, then the contours.
  fileprivate func append(to bytes: inout [UInt8]) {
    bytes += Array("OBJT".utf8)
    bytes.append(text: name, byteCount: 64)
    bytes += [UInt8](repeating: 0, count: 64)
    bytes.append(bigEndian: Int32(contours.count))
    // Bit 3: contours are open by default; bit 9: scattered points.
    let isOpen = contours.allSatisfy(\.isOpen)
    bytes.append(bigEndian: UInt32((isOpen ? 1 << 3 : 0) | (isScattered ? 1 << 9 : 0)))
    // Axis, draw mode.
    for value in [0, 1] as [Int32] { bytes.append(bigEndian: value) }
    for axis in 0..<3 { bytes.append(bigEndian: Float(colour[axis]) / 255) }
    // Size of points in 3D, in pixels.
    bytes.append(bigEndian: Int32(isScattered ? 2 : 0))
    // Symbol (1: none), its size, line width in 2D and 3D, line style, symbol flags, padding, trans.
    bytes += [1, 3, 1, 1, 0, 0, 0, 0]
    // No meshes; surfaces are not numbered.
    for value in [0, 0] as [Int32] { bytes.append(bigEndian: value) }
    for contour in contours {
      bytes += Array("CONT".utf8)
      bytes.append(bigEndian: Int32(contour.points.count))
      // Bit 3: this contour is open though its object's are closed.
      bytes.append(bigEndian: UInt32(contour.isOpen && !isOpen ? 1 << 3 : 0))
      for value in [0, 0] as [Int32] { bytes.append(bigEndian: value) }
      for point in contour.points {
        let pixel = point + SIMD3(0.5, 0.5, 0)
        for axis in 0..<3 { bytes.append(bigEndian: Float(pixel[axis])) }
      }
    }
  }
}

extension [UInt8] {
  /// Appends the bytes of a number, highest first.
  fileprivate mutating func append(bigEndian value: some FixedWidthInteger) {
    for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// Appends a float's bytes, highest first.
  fileprivate mutating func append(bigEndian value: Float) { append(bigEndian: value.bitPattern) }

  /// Appends text and zeros up to a length; at least one zero.
  fileprivate mutating func append(text: String, byteCount: Int) {
    let text = Array(text.utf8.prefix(byteCount - 1))
    self += text + [UInt8](repeating: 0, count: byteCount - text.count)
  }
}
