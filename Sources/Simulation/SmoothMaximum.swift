import LinearAlgebra
import RealModule

/// The smooth maximum of functions, one after the other: k log Σ exp(vᵢ / k), with its gradient.
///
/// Between the maximum and k log n above it; where all functions change by at most 1 an Å, so does
/// this. The sum is kept relative to the largest value so far, so that nothing overflows.
struct SmoothMaximum {
  /// k: length over which two functions blend, Å. Two planes at a right angle get an edge of radius
  /// √2 k.
  let blend: Float
  private var peak = -Float.infinity
  private var sum: Float = 0
  private var slopes = SIMD3<Float>.zero

  init(blend: Float) { self.blend = blend }

  /// Values this many blends below the largest change the result by less than 10⁻⁵ blends.
  private static let reach: Float = 12

  @inline(__always)
  mutating func add(_ value: Float, gradient: SIMD3<Float>) {
    let rise = (value - peak) / blend
    if rise < -Self.reach { return }
    if rise <= 0 {
      let weight = Float.exp(rise)
      sum += weight
      slopes += gradient * weight
    } else {
      let weight = rise < Self.reach ? Float.exp(-rise) : 0
      sum = sum * weight + 1
      slopes = slopes * weight + gradient
      peak = value
    }
  }

  var value: Float { peak + blend * Float.log(sum) }
  var gradient: SIMD3<Float> { slopes / sum }
}
