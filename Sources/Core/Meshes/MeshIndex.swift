public import LinearAlgebra

/// The triangles of a mesh in a tree of boxes: nearest point of the surface, and rays through it.
///
/// Building takes O(n log n), a question about O(log n).
public struct MeshIndex: Sendable {
  /// The mesh.
  public let mesh: TriangleMesh
  let nodes: [Node]
  /// Triangle numbers; each leaf names a range of them.
  let order: [Int32]

  /// A box and what is in it.
  struct Node: Sendable {
    var lower: SIMD3<Double>
    var upper: SIMD3<Double>
    /// Leaf: first place in `order`. Inner node: the second child; the first follows its parent.
    var first: Int32
    /// Triangles of a leaf; 0 for an inner node.
    var count: Int32
  }

  /// A point of a surface.
  public struct Hit: Sendable {
    /// Triangle number.
    public var triangle: Int
    /// Position in Å.
    public var point: SIMD3<Double>
    /// Distance from the place asked about, in Å.
    public var distance: Double
  }

  /// Makes an index. The mesh may be empty.
  public init(_ mesh: TriangleMesh) {
    self.mesh = mesh
    var builder = Builder(mesh: mesh)
    if !mesh.triangles.isEmpty { builder.build(mesh.triangles.indices) }
    (nodes, order) = (builder.nodes, builder.order)
  }

  /// Splits boxes at the middle triangle along their longest side.
  private struct Builder {
    let mesh: TriangleMesh
    let centers: [SIMD3<Double>]
    var nodes: [Node] = []
    var order: [Int32]

    init(mesh: TriangleMesh) {
      self.mesh = mesh
      centers = mesh.triangles.indices.map { triangle in
        let (a, b, c) = mesh.corners(of: triangle)
        return (a + b + c) / 3
      }
      order = mesh.triangles.indices.map { Int32($0) }
    }

    mutating func build(_ range: Range<Int>) {
      let number = nodes.count
      nodes.append(box(of: range))
      if range.count <= 4 { return }
      let extent = nodes[number].upper - nodes[number].lower
      let axis = extent.largestAxis
      let middle = (range.lowerBound + range.upperBound) / 2
      order[range].sort { a, b in
        (centers[Int(a)][axis], a) < (centers[Int(b)][axis], b)
      }
      build(range.lowerBound..<middle)
      nodes[number].first = Int32(nodes.count)
      nodes[number].count = 0
      build(middle..<range.upperBound)
    }

    private func box(of range: Range<Int>) -> Node {
      var node = Node(
        lower: SIMD3(repeating: .infinity), upper: SIMD3(repeating: -.infinity),
        first: Int32(range.lowerBound), count: Int32(range.count))
      for place in range {
        let (a, b, c) = mesh.corners(of: Int(order[place]))
        node.lower = pointwiseMin(node.lower, pointwiseMin(a, pointwiseMin(b, c)))
        node.upper = pointwiseMax(node.upper, pointwiseMax(a, pointwiseMax(b, c)))
      }
      return node
    }
  }
}

extension MeshIndex.Node {
  /// Squared distance from a position to the box, 0 inside.
  func squaredDistance(to position: SIMD3<Double>) -> Double {
    let nearest = pointwiseMin(pointwiseMax(position, lower), upper)
    let offset = nearest - position
    return offset.dot(offset)
  }
}

extension MeshIndex {
  /// The point of the surface nearest to `position`, if one lies within `limit` Å.
  public func closestPoint(to position: SIMD3<Double>, within limit: Double = .infinity) -> Hit? {
    if nodes.isEmpty { return nil }
    var best: (triangle: Int, point: SIMD3<Double>)?
    var bestSquared = limit * limit
    var pending: [(node: Int, squared: Double)] = [(0, nodes[0].squaredDistance(to: position))]
    while let (number, squared) = pending.popLast() {
      if bestSquared < squared { continue }
      let node = nodes[number]
      if 0 < node.count {
        for place in Int(node.first)..<Int(node.first + node.count) {
          let triangle = Int(order[place])
          let (a, b, c) = mesh.corners(of: triangle)
          let point = closestPointOnTriangle(to: position, a, b, c)
          let offset = point - position
          let distance = offset.dot(offset)
          if distance < bestSquared || (best == nil && distance <= bestSquared) {
            (best, bestSquared) = ((triangle, point), distance)
          }
        }
        continue
      }
      let first = (number + 1, nodes[number + 1].squaredDistance(to: position))
      let second = (Int(node.first), nodes[Int(node.first)].squaredDistance(to: position))
      // The nearer child is looked into first: it is pushed last.
      if first.1 <= second.1 { pending += [second, first] } else { pending += [first, second] }
    }
    return best.map {
      Hit(triangle: $0.triangle, point: $0.point, distance: bestSquared.squareRoot())
    }
  }

  /// Distance from a position to the surface in Å; infinite for an empty mesh.
  public func distance(to position: SIMD3<Double>) -> Double {
    closestPoint(to: position)?.distance ?? .infinity
  }
}

/// The point of triangle abc nearest to p (Ericson 2005, "Real-Time Collision Detection", 5.1.5):
/// a corner, a point of a side or of the inside, told apart by barycentric coordinates.
@inlinable
public func closestPointOnTriangle(
  to p: SIMD3<Double>, _ a: SIMD3<Double>, _ b: SIMD3<Double>, _ c: SIMD3<Double>
) -> SIMD3<Double> {
  let (ab, ac, ap) = (b - a, c - a, p - a)
  let (d1, d2) = (ab.dot(ap), ac.dot(ap))
  if d1 <= 0 && d2 <= 0 { return a }
  let bp = p - b
  let (d3, d4) = (ab.dot(bp), ac.dot(bp))
  if 0 <= d3 && d4 <= d3 { return b }
  let vc = d1 * d4 - d3 * d2
  if vc <= 0 && 0 <= d1 && d3 <= 0 { return a + ab * (d1 / (d1 - d3)) }
  let cp = p - c
  let (d5, d6) = (ab.dot(cp), ac.dot(cp))
  if 0 <= d6 && d5 <= d6 { return c }
  let vb = d5 * d2 - d1 * d6
  if vb <= 0 && 0 <= d2 && d6 <= 0 { return a + ac * (d2 / (d2 - d6)) }
  let va = d3 * d6 - d5 * d4
  if va <= 0 && 0 <= d4 - d3 && 0 <= d5 - d6 {
    return b + (c - b) * ((d4 - d3) / ((d4 - d3) + (d5 - d6)))
  }
  let denominator = 1 / (va + vb + vc)
  return a + ab * (vb * denominator) + ac * (vc * denominator)
}
