import RealModule
public import TomographicImaging

/// Whether the means of two groups of independent values differ: Welch's studentised difference,
/// judged by dealing the values out again instead of by a theoretical distribution.
///
/// Goals, in order of priority:
/// 1. The level holds at any sample size and for any distribution, skewed or with heavy tails, where
///    both groups are drawn from the same (Fisher 1935; exact by enumeration).
/// 2. Where only the means are the same but the spreads are not, the level still holds as groups
///    grow; the difference must be studentised for that (Janssen 1997; Chung and Romano 2013, Theorem
///    2.2). The plain difference of means fails there.
/// 3. Test and interval agree: the interval holds the shifts that the test does not refuse.
///
/// Two-sided: ways count whose |T| is at least the observed one. Ties count in full.
/// It does not ask where the values come from: they must be independent of each other.
public struct PermutationTest: Sendable {
  /// Mean of the second group less that of the first.
  public let difference: Double
  /// Whether all ways of dealing out were looked at; else some were drawn.
  public let isExact: Bool
  /// Number of ways looked at, the observed one among them.
  public let wayCount: Int
  /// The smallest p-value that groups of these sizes can have.
  public let smallestPValue: Double

  private let assignments: Assignments
  private let sizes: SIMD2<Double>
  /// Sum and sum of squares of all values.
  private let total: SIMD2<Double>
  /// Sum and sum of squares of the second group.
  private let second: SIMD2<Double>
  /// Spread of all values, that 1 is one for what is kept; 0 where all are equal.
  private let scale: Double

  /// Fewest values of a group: with two, a spread is known to a factor of thirty.
  public static let smallestGroup = 3

  /// Sets up a test.
  ///
  /// - Parameters:
  ///   - wayLimit: with more ways to deal out than this, so many are drawn.
  ///   - random: where draws come from.
  /// - Precondition: at least `smallestGroup` finite values in each group.
  /// - Complexity: time O(ways · values), memory O(ways).
  public init(
    _ first: [Double], _ second: [Double], wayLimit: Int = 20_000,
    random: CounterRandom = CounterRandom(seed: 1, stream: 0)
  ) {
    precondition(
      Self.smallestGroup <= min(first.count, second.count), "Each group has three values or more.")
    let all = first + second
    // Centred and scaled: sums of squares lose no digits to a common offset.
    let mean = all.reduce(0, +) / Double(all.count)
    let spread = Double.sqrt(
      all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count))
    let scale = spread <= 1e-12 * abs(mean) ? 0 : spread
    self.scale = scale
    let values = all.map { scale == 0 ? 0 : ($0 - mean) / scale }
    let ofSecond = values.dropFirst(first.count)
    assignments = Assignments(
      of: values, firstCount: first.count, limit: wayLimit, random: random)
    isExact = assignments.isExact
    wayCount = assignments.ways.count
    // Of equal groups each way has a mirror image with the same |T|.
    let mirrored = isExact && first.count == second.count
    smallestPValue = (mirrored ? 2 : 1) / Double(wayCount)
    sizes = SIMD2(Double(first.count), Double(second.count))
    total = SIMD2(values.reduce(0, +), values.reduce(0) { $0 + $1 * $1 })
    self.second = SIMD2(ofSecond.reduce(0, +), ofSecond.reduce(0) { $0 + $1 * $1 })
    difference =
      second.reduce(0, +) / Double(second.count) - first.reduce(0, +) / Double(first.count)
  }

  /// Whether all values are the same, so that there is nothing to test.
  public var isConstant: Bool { scale == 0 }

  /// The two-sided p-value of no difference.
  public var pValue: Double { isConstant ? 1 : pValue(shift: 0) }

  /// The two-sided p-value of the second group being the first moved by a shift, in the values' unit.
  public func pValue(ofShift shift: Double) -> Double {
    isConstant ? (shift == difference ? 1 : smallestPValue) : pValue(shift: shift / scale)
  }

  /// The shifts that the test does not refuse at a level: from the lowest to the highest.
  ///
  /// - Returns: nil where the groups are too small for the level, or all values are the same.
  public func interval(level: Double = 0.95) -> ClosedRange<Double>? {
    let alpha = 1 - level
    guard !isConstant, smallestPValue <= alpha else { return nil }
    let center = difference / scale
    guard let low = edge(from: center, alpha: alpha, direction: -1),
      let high = edge(from: center, alpha: alpha, direction: 1)
    else { return nil }
    return low * scale...high * scale
  }

  /// Where the p-value falls to `alpha`, going out from the observed difference.
  private func edge(from center: Double, alpha: Double, direction: Double) -> Double? {
    var (inside, step) = (center, 0.5)
    var outside = center + direction * step
    while alpha < pValue(shift: outside) {
      inside = outside
      step *= 2
      outside = center + direction * step
      // All values together have a spread of 1: nothing is a million of them away.
      if 1e6 < step { return nil }
    }
    // A ten-thousandth of a spread is far below any digit that is shown.
    while 1e-5 < abs(outside - inside) {
      let middle = (inside + outside) / 2
      if alpha < pValue(shift: middle) { inside = middle } else { outside = middle }
    }
    return outside
  }

  /// Share of the ways at least as extreme as the observed one, the second group moved back.
  private func pValue(shift: Double) -> Double {
    // Ways that differ by rounding only are as extreme as the observed one.
    let bar = abs(statistic(assignments.ways[0], shift: shift)) * (1 - 1e-9)
    var count = 0
    for way in assignments.ways where bar <= abs(statistic(way, shift: shift)) { count += 1 }
    return Double(count) / Double(wayCount)
  }

  /// Welch's (1938) difference over its standard error, of one way.
  @inline(__always)
  private func statistic(_ way: Assignments.Sums, shift: Double) -> Double {
    let sum = way.sum - shift * way.foreign
    let squares = way.squares + shift * (shift * way.foreign - 2 * way.foreignSum)
    let allSum = total.x - shift * sizes.y
    let allSquares = total.y + shift * (shift * sizes.y - 2 * second.x)
    let (other, otherSquares) = (allSum - sum, allSquares - squares)
    let scatter = max(squares - sum * sum / sizes.x, 0) / (sizes.x * (sizes.x - 1))
    let otherScatter =
      max(otherSquares - other * other / sizes.y, 0) / (sizes.y * (sizes.y - 1))
    let apart = other / sizes.y - sum / sizes.x
    let variance = scatter + otherScatter
    // Without any scatter a difference is infinitely many standard errors, and none is none.
    guard 1e-13 * (1 + shift * shift) < variance else {
      return abs(apart) < 1e-6 * (1 + abs(shift)) ? 0 : .infinity
    }
    return apart / Double.sqrt(variance)
  }
}
