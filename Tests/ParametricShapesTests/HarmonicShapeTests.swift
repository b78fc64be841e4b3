import LinearAlgebra
import RealModule
import Testing

@testable import ParametricShapes

@Suite("Shapes by spherical harmonics") struct HarmonicShapeTests {
  /// Directions spread evenly over the sphere, of equal weight (Fibonacci's spiral).
  private static let directions: [SIMD3<Double>] = (0..<4000).map { number in
    let z = 1 - (2 * Double(number) + 1) / 4000
    let angle = Double(number) * .pi * (1 + 5.0.squareRoot())
    let ring = (1 - z * z).squareRoot()
    return SIMD3(ring * .cos(angle), ring * .sin(angle), z)
  }

  private static func terms(
    along direction: SIMD3<Double>
  ) -> (values: [Double], gradients: [SIMD3<Double>]) {
    var values = [Double](repeating: .nan, count: HarmonicTerms.count)
    var gradients = [SIMD3<Double>](repeating: .zero, count: HarmonicTerms.count)
    HarmonicTerms.forEach(along: direction) {
      values[$0] = $1; gradients[$0] = $2
    }
    return (values, gradients)
  }

  @Test("The harmonics are orthonormal on the sphere")
  func orthonormal() {
    let rows = Self.directions.map { Self.terms(along: $0).values }
    for i in 0..<HarmonicTerms.count {
      for j in 0...i {
        let mean = rows.reduce(0) { $0 + $1[i] * $1[j] } / Double(rows.count)
        #expect(abs(4 * .pi * mean - (i == j ? 1 : 0)) < 2e-3)
      }
    }
  }

  @Test("Their gradients along the sphere are those of differences")
  func gradients() {
    let direction = SIMD3(0.36, -0.48, 0.8)
    let terms = Self.terms(along: direction)
    for tangent in [SIMD3(0.8, 0.6, 0), SIMD3(-0.48, 0.64, 0.6)] {
      let (ahead, behind) = (
        Self.terms(along: (direction + 1e-5 * tangent).normalized),
        Self.terms(along: (direction - 1e-5 * tangent).normalized)
      )
      for place in 0..<HarmonicTerms.count {
        let slope = (ahead.values[place] - behind.values[place]) / 2e-5
        #expect(abs(terms.gradients[place].dot(tangent) - slope) < 1e-7)
      }
    }
  }

  /// Radius of an ellipsoid about its centre, and its normal.
  private static func ellipsoid(_ axes: SIMD3<Double>, along direction: SIMD3<Double>)
    -> (radius: Double, normal: SIMD3<Double>)
  {
    let radius = 1 / (direction / axes).length
    return (radius, (radius * direction / (axes * axes)).normalized)
  }

  @Test("A part of an ellipsoid tells the rest of it", arguments: [0.0, 0.3])
  func extrapolates(outliers: Double) throws {
    let (center, axes) = (SIMD3(400.0, -150, 90), SIMD3(300.0, 250, 330))
    let points = Self.directions.enumerated().compactMap { number, direction in
      let (radius, normal) = Self.ellipsoid(axes, along: direction)
      guard abs(normal.z) * Double.tan(.pi / 6) <= abs(normal.x) else {
        return nil as SIMD3<Double>?
      }
      // Some points of something else, outside.
      let isOutlier = Double(number % 10) < 3 * outliers
      return center + (isOutlier ? radius + 150 : radius) * direction
    }
    let shape = try #require(HarmonicShape(points: points, center: center, bending: 1e-4))
    for direction in Self.directions {
      let (radius, normal) = Self.ellipsoid(axes, along: direction)
      let found = shape.place(along: direction)
      #expect(abs(found.radius - radius) < 10)
      #expect(0.99 < found.normal.dot(normal))
    }
  }

  @Test("Too few points leave the radius open")
  func tooFew() {
    #expect(HarmonicShape(points: [], center: .zero, bending: 0) == nil)
    #expect(HarmonicShape(points: [SIMD3(1, 0, 0)], center: .zero, bending: 1e-4) == nil)
  }
}
