import LinearAlgebra
import Meshes

/// The unit sphere as an icosahedron whose triangles are split in four `level` times.
func icosphere(level: Int) -> TriangleMesh {
  let golden = (1 + 5.0.squareRoot()) / 2
  var vertices: [SIMD3<Double>] = [
    SIMD3(-1, golden, 0), SIMD3(1, golden, 0), SIMD3(-1, -golden, 0), SIMD3(1, -golden, 0),
    SIMD3(0, -1, golden), SIMD3(0, 1, golden), SIMD3(0, -1, -golden), SIMD3(0, 1, -golden),
    SIMD3(golden, 0, -1), SIMD3(golden, 0, 1), SIMD3(-golden, 0, -1), SIMD3(-golden, 0, 1),
  ].map(\.normalized)
  var triangles: [SIMD3<Int32>] = [
    SIMD3(0, 11, 5), SIMD3(0, 5, 1), SIMD3(0, 1, 7), SIMD3(0, 7, 10), SIMD3(0, 10, 11),
    SIMD3(1, 5, 9), SIMD3(5, 11, 4), SIMD3(11, 10, 2), SIMD3(10, 7, 6), SIMD3(7, 1, 8),
    SIMD3(3, 9, 4), SIMD3(3, 4, 2), SIMD3(3, 2, 6), SIMD3(3, 6, 8), SIMD3(3, 8, 9),
    SIMD3(4, 9, 5), SIMD3(2, 4, 11), SIMD3(6, 2, 10), SIMD3(8, 6, 7), SIMD3(9, 8, 1),
  ]
  for _ in 0..<level {
    var middles: [UInt64: Int32] = [:]
    middles.reserveCapacity(triangles.count * 2)
    var finer: [SIMD3<Int32>] = []
    finer.reserveCapacity(triangles.count * 4)
    func middle(_ first: Int32, _ second: Int32) -> Int32 {
      let key = UInt64(min(first, second)) << 32 | UInt64(max(first, second))
      if let known = middles[key] { return known }
      let new = Int32(vertices.count)
      vertices.append((vertices[Int(first)] + vertices[Int(second)]).normalized)
      middles[key] = new
      return new
    }
    for corner in triangles {
      let (a, b, c) = (
        middle(corner.x, corner.y), middle(corner.y, corner.z), middle(corner.z, corner.x)
      )
      finer.append(SIMD3(corner.x, a, c))
      finer.append(SIMD3(corner.y, b, a))
      finer.append(SIMD3(corner.z, c, b))
      finer.append(SIMD3(a, b, c))
    }
    triangles = finer
  }
  return TriangleMesh(vertices: vertices, triangles: triangles)
}
