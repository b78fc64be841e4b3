import Volumes

/// Reads the rows of a patch out of an example: density by trilinear interpolation, the truth of the
/// nearest voxel. Places beyond the volume repeat its border and have weight 0.
struct PatchSampler {
  private let example: SegmentationExample
  /// From one place of a row to the next, in voxels along x and y.
  private let step: SIMD2<Float>
  private let hiddenWeight: Float

  init(_ example: SegmentationExample, step: SIMD2<Float>, hiddenWeight: Float) {
    (self.example, self.step, self.hiddenWeight) = (example, step, hiddenWeight)
  }

  /// Fills a row of places, which is a straight line through one depth of the volume.
  ///
  /// - Parameters:
  ///   - row: the places in the patch.
  ///   - depth: their z in the example, in voxels.
  ///   - start: x and y of the first.
  func fill(
    _ row: Range<Int>, density: inout MutableSpan<Float>, target: inout MutableSpan<Float>,
    weight: inout MutableSpan<Float>, depth: Float, start: SIMD2<Float>
  ) {
    let size = example.size
    let along = Cell.Axis(depth, count: size.z, stride: size.x &* size.y)
    let inner = interior(from: start, count: row.count)
    let (values, truth) = (example.density.span, example.truth.span)
    for index in 0..<row.count {
      let position = start + Float(index) * step
      let cell =
        inner.contains(index)
        ? Cell(inside: position, width: size.x, along)
        : Cell(
          Cell.Axis(position.x, count: size.x, stride: 1),
          Cell.Axis(position.y, count: size.y, stride: size.x), along)
      let place = row.lowerBound &+ index
      density[place] = cell.density(values) * SegmentationExample.step
      let code = truth[cell.nearest]
      let isHidden = code == SegmentationExample.hiddenCode
      target[place] = isHidden || code == SegmentationExample.Meaning.membrane.rawValue ? 1 : 0
      let isKnown = cell.isInside && code != SegmentationExample.Meaning.ignored.rawValue
      weight[place] = isKnown ? (isHidden ? hiddenWeight : 1) : 0
    }
  }

  /// Places of a row of which all four neighbours along x and y are in the volume.
  private func interior(from start: SIMD2<Float>, count: Int) -> Range<Int> {
    var (first, end) = (0.0, Double(count))
    for axis in 0..<2 {
      // A thousandth of a voxel keeps rounding out.
      let low = 0.001 - Double(start[axis])
      let last = (axis == 0 ? example.size.x : example.size.y) - 1
      let high = Double(last) - 0.001 - Double(start[axis])
      let step = Double(step[axis])
      guard 1e-6 < abs(step) else {
        if low < 0 && 0 < high { continue }
        return 0..<0
      }
      first = max(first, (step < 0 ? high : low) / step)
      end = min(end, (step < 0 ? low : high) / step + 1)
    }
    let range = (first.rounded(.up), end.rounded(.up) - 1)
    return range.0 < range.1 ? Int(range.0)..<Int(range.1) : 0..<0
  }
}

/// The eight voxels around a position.
private struct Cell {
  /// The two voxels around a position along an axis, by their offsets.
  struct Axis {
    var low: Int
    var high: Int
    /// Weight of the higher.
    var share: Float
    var isInside: Bool

    /// The nearest there are.
    init(_ position: Float, count: Int, stride: Int) {
      let floor = position.rounded(.down)
      share = position - floor
      low = min(max(Int(floor), 0), count &- 1) &* stride
      high = min(max(Int(floor) &+ 1, 0), count &- 1) &* stride
      isInside = -0.5 <= position && position < Float(count) - 0.5
    }

    var nearest: Int { share < 0.5 ? low : high }
  }

  /// Offset of the lowest voxel.
  private let lowest: Int
  /// From a voxel to its neighbour along x, y, z.
  private let right: Int
  private let behind: Int
  private let above: Int
  private let shares: SIMD3<Float>
  let isInside: Bool
  /// Offset of the voxel nearest to the position.
  let nearest: Int

  init(_ x: Axis, _ y: Axis, _ z: Axis) {
    lowest = x.low &+ y.low &+ z.low
    (right, behind, above) = (x.high &- x.low, y.high &- y.low, z.high &- z.low)
    shares = SIMD3(x.share, y.share, z.share)
    isInside = x.isInside && y.isInside && z.isInside
    nearest = x.nearest &+ y.nearest &+ z.nearest
  }

  /// Of a position with all neighbours along x and y in a volume of the given width.
  @inline(__always)
  init(inside position: SIMD2<Float>, width: Int, _ z: Axis) {
    let (x, y) = (Int(Int32(position.x)), Int(Int32(position.y)))
    let (fx, fy) = (position.x - Float(x), position.y - Float(y))
    (right, behind, above) = (1, width, z.high &- z.low)
    lowest = y &* width &+ x &+ z.low
    shares = SIMD3(fx, fy, z.share)
    isInside = z.isInside
    // Without a branch: which is nearer is as good as random.
    nearest = (y &+ Int(Int32(2 * fy))) &* width &+ x &+ Int(Int32(2 * fx)) &+ z.nearest
  }

  /// Interpolated along x, then y, then z.
  @inline(__always)
  func density(_ values: Span<Int8>) -> Float {
    func line(_ offset: Int) -> Float {
      let (a, b) = (Float(values[offset]), Float(values[offset &+ right]))
      return a + shares.x * (b - a)
    }
    func plane(_ offset: Int) -> Float {
      let (a, b) = (line(offset), line(offset &+ behind))
      return a + shares.y * (b - a)
    }
    let (low, high) = (plane(lowest), plane(lowest &+ above))
    return low + shares.z * (high - low)
  }
}
