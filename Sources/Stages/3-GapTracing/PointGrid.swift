import LinearAlgebra

/// Points sorted into cubic cells, to find those near a place.
struct PointGrid: Sendable {
  private let edge: Double
  private let points: [SIMD3<Double>]
  private let order: [Int32]
  private let cells: [SIMD3<Int32>: Range<Int32>]

  /// Sorts points into cells of the given edge.
  init(_ points: [SIMD3<Double>], edge: Double) {
    self.edge = edge
    self.points = points
    let keys = points.map { SIMD3<Int32>(($0 / edge).rounded(.down)) }
    order = points.indices.map { Int32($0) }.sorted { first, second in
      let (a, b) = (keys[Int(first)], keys[Int(second)])
      return (a.z, a.y, a.x, first) < (b.z, b.y, b.x, second)
    }
    var cells: [SIMD3<Int32>: Range<Int32>] = [:]
    var start = 0
    while start < order.count {
      let key = keys[Int(order[start])]
      var end = start
      while end < order.count && keys[Int(order[end])] == key { end += 1 }
      cells[key] = Int32(start)..<Int32(end)
      start = end
    }
    self.cells = cells
  }

  /// Calls `body` with each point within `radius` of a place, in an order that depends on nothing
  /// but the points.
  @inline(__always)
  func forEachPoint(near place: SIMD3<Double>, radius: Double, _ body: (Int) -> Void) {
    let lower = SIMD3<Int32>(((place - radius) / edge).rounded(.down))
    let upper = SIMD3<Int32>(((place + radius) / edge).rounded(.down))
    let square = radius * radius
    for z in lower.z...upper.z {
      for y in lower.y...upper.y {
        for x in lower.x...upper.x {
          guard let range = cells[SIMD3(x, y, z)] else { continue }
          for slot in range {
            let index = Int(order[Int(slot)])
            let away = points[index] - place
            if away.squaredLength <= square { body(index) }
          }
        }
      }
    }
  }
}
