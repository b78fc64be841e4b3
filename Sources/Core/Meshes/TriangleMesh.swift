/// A triangulated surface: vertices in Å and triangles that index them.
///
/// Triangles are wound counter-clockwise seen from the side the normal points to (out of a closed
/// membrane, towards +z for an open one).
public struct TriangleMesh: Equatable, Sendable {
  /// Vertex positions in Å, order x y z.
  public var vertices: [SIMD3<Float>]
  /// Three vertex numbers a triangle.
  public var triangles: [SIMD3<UInt32>]

  /// Makes a mesh.
  public init(vertices: [SIMD3<Float>], triangles: [SIMD3<UInt32>]) {
    (self.vertices, self.triangles) = (vertices, triangles)
    assert(indicesAreValid, "Triangles index existing vertices.")
  }

  /// No vertex, no triangle.
  public static let empty = TriangleMesh(vertices: [], triangles: [])

  /// Whether each triangle names three different vertices of the mesh.
  public var indicesAreValid: Bool {
    triangles.allSatisfy { triangle in
      let (a, b, c) = (Int(triangle.x), Int(triangle.y), Int(triangle.z))
      return max(a, b, c) < vertices.count && a != b && b != c && c != a
    }
  }
}
