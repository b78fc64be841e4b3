import LinearAlgebra
import RealModule

/// How a fitted surface errs, as it was measured (Decision 5, Decision 14).
enum SurfaceErrors {
  /// Errors d voxels apart along a surface have the correlation 0.72 exp(−d / 13).
  static let correlatedShare = 0.72
  static let correlationLengthVoxels = 13.0
  /// Voxel faces of area that tell as much of the errors' size as one independent error does: the
  /// squared correlation's integral over a plane, 138.
  static let independentFaces =
    2 * Double.pi * .pow(correlatedShare * correlationLengthVoxels / 2, 2)
  /// Standard deviation of the logarithm of the factor that all standard deviations may be off by.
  static let logFactorDeviation = 0.35
  /// The factor is no less, where the prior ends at two of its deviations: a surface may follow a shape
  /// closely and be off it all over, as smoothing does, which no residual tells.
  static let leastLogFactor = -2 * logFactorDeviation
  /// No membrane bends more sharply: half of a bilayer, where its inner side would meet itself.
  static let smallestRadiusAngstrom = 20.0
  /// Share of a surface that is expected to be something else, anywhere in its box.
  static let outlierShare = 0.05
  /// Length that an outlier's distance is spread over: the box's diagonal, in half diagonals.
  static let outlierRange = 2.0
}

/// The errors of some vertices of a cloud: N(0, f² C), C correlated, f near 1.
struct CorrelatedErrors {
  let kept: [Int]
  private let factor: CholeskyFactor
  var logDeterminant: Double { factor.logDeterminant }

  init?(_ cloud: ShapeCloud, kept: [Int]) {
    var covariance = [Double](repeating: 0, count: kept.count * kept.count)
    for (row, first) in kept.enumerated() {
      for (column, second) in kept[...row].enumerated() {
        let apart = (cloud.places[first] - cloud.places[second]).length
        let correlation =
          first == second
          ? 1
          : SurfaceErrors.correlatedShare * .exp(-apart / cloud.correlationLength)
        covariance[kept.count * row + column] =
          correlation * cloud.deviations[first] * cloud.deviations[second]
      }
    }
    guard let factor = CholeskyFactor(covariance) else { return nil }
    (self.kept, self.factor) = (kept, factor)
  }

  /// Independent numbers of standard deviation f, from distances of all vertices of the cloud.
  func whitened(_ distances: [Double]) -> [Double] { factor.whitened(kept.map { distances[$0] }) }

  /// The most probable log f given Σ (whitened)², by bisection of the slope, which falls.
  func logFactor(squares: Double) -> Double {
    let precision = 1 / (SurfaceErrors.logFactorDeviation * SurfaceErrors.logFactorDeviation)
    var (low, high) = (SurfaceErrors.leastLogFactor, 10.0)
    for _ in 0..<50 {
      let middle = (low + high) / 2
      let slope = squares * .exp(-2 * middle) - Double(kept.count) - precision * middle
      if 0 < slope { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
