import LinearAlgebra

/// Points that can be asked for the nearest one and for all within a radius: a k-d tree
/// (Bentley 1975). Answers are exact; equal distances go to the lower number.
///
/// Building takes O(n log n), a question about O(log n).
public struct PointIndex: Sendable {
  /// The points, in the order given.
  public let points: [SIMD3<Double>]
  /// Numbers of points such that each subrange's middle one splits it along `axes[middle]`.
  private var order: [Int32]
  private var axes: [UInt8]

  /// Ranges this short are searched point by point.
  private static let leafCount = 8

  /// Makes an index.
  public init(_ points: [SIMD3<Double>]) {
    self.points = points
    order = points.indices.map { Int32($0) }
    axes = [UInt8](repeating: 0, count: points.count)
    var pending = [points.indices]
    while let range = pending.popLast() {
      if range.count <= Self.leafCount { continue }
      let axis = widestAxis(of: range)
      let middle = (range.lowerBound + range.upperBound) / 2
      partition(range, around: middle, axis: axis)
      axes[middle] = UInt8(axis)
      pending.append(range.lowerBound..<middle)
      pending.append((middle + 1)..<range.upperBound)
    }
  }

  private func widestAxis(of range: Range<Int>) -> Int {
    var lower = points[Int(order[range.lowerBound])]
    var upper = lower
    for place in range {
      lower = pointwiseMin(lower, points[Int(order[place])])
      upper = pointwiseMax(upper, points[Int(order[place])])
    }
    return (upper - lower).largestAxis
  }

  /// Hoare's selection: afterwards no point before `middle` is above it and none after below it.
  private mutating func partition(_ range: Range<Int>, around middle: Int, axis: Int) {
    var (low, high) = (range.lowerBound, range.upperBound - 1)
    while low < high {
      let pivot = points[Int(order[(low + high) / 2])][axis]
      var (i, j) = (low, high)
      while i <= j {
        while points[Int(order[i])][axis] < pivot { i += 1 }
        while pivot < points[Int(order[j])][axis] { j -= 1 }
        if i <= j {
          order.swapAt(i, j)
          i += 1
          j -= 1
        }
      }
      if middle <= j { high = j } else if i <= middle { low = i } else { return }
    }
  }
}

extension PointIndex {
  /// The point nearest to `position` and its distance in Å, if one lies within `limit`.
  public func nearest(
    to position: SIMD3<Double>, within limit: Double = .infinity
  ) -> (index: Int, distance: Double)? {
    var best = (index: -1, squared: limit * limit)
    nearest(to: position, in: points.indices, best: &best)
    return best.index < 0 ? nil : (best.index, best.squared.squareRoot())
  }

  private func nearest(
    to position: SIMD3<Double>, in range: Range<Int>, best: inout (index: Int, squared: Double)
  ) {
    func offer(_ place: Int) {
      let index = Int(order[place])
      let offset = points[index] - position
      let squared = offset.dot(offset)
      let better = best.index < 0 ? squared <= best.squared : squared < best.squared
      if better || (squared == best.squared && index < best.index) { best = (index, squared) }
    }
    if range.count <= Self.leafCount {
      for place in range { offer(place) }
      return
    }
    let middle = (range.lowerBound + range.upperBound) / 2
    let axis = Int(axes[middle])
    let gap = position[axis] - points[Int(order[middle])][axis]
    let (below, above) = (range.lowerBound..<middle, (middle + 1)..<range.upperBound)
    nearest(to: position, in: gap < 0 ? below : above, best: &best)
    // Not <: a point just as near on the other side may have a lower number.
    if gap * gap <= best.squared {
      offer(middle)
      nearest(to: position, in: gap < 0 ? above : below, best: &best)
    }
  }

  /// Calls `body` with the number of each point within `radius` Å (bounds included), in a fixed
  /// order that is not the order of numbers.
  @inline(__always)
  public func forEach(
    within radius: Double, of position: SIMD3<Double>, _ body: (Int) -> Void
  ) {
    let squaredRadius = radius * radius
    var pending = [points.indices]
    while let range = pending.popLast() {
      if range.count <= Self.leafCount {
        for place in range {
          let offset = points[Int(order[place])] - position
          if offset.dot(offset) <= squaredRadius { body(Int(order[place])) }
        }
        continue
      }
      let middle = (range.lowerBound + range.upperBound) / 2
      let offset = points[Int(order[middle])] - position
      if offset.dot(offset) <= squaredRadius { body(Int(order[middle])) }
      let gap = -offset[Int(axes[middle])]
      if gap <= radius { pending.append(range.lowerBound..<middle) }
      if -radius <= gap { pending.append((middle + 1)..<range.upperBound) }
    }
  }

  /// Numbers of all points within `radius` Å, rising.
  public func indices(within radius: Double, of position: SIMD3<Double>) -> [Int] {
    var found: [Int] = []
    forEach(within: radius, of: position) { found.append($0) }
    return found.sorted()
  }
}
