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
      return (HarmonicTerms(along: away.normalized).values, away.length)
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

  /// Distance from the centre in Å, along a unit vector.
  public func radius(along direction: SIMD3<Double>) -> Double {
    dotProduct(HarmonicTerms(along: direction).values, coefficients)
  }

  /// Radius and outward unit normal where a ray from the centre along a unit vector meets the surface.
  ///
  /// The surface is |x| − r(x / |x|) = 0, its gradient u − ∇r / r with the sphere's ∇.
  public func place(along direction: SIMD3<Double>) -> (radius: Double, normal: SIMD3<Double>) {
    let terms = HarmonicTerms(along: direction)
    let radius = dotProduct(terms.values, coefficients)
    var gradient = SIMD3<Double>.zero
    for (coefficient, term) in zip(coefficients, terms.gradients) { gradient += coefficient * term }
    let along = gradient - gradient.dot(direction) * direction
    return (radius, (direction - along / radius).normalized)
  }
}

/// The real spherical harmonics of a direction up to degree 4, of norm 1 on the sphere, and their gradients
/// as functions of x, y, z: what of them lies along the sphere is the sphere's.
///
/// Y = N Π(z) A(x, y), where A + iB = (x + iy)^m and Π is Legendre's associated function without its
/// power of √(1 − z²), by its recurrence in the degree (Abramowitz & Stegun 8.5.3). For orders below
/// 0 B stands for A.
struct HarmonicTerms {
  static let degree = 4
  static let count = (degree + 1) * (degree + 1)
  /// Of each term.
  static let degrees = (0...degree).flatMap { l in Array(repeating: l, count: 2 * l + 1) }

  private(set) var values: [Double] = []
  private(set) var gradients: [SIMD3<Double>] = []

  /// N for each degree and order m ≥ 0, at 5 l + m.
  private static let norms: [Double] = (0...degree).flatMap { l in
    (0...degree).map { m in
      guard m <= l else { return 0 }
      let factorials = ((l - m + 1)..<(l + m + 1)).reduce(1.0) { $0 * Double($1) }
      let norm = (Double(2 * l + 1) / (4 * .pi) / factorials).squareRoot()
      return m == 0 ? norm : 2.0.squareRoot() * norm
    }
  }

  init(along direction: SIMD3<Double>) {
    let (x, y, z) = (direction.x, direction.y, direction.z)
    // Powers of x + iy.
    var (real, imaginary) = ([1.0], [0.0])
    for m in 1...Self.degree {
      real.append(x * real[m - 1] - y * imaginary[m - 1])
      imaginary.append(x * imaginary[m - 1] + y * real[m - 1])
    }
    // Π at width l + m; the derivative of Π of order m is that of order m + 1.
    let width = Self.degree + 2
    var legendre = [Double](repeating: 0, count: width * width)
    var diagonal = 1.0
    for m in 0...Self.degree {
      if 0 < m { diagonal *= Double(2 * m - 1) }
      legendre[width * m + m] = diagonal
      for l in (m + 1)..<max(m + 1, Self.degree + 1) {
        let below = l - 2 < m ? 0 : legendre[width * (l - 2) + m]
        legendre[width * l + m] =
          (Double(2 * l - 1) * z * legendre[width * (l - 1) + m] - Double(l + m - 1) * below)
          / Double(l - m)
      }
    }
    values.reserveCapacity(Self.count)
    gradients.reserveCapacity(Self.count)
    for l in 0...Self.degree {
      for order in -l...l {
        let m = abs(order)
        let norm = Self.norms[(Self.degree + 1) * l + m]
        let (height, slope) = (legendre[width * l + m], legendre[width * l + m + 1])
        let wave = order < 0 ? imaginary[m] : real[m]
        let (before, across) = m == 0 ? (0, 0) : (real[m - 1], imaginary[m - 1])
        let turned = order < 0 ? SIMD2(across, before) : SIMD2(before, -across)
        values.append(norm * height * wave)
        gradients.append(
          norm
            * SIMD3(
              height * Double(m) * turned.x, height * Double(m) * turned.y, slope * wave))
      }
    }
  }
}

private func dotProduct(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for place in a.indices { sum += a[place] * b[place] }
  return sum
}
