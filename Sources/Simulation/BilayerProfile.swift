import RealModule

/// Density across a membrane: two Gaussian layers of head groups and the tails between them.
///
/// ρ(d) = A₁ g(d + s/2) + A₂ g(d − s/2) − c g_c(d), blurred by the voxel: a box of edge v adds v²/12
/// to a Gaussian's variance. Unit: the mean head-group density before the blur.
struct BilayerProfile: Sendable {
  let spacingAngstrom: Double
  private let table: [Float]
  private let bandAngstrom: Float
  private let stepsPerAngstrom: Float = 4

  init(
    spacingAngstrom: Double, widthAngstrom: Double, asymmetry: Double, coreDepth: Double,
    voxelAngstrom: Double, bandAngstrom: Double
  ) {
    self.spacingAngstrom = spacingAngstrom
    self.bandAngstrom = Float(bandAngstrom)
    func layer(_ distance: Double, _ width: Double) -> Double {
      let blurred = width * width + voxelAngstrom * voxelAngstrom / 12
      return width / blurred.squareRoot() * Double.exp(-distance * distance / (2 * blurred))
    }
    let steps = Int(2 * bandAngstrom * Double(stepsPerAngstrom)) + 2
    let perAngstrom = Double(stepsPerAngstrom)
    table = (0...steps).map { step in
      let distance = Double(step) / perAngstrom - bandAngstrom
      let inner = (1 + asymmetry / 2) * layer(distance + spacingAngstrom / 2, widthAngstrom)
      let outer = (1 - asymmetry / 2) * layer(distance - spacingAngstrom / 2, widthAngstrom)
      return Float(inner + outer - coreDepth * layer(distance, spacingAngstrom / 5))
    }
  }

  /// Density at a signed distance from the mid-surface, within the band.
  @inline(__always)
  func density(_ distance: Float) -> Float {
    let place = (distance + bandAngstrom) * stepsPerAngstrom
    let step = Int(place)
    let share = place - Float(step)
    return table[step] + (table[step + 1] - table[step]) * share
  }
}
