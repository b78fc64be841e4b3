import LinearAlgebra
import RealModule

extension TriangleMesh {
  /// Unit normals at the vertices: triangle normals weighted by the angle at the vertex, which do
  /// not depend on how the surface is cut into triangles (Thürmer & Wüthrich 1998; the
  /// pseudonormal of Bærentzen & Aanæs 2005).
  ///
  /// A vertex without a triangle of some area has the normal +z.
  public func vertexNormals() -> [SIMD3<Double>] {
    var normals = [SIMD3<Double>](repeating: .zero, count: vertices.count)
    for triangle in triangles.indices {
      let normal = areaVector(of: triangle).normalized
      if normal == .zero { continue }
      let corner = triangles[triangle]
      for axis in 0..<3 {
        let here = vertices[Int(corner[axis])]
        let next = (vertices[Int(corner[(axis + 1) % 3])] - here).normalized
        let last = (vertices[Int(corner[(axis + 2) % 3])] - here).normalized
        let angle = Double.acos(min(max(next.dot(last), -1), 1))
        normals[Int(corner[axis])] += normal * angle
      }
    }
    return normals.map { $0 == .zero ? SIMD3(0, 0, 1) : $0.normalized }
  }
}
