public import Meshes

/// Everything that a surface's posterior follows from: the content of `membrane_0001.posterior`.
///
/// The true surface lies at distance d along the normals of a smooth carrier. d is a Matérn field
/// before, and observed as `heightsAngstrom` with correlated noise. Positions of the surface file are
/// carrier + posterior mean; its `sd` is the posterior's.
public struct SurfacePosterior: Hashable, Sendable {
  /// The surface that distances are taken from.
  public var carrier: TriangleMesh
  /// Observed distance from the carrier along its normals, Å.
  public var heightsAngstrom: [Double]
  /// Standard deviation of each observation's error, Å.
  public var noiseDeviationsAngstrom: [Double]
  /// Distance over which errors of observations are correlated, Å.
  public var noiseRangeAngstrom: Double
  /// The distance before observation.
  public var prior: MaternField

  /// Puts it together.
  ///
  /// - Precondition: one height and one deviation above 0 a vertex.
  public init(
    carrier: TriangleMesh, heightsAngstrom: [Double], noiseDeviationsAngstrom: [Double],
    noiseRangeAngstrom: Double, prior: MaternField
  ) {
    self.carrier = carrier
    self.heightsAngstrom = heightsAngstrom
    self.noiseDeviationsAngstrom = noiseDeviationsAngstrom
    self.noiseRangeAngstrom = noiseRangeAngstrom
    self.prior = prior
    checkInvariants()
  }

  /// Traps where an array does not match the carrier.
  public func checkInvariants() {
    carrier.checkInvariants()
    let count = carrier.vertices.count
    precondition(
      heightsAngstrom.count == count && noiseDeviationsAngstrom.count == count,
      "A posterior has one height and one deviation a vertex.")
    precondition(
      noiseDeviationsAngstrom.allSatisfy { 0 < $0 && $0.isFinite }
        && heightsAngstrom.allSatisfy { $0.isFinite } && 0 < noiseRangeAngstrom,
      "A posterior's numbers are finite and its deviations above 0.")
  }

  /// The field of distances after observation.
  ///
  /// - Throws: `GaussianProcessError` where memory is short.
  public func field() throws(GaussianProcessError) -> SurfaceFieldPosterior {
    let process = try SurfaceProcess(SurfaceElements(carrier))
    let observations = try process.observations(
      heightsAngstrom, deviations: noiseDeviationsAngstrom,
      correlatedOverAngstrom: noiseRangeAngstrom)
    return try process.posterior(prior, given: observations)
  }
}
