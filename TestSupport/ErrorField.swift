import LinearAlgebra
import RealModule
public import TomographicImaging

/// A normal field of variance 1 and correlation exp(−d / length), by random waves: the wave vectors of
/// that correlation have a Cauchy distribution (Rahimi & Recht 2007).
public struct ErrorField {
  private var waves: [(vector: SIMD3<Double>, phase: Double)] = []

  /// Draws a field.
  public init(length: Double, random: inout CounterRandom) {
    for _ in 0..<200 {
      let direction = SIMD3(random.normal(), random.normal(), random.normal())
      let spread = max(abs(random.normal()), 1e-6)
      waves.append((direction / (spread * length), random.uniform(0, 2 * .pi)))
    }
  }

  /// The field at a place.
  public func value(at place: SIMD3<Double>) -> Double {
    let sum = waves.reduce(0) { $0 + Double.cos($1.vector.dot(place) + $1.phase) }
    return sum * (2 / Double(waves.count)).squareRoot()
  }
}
