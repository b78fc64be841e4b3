import RealModule

/// A Matérn field on a surface: how far, and over which distances, values wander from their mean.
///
/// The stationary solution of τ (κ² − Δ) x = white noise; in the plane its covariance at distance r
/// is σ² κr K₁(κr), smoothness ν = 1 (Lindgren, Rue & Lindström 2011, section 2, with α = 2, d = 2):
///     σ² = 1 / (4π κ² τ²)          range = √8 / κ, where the correlation has fallen to 0.14
/// At an open surface's rim the normal derivative vanishes, which doubles the variance there.
public struct MaternField: Hashable, Sendable {
  /// Distance over which values are correlated, Å.
  public var rangeAngstrom: Double
  /// Standard deviation of a value, in the values' unit.
  public var standardDeviation: Double

  /// - Precondition: both finite and above 0.
  public init(rangeAngstrom: Double, standardDeviation: Double) {
    precondition(
      0 < rangeAngstrom && rangeAngstrom.isFinite && 0 < standardDeviation
        && standardDeviation.isFinite, "A field has a range and a deviation above 0.")
    (self.rangeAngstrom, self.standardDeviation) = (rangeAngstrom, standardDeviation)
  }

  /// κ² in Å⁻².
  var squaredKappa: Double { 8 / (rangeAngstrom * rangeAngstrom) }

  /// τ².
  var squaredTau: Double { 1 / (4 * .pi * squaredKappa * standardDeviation * standardDeviation) }

  /// Q = τ² K C⁻¹ K = τ² (κ⁴ C + 2κ² G + G C⁻¹ G) with K = κ² C + G.
  public func precision(on elements: SurfaceElements) -> SparseSymmetricMatrix {
    let (kappa2, tau2) = (squaredKappa, squaredTau)
    var precision = elements.squaredStiffness
    for place in precision.values.indices {
      precision.values[place] =
        tau2 * (precision.values[place] + 2 * kappa2 * elements.spreadStiffness[place])
    }
    return precision.adding(diagonal: elements.masses.map { tau2 * kappa2 * kappa2 * $0 })
  }

  /// K = κ² C + G: its factor gives log |Q| with far fewer entries than Q's own.
  func operatorMatrix(on elements: SurfaceElements) -> SparseSymmetricMatrix {
    elements.stiffness.adding(diagonal: elements.masses.map { squaredKappa * $0 })
  }

  /// log |Q| = n log τ² + 2 log |K| − log |C|.
  func logDeterminant(of operatorFactor: CholeskyFactor, on elements: SurfaceElements) -> Double {
    elements.masses.reduce(2 * operatorFactor.logDeterminant) {
      $0 + Double.log(squaredTau) - Double.log($1)
    }
  }
}
