import LinearAlgebra

extension TriangleMesh {
  /// The part of the mesh where a value, linear within each triangle, is at or below `limit`.
  ///
  /// Triangles across the limit are cut along it; new vertices lie on edges and are shared.
  public func clipped(values: [Double], limit: Double) -> TriangleMesh {
    precondition(values.count == vertices.count, "Each vertex has a value.")
    var result = TriangleMesh(vertices: vertices)
    var cuts: [UInt64: Int32] = [:]
    func cut(_ a: Int32, _ b: Int32) -> Int32 {
      let (low, high) = (min(a, b), max(a, b))
      let key = UInt64(low) << 32 | UInt64(high)
      if let known = cuts[key] { return known }
      let (from, to) = (values[Int(low)], values[Int(high)])
      // Kept off the ends: slivers at the rim would turn over when the mesh is smoothed.
      let share = min(max((limit - from) / (to - from), 0.2), 0.8)
      let number = Int32(result.vertices.count)
      result.vertices.append(
        vertices[Int(low)] + share * (vertices[Int(high)] - vertices[Int(low)]))
      cuts[key] = number
      return number
    }
    for corner in triangles {
      let isIn = (0..<3).map { values[Int(corner[$0])] <= limit }
      let count = isIn.count { $0 }
      if count == 0 { continue }
      if count == 3 {
        result.triangles.append(corner)
        continue
      }
      // Turned so that the corner alone on its side comes first.
      let lone = isIn.firstIndex(of: count == 1) ?? 0
      let (a, b, c) = (corner[lone], corner[(lone + 1) % 3], corner[(lone + 2) % 3])
      let (ab, ac) = (cut(a, b), cut(a, c))
      if count == 1 {
        result.triangles.append(SIMD3(a, ab, ac))
      } else {
        result.triangles += [SIMD3(ab, b, c), SIMD3(ab, c, ac)]
      }
    }
    return result.keeping(triangles: Array(result.triangles.indices)).mesh
  }

  /// The mesh with each rim no longer than `perimeterAngstrom` closed by a fan around its middle.
  public func fillingHoles(perimeterAngstrom: Double) -> TriangleMesh {
    var result = self
    for loop in boundaryLoops() where 3 <= loop.count {
      let corners = loop.map { vertices[$0] }
      let perimeter = corners.indices.reduce(0) { sum, place in
        sum + (corners[(place + 1) % corners.count] - corners[place]).length
      }
      guard perimeter <= perimeterAngstrom, Set(loop).count == loop.count else { continue }
      let middle = Int32(result.vertices.count)
      result.vertices.append(corners.reduce(.zero, +) / Double(corners.count))
      for place in loop.indices {
        // Against the rim's direction, which is that of the triangles outside the hole.
        result.triangles.append(
          SIMD3(middle, Int32(loop[(place + 1) % loop.count]), Int32(loop[place])))
      }
    }
    return result
  }
}
