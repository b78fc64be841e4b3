import RealModule

/// A gently waved height over a plane: h(u, v) = Σ A cos(kᵤ u + kᵥ v + φ), in Å.
struct HeightField: Sendable {
  struct Wave: Sendable {
    var amplitude: Float
    var wave: SIMD2<Float>
    var phase: Float
  }

  let waves: [Wave]

  /// Largest height that can occur.
  var reach: Float { waves.reduce(0) { $0 + abs($1.amplitude) } }

  /// Height and slope at a place.
  @inline(__always)
  func value(_ u: Float, _ v: Float) -> (height: Float, slope: SIMD2<Float>) {
    var height: Float = 0
    var slope = SIMD2<Float>.zero
    for wave in waves {
      let angle = wave.wave.x * u + wave.wave.y * v + wave.phase
      height += wave.amplitude * Float.cos(angle)
      slope -= wave.wave * (wave.amplitude * Float.sin(angle))
    }
    return (height, slope)
  }
}
