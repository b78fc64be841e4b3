import LinearAlgebra
import TomographicImaging

/// A Gaussian field after observation.
public struct SurfaceFieldPosterior: Sendable {
  /// Posterior mean at each vertex.
  public let mean: [Double]
  let factor: CholeskyFactor

  /// Exact posterior standard deviation at each vertex.
  ///
  /// - Complexity: as the factorisation, and as much memory again.
  public func standardDeviations() -> [Double] {
    factor.inverseDiagonal().map { $0.squareRoot() }
  }

  /// Covariance of two sums Σ g d of the field d over the vertices.
  public func covariance(ofSum factors: [Double], withSum others: [Double]) -> Double {
    scalarProduct(factors, factor.solve(others))
  }

  /// One draw of the whole field, less its mean.
  ///
  /// - Parameter number: draws of one seed with different numbers are independent.
  public func deviation(seed: UInt64, number: Int) -> [Double] {
    var random = CounterRandom(seed: seed, stream: 0x6650).substream(number)
    return factor.coloured(mean.map { _ in random.normal() })
  }
}
