/// A surface made of triangles: vertices in Å (order x y z) and three vertex numbers a triangle.
///
/// Triangles run counterclockwise seen from the side that normals point to: out of a closed
/// membrane, towards +z for an open one (CONTRACT).
public struct TriangleMesh: Hashable, Sendable {
  /// Positions in Å.
  public var vertices: [SIMD3<Double>]
  /// Vertex numbers, each in `vertices.indices`.
  public var triangles: [SIMD3<Int32>]

  /// Makes a mesh.
  public init(vertices: [SIMD3<Double>] = [], triangles: [SIMD3<Int32>] = []) {
    (self.vertices, self.triangles) = (vertices, triangles)
  }

  /// Corners of a triangle.
  @inlinable
  public func corners(of triangle: Int) -> (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>) {
    let corner = triangles[triangle]
    return (vertices[Int(corner.x)], vertices[Int(corner.y)], vertices[Int(corner.z)])
  }

  /// Traps where a triangle names a vertex that is not there, or a vertex is not finite.
  public func checkInvariants() {
    for corner in triangles {
      for axis in 0..<3 {
        precondition(
          vertices.indices.contains(Int(corner[axis])), "A triangle names vertices of its mesh.")
      }
    }
    precondition(
      vertices.allSatisfy { $0.x.isFinite && $0.y.isFinite && $0.z.isFinite },
      "A mesh's vertices are finite.")
  }
}
