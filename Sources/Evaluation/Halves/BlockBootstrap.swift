import TomographicImaging

/// Intervals of what is counted over vertices whose errors are not independent.
///
/// Vertices go to cubes of space; whole cubes are drawn anew with replacement (Künsch 1989), both
/// halves' vertices and all membranes in a cube together, so that whatever is correlated within a
/// cube stays so. Errors of surfaces are correlated over tens of voxels (Decision 5): cubes must be
/// larger. The interval is that of the 2.5th to the 97.5th percentile of the draws; of few cubes it
/// is too short, so that a reader must ask for a least number of them.
struct BlockBootstrap: Sendable {
  /// 95 % of the draws.
  static let level = 0.95
  /// Number of blocks.
  let blocks: Int
  /// How often each block comes in each draw.
  private let counts: [[UInt8]]

  /// Draws blocks.
  ///
  /// Same number of blocks, same draws.
  ///
  /// - Parameter draws: of 1000, the ends of an interval are good to a twentieth of its length.
  init(blocks: Int, draws: Int = 1000) {
    self.blocks = blocks
    var random = CounterRandom(seed: 1, stream: 0)
    counts = (0..<draws).map { _ in
      var counts = [UInt8](repeating: 0, count: blocks)
      // A block comes 255 times with a chance below 10⁻⁵⁰⁰ where there are more than one.
      for _ in 0..<(blocks < 2 ? 0 : blocks) { counts[random.integer(0...(blocks - 1))] += 1 }
      return counts
    }
  }

  /// The interval of a statistic.
  ///
  /// - Parameter statistic: from how often each block counts; nil where that leaves nothing.
  /// - Returns: nil for fewer than two blocks, or where fewer than half of the draws have a value.
  func interval(_ statistic: ([UInt8]) -> Double?) -> ClosedRange<Double>? {
    guard 1 < blocks else { return nil }
    let values = counts.compactMap(statistic).sorted()
    guard counts.count <= 2 * values.count else { return nil }
    let tail = Int(Double(values.count) * (1 - Self.level) / 2)
    return values[tail]...values[values.count - 1 - tail]
  }
}
