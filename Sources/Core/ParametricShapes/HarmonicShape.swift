import LinearAlgebra
import RealModule

/// A closed surface that every ray from its centre meets once: the radius is a sum of real spherical
/// harmonics of the direction, up to degree 4.
///
/// Few harmonics, pulled to 0 by what they bend, go on smoothly over parts that nothing is known of:
/// a membrane's caps in the wedge. Degrees chosen by evidence fit better where there is data and
/// overshoot where there is none.
public struct HarmonicShape: Sendable {
  /// In Å.
  public let center: SIMD3<Double>
  /// Of the harmonics in the order of `HarmonicTerms`, in Å.
  private let coefficients: [Double]

  /// Rounds of reweighting.
  private static let rounds = 6

  /// Fits the radius to points around a centre, robustly: Σ w (|p − c| − r(p))² with Cauchy's weights at three
  /// times the residuals' normal deviation.
  ///
  /// - Parameters:
  ///   - points: in Å.
  ///   - center: in Å.
  ///   - bending: pulls coefficients of degree 2 to 0, by point and by their square in Å²; those of degree l by
  ///     ((l − 1)(l + 2) / 4)² as much, as the bending energy of a sphere's ripples grows (Helfrich 1973).
  /// - Returns: nil where the points leave the radius open.
  public init?(points: [SIMD3<Double>], center: SIMD3<Double>, bending: Double) {
    let rows = points.map { point -> (terms: [Double], radius: Double) in
      let away = point - center
      var terms = [Double](repeating: 0, count: HarmonicTerms.count)
      HarmonicTerms.forEach(along: away.normalized) { place, value, _ in terms[place] = value }
      return (terms, away.length)
    }
    let count = Double(rows.count)
    var weights = [Double](repeating: 1, count: rows.count)
    var solution: [Double] = []
    for _ in 0..<Self.rounds {
      var equations = NormalEquations(unknowns: HarmonicTerms.count)
      for (row, weight) in zip(rows, weights) {
        equations.add(row.terms, row.radius, weight: weight)
      }
      for (place, degree) in HarmonicTerms.degrees.enumerated() where 1 < degree {
        let bend = Double((degree - 1) * (degree + 2)) / 4
        equations.pullToZero(place, weight: bending * count * bend * bend)
      }
      guard let found = equations.solution() else { return nil }
      solution = found
      let residuals = rows.map { abs($0.radius - dotProduct($0.terms, found)) }
      // 1.48 medians are the deviation of a normal distribution; an Å keeps exact fits finite.
      let limit = 3 * (1.48 * residuals.sorted()[residuals.count / 2] + 1)
      weights = residuals.map { 1 / (1 + $0 * $0 / (limit * limit)) }
    }
    (self.center, coefficients) = (center, solution)
  }

  /// Radius and outward unit normal where a ray from the centre along a unit vector meets the surface.
  ///
  /// The surface is |x| − r(x / |x|) = 0, its gradient u − ∇r / r with the sphere's ∇.
  public func place(along direction: SIMD3<Double>) -> (radius: Double, normal: SIMD3<Double>) {
    var radius = 0.0
    var gradient = SIMD3<Double>.zero
    HarmonicTerms.forEach(along: direction) { place, value, slope in
      radius += coefficients[place] * value
      gradient += coefficients[place] * slope
    }
    let along = gradient - gradient.dot(direction) * direction
    return (radius, (direction - along / radius).normalized)
  }

  /// Distance of a place from the surface in Å, to first order: what lies between them on the ray from the
  /// centre, as seen along the normal there.
  public func distance(to place: SIMD3<Double>) -> Double {
    let away = place - center
    let direction = away.normalized
    let (radius, normal) = self.place(along: direction)
    return abs(away.length - radius) * normal.dot(direction)
  }
}

/// The real spherical harmonics of a direction up to degree 4, of norm 1 on the sphere, and their gradients
/// as functions of x, y, z: what of them lies along the sphere is the sphere's.
///
/// Y = N Π(z) A(x, y), where A + iB = (x + iy)^m and Π is Legendre's associated function without its
/// power of √(1 − z²), by its recurrence in the degree (Abramowitz & Stegun 8.5.3); its derivative is the Π of
/// order m + 1. For orders below 0 B stands for A.
enum HarmonicTerms {
  static let degree = 4
  static let count = (degree + 1) * (degree + 1)
  /// Of each term.
  static let degrees = (0...degree).flatMap { l in Array(repeating: l, count: 2 * l + 1) }

  /// N for each degree and order m ≥ 0, at 5 l + m.
  private static let norms: [Double] = (0...degree).flatMap { l in
    (0...degree).map { m in
      guard m <= l else { return 0 }
      let factorials = ((l - m + 1)..<(l + m + 1)).reduce(1.0) { $0 * Double($1) }
      let norm = (Double(2 * l + 1) / (4 * .pi) / factorials).squareRoot()
      return m == 0 ? norm : 2.0.squareRoot() * norm
    }
  }

  /// Hands out each term's place (l² + l + order), value and gradient along a unit vector.
  @inline(__always)
  static func forEach(
    along direction: SIMD3<Double>, _ body: (Int, Double, SIMD3<Double>) -> Void
  ) {
    let (x, y, z) = (direction.x, direction.y, direction.z)
    let norms = norms
    // (x + iy)^m and the power before it.
    var (wave, before) = (SIMD2(1.0, 0), SIMD2<Double>.zero)
    // Π of degree and order m.
    var diagonal = 1.0
    for m in 0...degree {
      if 0 < m {
        (wave, before) = (SIMD2(x * wave.x - y * wave.y, x * wave.y + y * wave.x), wave)
        diagonal *= Double(2 * m - 1)
      }
      // Π of order m and, as its slope, of order m + 1, each at two degrees.
      var (height, lowerHeight) = (diagonal, 0.0)
      var (slope, lowerSlope) = (0.0, 0.0)
      for l in m...degree {
        if m < l {
          let (double, sum) = (Double(2 * l - 1) * z, Double(l + m))
          (height, lowerHeight) = (
            (double * height - (sum - 1) * lowerHeight) / Double(l - m), height
          )
          let next =
            l == m + 1
            ? Double(2 * m + 1) * diagonal : (double * slope - sum * lowerSlope) / Double(l - m - 1)
          (slope, lowerSlope) = (next, slope)
        }
        let norm = norms[(degree + 1) * l + m]
        let turn = Double(m) * height
        let middle = l * l + l
        body(
          middle + m, norm * height * wave.x,
          norm * SIMD3(turn * before.x, -turn * before.y, slope * wave.x))
        guard 0 < m else { continue }
        body(
          middle - m, norm * height * wave.y,
          norm * SIMD3(turn * before.y, turn * before.x, slope * wave.y))
      }
    }
  }
}

private func dotProduct(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for place in a.indices { sum += a[place] * b[place] }
  return sum
}
