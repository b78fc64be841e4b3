import TomographicImaging

/// What went wrong with single projections of a series: some are missing, some badly shifted.
struct SeriesFaults: Sendable {
  /// Angles of the projections that are there, degrees, rising.
  let anglesDegrees: [Double]
  /// Shift of each beyond the usual error, voxels.
  let shifts: [SIMD2<Double>]

  init(_ options: ImagingOptions, random: CounterRandom) {
    var random = random
    var angles = options.tiltAnglesDegrees
    for _ in 0..<options.missingTilts {
      angles.remove(at: random.integer(0...(angles.count - 1)))
    }
    var shifts = [SIMD2<Double>](repeating: .zero, count: angles.count)
    var sound = Array(angles.indices)
    for _ in 0..<options.misalignedTilts {
      let tilt = sound.remove(at: random.integer(0...(sound.count - 1)))
      let direction = random.direction()
      let across = max((direction.x * direction.x + direction.y * direction.y).squareRoot(), 1e-9)
      shifts[tilt] = SIMD2(direction.x, direction.y) * (random.uniform(2, 6) / across)
    }
    anglesDegrees = angles
    self.shifts = shifts
  }
}
