public import Meshes
import TomogramModel

/// All membranes' surfaces as the page's graphics buffers: 16-bit positions in one common box.
///
///     bytes: positions  vertexCount * 4 * UInt16   (x, y, z, label)
///            attributes vertexCount * 4 * UInt8    (normal u, normal v, knowledge, curvature)
///            indices    3 * triangleCount * UInt32
///
/// Knowledge is provenance + 4 d: d = 0 for no standard deviation, else 1...63 for 0 to the limit.
/// Little-endian. The quantisation error is 1/131070 of the box: 0.1 Å for a box of 1.3 µm.
public struct PackedMeshes: Sendable {
  /// Which part of the buffers is one membrane.
  public struct Part: Hashable, Sendable, Encodable {
    /// The membrane's label.
    public let label: Int
    /// First entry in the index buffer.
    public let firstIndex: Int
    /// Entries in the index buffer, three a triangle.
    public let indexCount: Int
  }

  /// Corner of the common box, Å.
  public private(set) var lower: SIMD3<Double> = .zero
  /// Longest edge of the common box, Å; 65535 stands for it along every axis.
  public private(set) var edge: Double = 1
  /// Curvature that 0 and 255 stand for, ± nm⁻¹ (128 is flat); 0 where no vertex has one.
  public private(set) var curvatureLimit: Float = 0
  /// Standard deviation that the largest code stands for, Å; 0 where no vertex has one.
  public private(set) var deviationLimit: Float = 0
  /// One part a membrane, in the order given.
  public private(set) var parts: [Part] = []
  /// The buffers.
  public private(set) var bytes: [UInt8] = []
  /// Vertices of all membranes.
  public private(set) var vertexCount = 0
  /// Triangles of all membranes.
  public private(set) var triangleCount = 0

  /// Packs surfaces.
  ///
  /// - Parameter surfaces: label and surface, labels 1...65535.
  public init(_ surfaces: [(label: Int, surface: MembraneSurface)]) {
    vertexCount = surfaces.reduce(0) { $0 + $1.surface.mesh.vertices.count }
    triangleCount = surfaces.reduce(0) { $0 + $1.surface.mesh.triangles.count }
    guard 0 < vertexCount else { return }
    findBox(surfaces)
    curvatureLimit = Self.limit(surfaces.map(\.surface.meanCurvaturePerNm))
    deviationLimit = Self.limit(surfaces.map(\.surface.standardDeviationAngstrom))
    bytes.reserveCapacity(12 * vertexCount + 12 * triangleCount)
    for (label, surface) in surfaces { appendPositions(surface, label: label) }
    for (_, surface) in surfaces { appendAttributes(surface) }
    var first = 0
    for (label, surface) in surfaces {
      appendIndices(surface, first: first, label: label)
      first += surface.mesh.vertices.count
    }
  }

  private mutating func findBox(_ surfaces: [(label: Int, surface: MembraneSurface)]) {
    var low = SIMD3(repeating: Double.infinity)
    var high = -low
    for (_, surface) in surfaces {
      for vertex in surface.mesh.vertices {
        low = pointwiseMin(low, vertex)
        high = pointwiseMax(high, vertex)
      }
    }
    lower = low
    edge = max((high - low).max(), 1e-3)
  }

  /// The 98th percentile of the sizes: single spikes do not bleach the colours.
  private static func limit(_ arrays: [[Float]]) -> Float {
    let sizes = arrays.flatMap { $0.filter(\.isFinite).map(abs) }.sorted()
    return sizes.isEmpty ? 0 : max(sizes[sizes.count * 98 / 100], 1e-6)
  }

  private mutating func appendPositions(_ surface: MembraneSurface, label: Int) {
    for vertex in surface.mesh.vertices {
      let scaled = (vertex - lower) / edge * 65535 + 0.5
      for axis in 0..<3 { append(UInt16(min(max(scaled[axis], 0), 65535))) }
      append(UInt16(label))
    }
  }

  private mutating func appendAttributes(_ surface: MembraneSurface) {
    for index in surface.mesh.vertices.indices {
      let (u, v) = Self.octahedral(surface.normals[index])
      let deviation = deviationCode(surface.standardDeviationAngstrom[index])
      bytes += [u, v, UInt8(surface.provenance[index].rawValue) + 4 * deviation]
      let curvature = surface.meanCurvaturePerNm[index]
      let share = curvatureLimit == 0 || !curvature.isFinite ? 0 : curvature / curvatureLimit
      bytes.append(UInt8(128 + min(max(share, -1), 1) * 127))
    }
  }

  private func deviationCode(_ deviation: Float) -> UInt8 {
    guard 0 < deviationLimit, 0 <= deviation else { return 0 }
    return 1 + UInt8(min(deviation / deviationLimit, 1) * 62 + 0.5)
  }

  private mutating func appendIndices(_ surface: MembraneSurface, first: Int, label: Int) {
    let start = parts.last.map { $0.firstIndex + $0.indexCount } ?? 0
    parts.append(
      Part(label: label, firstIndex: start, indexCount: 3 * surface.mesh.triangles.count))
    for corner in surface.mesh.triangles {
      for axis in 0..<3 { append(UInt32(first + Int(corner[axis]))) }
    }
  }

  /// A unit vector as two bytes on an unfolded octahedron (Meyer et al., "On floating-point normal
  /// vectors", 2010): error below 1°.
  static func octahedral(_ normal: SIMD3<Double>) -> (UInt8, UInt8) {
    let sum = abs(normal.x) + abs(normal.y) + abs(normal.z)
    guard 0 < sum else { return (128, 128) }
    var (u, v) = (normal.x / sum, normal.y / sum)
    if normal.z < 0 {
      (u, v) = ((1 - abs(v)) * (u < 0 ? -1 : 1), (1 - abs(u)) * (v < 0 ? -1 : 1))
    }
    func byte(_ value: Double) -> UInt8 { UInt8((value * 0.5 + 0.5) * 255 + 0.5) }
    return (byte(u), byte(v))
  }

  private mutating func append<Value: FixedWidthInteger>(_ value: Value) {
    for shift in stride(from: 0, to: Value.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> Value(shift)))
    }
  }
}
