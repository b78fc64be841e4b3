import LinearAlgebra

/// A line on a plane through a mesh.
public struct SectionLine: Hashable, Sendable {
  /// Positions in Å along the line; the first is not repeated at the end of a closed one.
  public var points: [SIMD3<Double>]
  /// Whether the last point is joined to the first.
  public var isClosed: Bool
}

extension TriangleMesh {
  /// Where the mesh meets the planes z = first, first + step, ...: the lines of each plane.
  ///
  /// A vertex on a plane counts as above it, so that each triangle gives one stretch of line or
  /// none and lines never branch on a mesh whose edges have at most two triangles.
  ///
  /// - Parameters:
  ///   - first: z of the lowest plane, Å.
  ///   - step: distance of planes, Å, above 0.
  ///   - count: number of planes.
  /// - Returns: lines in a fixed order, a list for each plane.
  /// - Complexity: O(triangles + length of all lines).
  public func sections(first: Double, step: Double, count: Int) -> [[SectionLine]] {
    precondition(0 < step, "Planes lie some distance apart.")
    var stretches = [[(from: UInt64, to: UInt64)]](repeating: [], count: count)
    for corner in triangles {
      let heights = (0..<3).map { (vertices[Int(corner[$0])].z - first) / step }
      let (low, high) = (heights.min() ?? 0, heights.max() ?? 0)
      let planes = max(low.rounded(.down) + 1, 0)..<max(high.rounded(.down) + 1, 0)
      for plane in stride(from: planes.lowerBound, to: min(planes.upperBound, Double(count)), by: 1)
      {
        let isAbove = heights.map { plane <= $0 }
        let isLone = isAbove.count { $0 } == 1
        let lone = isAbove.firstIndex(of: isLone) ?? 0
        let key = { (end: Int) in
          Self.edgeKey(corner[lone], corner[(lone + end) % 3])
        }
        // Along the triangle's sense, so that neighbours' stretches follow each other.
        stretches[Int(plane)].append(isLone ? (key(1), key(2)) : (key(2), key(1)))
      }
    }
    return stretches.indices.map { plane in
      lines(stretches[plane], z: first + Double(plane) * step)
    }
  }

  /// Joins stretches end to end.
  private func lines(_ stretches: [(from: UInt64, to: UInt64)], z: Double) -> [SectionLine] {
    var next: [UInt64: UInt64] = [:]
    for stretch in stretches { next[stretch.from] = stretch.to }
    let ends = Set(stretches.map(\.to))
    // Open lines begin where none ends; what remains are rings.
    let starts =
      stretches.map(\.from).filter { !ends.contains($0) }.sorted()
      + stretches.map(\.from).sorted()
    var lines: [SectionLine] = []
    for start in starts where next[start] != nil {
      var (place, points) = (start, [crossing(of: start, z: z)])
      while let following = next.removeValue(forKey: place), following != start {
        let point = crossing(of: following, z: z)
        // All edges below a vertex on the plane meet the plane in it.
        if point != points.last { points.append(point) }
        place = following
      }
      let isClosed = ends.contains(start)
      if isClosed, 1 < points.count, points.first == points.last { points.removeLast() }
      lines.append(SectionLine(points: points, isClosed: isClosed))
    }
    return lines
  }

  /// The point at height z of an edge.
  private func crossing(of edge: UInt64, z: Double) -> SIMD3<Double> {
    let low = vertices[Int(edge >> 32)]
    let high = vertices[Int(edge & 0xFFFF_FFFF)]
    let share = high.z == low.z ? 0 : (z - low.z) / (high.z - low.z)
    let point = low + share * (high - low)
    return SIMD3(point.x, point.y, z)
  }
}
