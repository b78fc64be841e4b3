import LinearAlgebra
public import Meshes
import TomogramModel

/// STL files, binary or text: triangles only, without shared vertices; equal positions become one
/// vertex when read.
public enum STLFile {
  private static let (headerBytes, triangleBytes) = (84, 50)

  /// Reads a surface; normals come from the triangles.
  public static func read(path: String) throws(MeshFileError) -> MembraneSurface {
    let bytes = try readBytes(path)
    let corners = try isBinary(bytes) ? binaryCorners(bytes) : textCorners(bytes, path: path)
    guard corners.allSatisfy({ $0.x.isFinite && $0.y.isFinite && $0.z.isFinite }) else {
      throw .malformed(path: path, found: "a position that is not finite", expected: "Å")
    }
    return ForeignMesh(mesh: welded(corners)).membraneSurface()
  }

  /// The length decides: text files may start with anything, binary ones with "solid".
  private static func isBinary(_ bytes: [UInt8]) -> Bool {
    guard headerBytes <= bytes.count else { return false }
    let count = ScalarType.uint32.read(bytes, at: headerBytes - 4, bigEndian: false)
    return Double(bytes.count) == Double(headerBytes) + count * Double(triangleBytes)
  }

  private static func binaryCorners(_ bytes: [UInt8]) -> [SIMD3<Double>] {
    var corners: [SIMD3<Double>] = []
    for start in stride(from: headerBytes, to: bytes.count, by: triangleBytes) {
      for corner in 1...3 {
        let place = start + 12 * corner
        corners.append(
          SIMD3(
            ScalarType.float32.read(bytes, at: place, bigEndian: false),
            ScalarType.float32.read(bytes, at: place + 4, bigEndian: false),
            ScalarType.float32.read(bytes, at: place + 8, bigEndian: false)))
      }
    }
    return corners
  }

  private static func textCorners(
    _ bytes: [UInt8], path: String
  ) throws(MeshFileError) -> [SIMD3<Double>] {
    var scanner = TextScanner(bytes)
    guard scanner.word() == "solid" else {
      throw .malformed(
        path: path, found: "\(bytes.count) bytes",
        expected: "\"solid\", or as many triangles as a binary header counts")
    }
    var corners: [SIMD3<Double>] = []
    while let word = scanner.word() {
      guard word == "vertex" else { continue }
      guard let x = scanner.number(), let y = scanner.number(), let z = scanner.number() else {
        throw .malformed(path: path, found: "an incomplete vertex", expected: "vertex x y z")
      }
      corners.append(SIMD3(x, y, z))
    }
    guard corners.count.isMultiple(of: 3) else {
      throw .malformed(
        path: path, found: "\(corners.count) corners", expected: "three for each triangle")
    }
    return corners
  }

  private static func welded(_ corners: [SIMD3<Double>]) -> TriangleMesh {
    var (mesh, known): (TriangleMesh, [SIMD3<Double>: Int32]) = (TriangleMesh(), [:])
    let numbers = corners.map { corner -> Int32 in
      if let number = known[corner] { return number }
      let number = Int32(mesh.vertices.count)
      known[corner] = number
      mesh.vertices.append(corner)
      return number
    }
    for start in stride(from: 0, to: numbers.count, by: 3) {
      let triangle = SIMD3(numbers[start], numbers[start + 1], numbers[start + 2])
      if triangle.x != triangle.y && triangle.y != triangle.z && triangle.z != triangle.x {
        mesh.triangles.append(triangle)
      }
    }
    return mesh
  }

  /// Writes triangles as binary STL, atomically.
  public static func write(
    _ surface: MembraneSurface, to path: String, overwrite: Bool = false
  ) throws(MeshFileError) {
    let mesh = surface.mesh
    var bytes = Array("positions in angstrom".utf8)
    bytes += [UInt8](repeating: 32, count: headerBytes - 4 - bytes.count)
    bytes.append(littleEndian: UInt32(mesh.triangles.count))
    for triangle in mesh.triangles.indices {
      let (a, b, c) = mesh.corners(of: triangle)
      for vector in [mesh.areaVector(of: triangle).normalized, a, b, c] {
        for axis in 0..<3 { bytes.append(littleEndian: Float(vector[axis])) }
      }
      bytes += [0, 0]
    }
    try writeBytes(bytes, to: path, overwrite: overwrite)
  }
}
