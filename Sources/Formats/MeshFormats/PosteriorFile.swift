public import GaussianProcesses
import Meshes

/// `membrane_0001.posterior`: everything that a surface's standard deviations follow from.
///
/// Little-endian, without gaps; the same posterior gives the same bytes.
///
/// | bytes | content |
/// |---|---|
/// | 8 | `BILAYPO1` |
/// | 2 × 8 | number n of vertices and m of triangles (UInt64) |
/// | 3 × 8 | range of the prior in Å, its standard deviation in Å, range of the noise in Å (Float64) |
/// | n × 24 | the carrier's vertices x y z in Å (Float64) |
/// | m × 12 | its triangles, three vertex numbers each (Int32) |
/// | n × 8 | observed distance from the carrier along its normals, Å (Float64) |
/// | n × 8 | standard deviation of the error of each, Å (Float64) |
public enum PosteriorFile {
  private static let magic = Array("BILAYPO1".utf8)
  private static let headByteCount = 48

  /// Writes a posterior, atomically.
  ///
  /// - Throws: `MeshFileError` where the file cannot be written.
  public static func write(
    _ posterior: SurfacePosterior, to path: String, overwrite: Bool = false
  ) throws(MeshFileError) {
    posterior.checkInvariants()
    let (vertices, triangles) = (posterior.carrier.vertices, posterior.carrier.triangles)
    var bytes = magic
    bytes.reserveCapacity(byteCount(vertices: vertices.count, triangles: triangles.count))
    bytes.append(littleEndian: UInt64(vertices.count))
    bytes.append(littleEndian: UInt64(triangles.count))
    bytes.append(littleEndian: posterior.prior.rangeAngstrom)
    bytes.append(littleEndian: posterior.prior.standardDeviation)
    bytes.append(littleEndian: posterior.noiseRangeAngstrom)
    for vertex in vertices { for axis in 0..<3 { bytes.append(littleEndian: vertex[axis]) } }
    for corner in triangles { for axis in 0..<3 { bytes.append(littleEndian: corner[axis]) } }
    for height in posterior.heightsAngstrom { bytes.append(littleEndian: height) }
    for deviation in posterior.noiseDeviationsAngstrom { bytes.append(littleEndian: deviation) }
    try writeBytes(bytes, to: path, overwrite: overwrite)
  }

  /// Reads a posterior.
  ///
  /// - Throws: `MeshFileError` where the file is no posterior, is truncated, or holds numbers that
  ///   none can have.
  public static func read(path: String) throws(MeshFileError) -> SurfacePosterior {
    let bytes = try readBytes(path)
    guard headByteCount <= bytes.count, Array(bytes[..<magic.count]) == magic else {
      throw malformed(path, "another file", "one that begins with BILAYPO1")
    }
    let counts = [8, 16].map { ScalarType.uint64.read(bytes, at: $0, bigEndian: false) }
    // Int32 numbers the vertices; the bound also keeps the product below from overflowing.
    guard counts.allSatisfy({ $0 <= Double(Int32.max) }),
      bytes.count == byteCount(vertices: Int(counts[0]), triangles: Int(counts[1]))
    else {
      throw malformed(
        path, "\(bytes.count) bytes",
        "as many as \(counts[0]) vertices and \(counts[1]) triangles take")
    }
    return try content(
      bytes, vertices: Int(counts[0]), triangles: Int(counts[1]), path: path)
  }

  private static func byteCount(vertices: Int, triangles: Int) -> Int {
    headByteCount + 40 * vertices + 12 * triangles
  }

  private static func content(
    _ bytes: [UInt8], vertices: Int, triangles: Int, path: String
  ) throws(MeshFileError) -> SurfacePosterior {
    func doubles(_ count: Int, at offset: Int) -> [Double] {
      (0..<count).map { ScalarType.float64.read(bytes, at: offset + 8 * $0, bigEndian: false) }
    }
    let head = doubles(3, at: 24)
    let places = doubles(3 * vertices, at: headByteCount)
    let afterPlaces = headByteCount + 24 * vertices
    let corners = (0..<(3 * triangles)).map {
      Int(ScalarType.int32.read(bytes, at: afterPlaces + 4 * $0, bigEndian: false))
    }
    let afterCorners = afterPlaces + 12 * triangles
    let heights = doubles(vertices, at: afterCorners)
    let deviations = doubles(vertices, at: afterCorners + 8 * vertices)
    guard (head + deviations).allSatisfy({ 0 < $0 && $0.isFinite }),
      (places + heights).allSatisfy(\.isFinite), 0 < triangles
    else { throw malformed(path, "numbers out of range", "finite ones, deviations above 0") }
    guard corners.allSatisfy({ (0..<vertices).contains($0) }) else {
      throw malformed(
        path, "a triangle of vertices that are not there", "numbers below \(vertices)")
    }
    let mesh = TriangleMesh(
      vertices: (0..<vertices).map { vertex -> SIMD3<Double> in
        SIMD3(places[3 * vertex], places[3 * vertex + 1], places[3 * vertex + 2])
      },
      triangles: (0..<triangles).map { triangle -> SIMD3<Int32> in
        let corner = corners[(3 * triangle)..<(3 * triangle + 3)].map { Int32($0) }
        return SIMD3(corner[0], corner[1], corner[2])
      })
    return SurfacePosterior(
      carrier: mesh, heightsAngstrom: heights, noiseDeviationsAngstrom: deviations,
      noiseRangeAngstrom: head[2],
      prior: MaternField(rangeAngstrom: head[0], standardDeviation: head[1]))
  }

  private static func malformed(
    _ path: String, _ found: String, _ expected: String
  ) -> MeshFileError { .malformed(path: path, found: found, expected: expected) }
}
