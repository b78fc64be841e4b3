public import Meshes
import TomogramModel

/// Wavefront OBJ files: positions, normals and faces; materials, textures and groups are skipped.
public enum OBJFile {
  /// Reads a surface; normals come from the triangles.
  public static func read(path: String) throws(MeshFileError) -> MembraneSurface {
    var scanner = TextScanner(try readBytes(path))
    var result = ForeignMesh(mesh: TriangleMesh())
    var lineNumber = 0
    while let line = scanner.line() {
      lineNumber += 1
      let words = line.split { $0 == " " || $0 == "\t" }
      switch words.first {
      case "v":
        let numbers = words.dropFirst().prefix(3).compactMap { Double($0) }
        guard numbers.count == 3, numbers.allSatisfy({ $0.isFinite }) else {
          throw malformed(path, lineNumber, line, "v x y z")
        }
        result.mesh.vertices.append(SIMD3(numbers[0], numbers[1], numbers[2]))
      case "f":
        let count = result.mesh.vertices.count
        let corners = words.dropFirst().map { corner($0, count: count) }
        guard 3 <= corners.count, result.appendPolygon(corners) else {
          throw malformed(path, lineNumber, line, "f and at least 3 vertices defined before")
        }
      default: continue
      }
    }
    guard !result.mesh.vertices.isEmpty else {
      throw .malformed(path: path, found: "no vertex", expected: "lines that start with \"v\"")
    }
    return result.membraneSurface()
  }

  /// `12`, `12/3/4` or `-1`, the last vertex so far; −1 where it is none of these.
  private static func corner(_ word: Substring, count: Int) -> Int {
    guard let number = Int(word.prefix { $0 != "/" }), number != 0 else { return -1 }
    return number < 0 ? count + number : number - 1
  }

  private static func malformed(
    _ path: String, _ number: Int, _ line: Substring, _ expected: String
  ) -> MeshFileError {
    .malformed(path: path, found: "line \(number): \"\(line.prefix(80))\"", expected: expected)
  }

  /// Writes positions, normals and faces, atomically.
  public static func write(
    _ surface: MembraneSurface, to path: String, overwrite: Bool = false
  ) throws(MeshFileError) {
    surface.checkInvariants()
    var bytes = Array("# positions in angstrom\n".utf8)
    func append(_ key: String, _ vector: SIMD3<Double>) {
      bytes += Array("\(key) \(Float(vector.x)) \(Float(vector.y)) \(Float(vector.z))\n".utf8)
    }
    for vertex in surface.mesh.vertices { append("v", vertex) }
    for normal in surface.normals { append("vn", normal) }
    for corner in surface.mesh.triangles {
      let words = (0..<3).map { "\(corner[$0] + 1)//\(corner[$0] + 1)" }
      bytes += Array("f \(words[0]) \(words[1]) \(words[2])\n".utf8)
    }
    try writeBytes(bytes, to: path, overwrite: overwrite)
  }
}
