import RealModule
import TomographicImaging

/// Shares of a whole by value, with standard deviations that count membranes, not vertices.
struct BarHistogram: Equatable {
  /// Where bins begin, and where the last one ends.
  let edges: [Double]
  /// Share of each bin; they sum to 1.
  let shares: [Double]
  /// Standard deviation of each share; nil below two membranes.
  let deviations: [Double]?

  /// Resamplings: the deviation of 300 is good to 4 %.
  private static let draws = 300

  /// A histogram of what membranes contribute to each bin, e.g. areas.
  ///
  /// - Parameter parts: one row a membrane. The deviation comes from taking membranes anew with
  ///   replacement (bootstrap): vertices of one membrane are not independent.
  init(edges: [Double], parts: [[Double]]) {
    self.edges = edges
    shares = Self.shares(of: parts, bins: edges.count - 1)
    guard 1 < parts.count else {
      deviations = nil
      return
    }
    var random = CounterRandom(seed: 1, stream: 0)
    deviations = Self.deviations(bins: edges.count - 1) {
      Self.shares(
        of: parts.indices.map { _ in parts[random.integer(0...(parts.count - 1))] },
        bins: edges.count - 1)
    }
  }

  /// A histogram of one value a membrane, each with its standard deviation (nil: unknown, taken as
  /// nothing). Membranes are taken anew, and each value from its own distribution.
  init(edges: [Double], values: [(value: Double, deviation: Double?)]) {
    func part(_ value: Double) -> [Double] {
      let bin = edges.dropFirst().dropLast().count { $0 <= value }
      return (0..<(edges.count - 1)).map { $0 == bin ? 1 : 0 }
    }
    self.edges = edges
    shares = Self.shares(of: values.map { part($0.value) }, bins: edges.count - 1)
    guard 1 < values.count else {
      deviations = nil
      return
    }
    var random = CounterRandom(seed: 1, stream: 1)
    deviations = Self.deviations(bins: edges.count - 1) {
      let drawn = values.map { _ in
        let one = values[random.integer(0...(values.count - 1))]
        return part(one.value + (one.deviation ?? 0) * random.normal())
      }
      return Self.shares(of: drawn, bins: edges.count - 1)
    }
  }

  private static func shares(of parts: [[Double]], bins: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: bins)
    for part in parts { for bin in 0..<bins { sums[bin] += part[bin] } }
    let whole = sums.reduce(0, +)
    return whole == 0 ? sums : sums.map { $0 / whole }
  }

  private static func deviations(bins: Int, _ draw: () -> [Double]) -> [Double] {
    var (sums, squares) = (
      [Double](repeating: 0, count: bins), [Double](repeating: 0, count: bins)
    )
    for _ in 0..<draws {
      for (bin, share) in draw().enumerated() {
        sums[bin] += share
        squares[bin] += share * share
      }
    }
    let count = Double(draws)
    return zip(sums, squares).map { sum, square in
      Double.sqrt(max(square - sum * sum / count, 0) / (count - 1))
    }
  }

  /// Round edges for some values: about `bins` of them.
  static func edges(covering values: [Double], bins: Int) -> [Double] {
    guard let low = values.min(), let high = values.max() else { return [0, 1] }
    let span = low < high ? high - low : max(abs(low) * 0.1, 1e-6)
    let step = PlotAxis.roundStep(atLeast: span / Double(bins))
    let first = (low / step).rounded(.down)
    let last = max((high / step).rounded(.up), first + 1)
    return stride(from: first, through: last, by: 1).map { $0 * step }
  }
}

/// Area of one membrane by mean curvature, in fine bins that all membranes share.
struct CurvatureAreas: Hashable {
  /// Edge of a fine bin, nm⁻¹.
  static let step = 0.002
  /// Bins on either side of flat; the outermost also hold what lies beyond (radii below 5 nm).
  static let reach = 100

  /// Area in Å² of each bin, from −0.2 to 0.2 nm⁻¹.
  private(set) var areas = [Double](repeating: 0, count: 2 * reach)

  /// Adds a vertex; NaN has no place.
  mutating func add(_ curvature: Double, area: Double) {
    guard curvature.isFinite else { return }
    let bin = (curvature / Self.step).rounded(.down) + Double(Self.reach)
    areas[Int(min(max(bin, 0), Double(2 * Self.reach - 1)))] += area
  }

  /// Membranes together, about 30 bins wide and as far out as all but a hundredth of the area.
  static func histogram(of membranes: [CurvatureAreas]) -> BarHistogram? {
    let sums = (0..<(2 * reach)).map { bin in membranes.reduce(0) { $0 + $1.areas[bin] } }
    let whole = sums.reduce(0, +)
    guard 0 < whole else { return nil }
    let half =
      (1...reach).first { half in
        0.99 * whole <= sums[(reach - half)..<(reach + half)].reduce(0, +)
      } ?? reach
    let width = max((half + 14) / 15, 1)
    let count = (half + width - 1) / width
    let parts = membranes.map { membrane in
      (-count..<count).map { place -> Double in
        // What lies beyond goes to the outermost bins.
        let low = place == -count ? 0 : reach + place * width
        let high = place == count - 1 ? 2 * reach : reach + (place + 1) * width
        return membrane.areas[max(low, 0)..<min(high, 2 * reach)].reduce(0, +)
      }
    }
    return BarHistogram(
      edges: (-count...count).map { Double($0 * width) * step }, parts: parts)
  }
}
