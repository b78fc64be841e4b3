import LinearAlgebra
import Meshes
import RealModule

// The surface through oriented samples, by moving least squares.
//
// Two classical definitions of a signed distance near samples p with normals n and weights w:
//     f₁(x) = Σ w n·(x − p) / Σ w      (implicit; Shen, O'Brien & Shewchuk 2004)
//     f₂(x) = n̄·(x − p̄)                (plane through the weighted mean; Alexa et al. 2001)
// On a surface z = ½(κ₁u² + κ₂v²) and with a kernel of variance s² along the surface, f₁ vanishes at
// z = −½(κ₁ + κ₂)s², too far out, and f₂ at z = +½(κ₁ + κ₂)s², too far in. Their mean is right to
// that order: a sphere keeps its radius, which either alone would change by s²/r.

/// Weighted sums over samples near a place: weight, normal, position, normal · position.
///
/// Positions are relative to a centre of the caller's choice, for the precision of Float.
struct KernelSums {
  private var sums = SIMD8<Float>(repeating: 0)

  /// (1 − r²/R²)⁴: its standard deviation along a surface is R / √12.
  static func reach(ofDeviation deviation: Double) -> Double { deviation * 12.0.squareRoot() }

  /// How far the weighted mean of a half plane lies from a place `inset` inside its edge, both as
  /// shares of R: with the kernel's integral across, (1 − u²)^4.5, this is
  ///     ∫ u (1 − u²)^4.5 du / ∫ (1 − u²)^4.5 du from −inset to 1; 0.235 on the edge itself.
  static func rimOffset(inset: Double) -> Double {
    let steps = 200
    let width = (1 + inset) / Double(steps)
    var (moment, weight) = (0.0, 0.0)
    for step in 0..<steps {
      let u = -inset + (Double(step) + 0.5) * width
      let density = Double.pow(max(1 - u * u, 0), 4.5)
      moment += u * density
      weight += density
    }
    return moment / weight
  }

  @inline(__always)
  mutating func add(_ sample: SIMD8<Float>, squaredShare: Float) {
    let fall = 1 - squaredShare
    sums += (fall * fall * fall * fall) * sample
  }

  /// What `add` takes: sums of one sample of weight `area`.
  static func sample(
    position: SIMD3<Float>, normal: SIMD3<Float>, area: Float
  ) -> SIMD8<Float> {
    let along = position.dot(normal)
    return area
      * SIMD8(1, normal.x, normal.y, normal.z, position.x, position.y, position.z, along)
  }

  var weight: Float { sums[0] }
  var normalSum: SIMD3<Float> { SIMD3(sums[1], sums[2], sums[3]) }

  /// Length of the mean normal: 1 on a plane, 0 where normals cancel.
  var coherence: Float {
    let normal = normalSum
    return normal.length / weight
  }

  /// Mean of the samples' positions.
  var mean: SIMD3<Float> { SIMD3(sums[4], sums[5], sums[6]) / weight }

  /// Signed distance of `place` from the surface, positive on the normals' side.
  func distance(of place: SIMD3<Float>) -> Float {
    let normal = normalSum
    let implicit = (normal.dot(place) - sums[7]) / weight
    let length = normal.length
    let plane = normal.dot(place - mean) / length
    return (implicit + plane) / 2
  }
}
