import RealModule

/// A field's parameters by the largest evidence.
public struct EvidenceMaximum: Hashable, Sendable {
  /// Range and deviation of the field.
  public var field: MaternField
  /// What the deviations of the noise are multiplied by.
  public var noiseScale: Double
  /// log p(y) there.
  public var logEvidence: Double
  /// How often the evidence was computed.
  public var evaluations: Int
  /// Whether the search ended by itself.
  public var hasConverged: Bool
}

extension SurfaceProcess {
  /// Range, deviation and scale of the noise that make the values most probable (type II maximum
  /// likelihood; Rasmussen & Williams 2006, eq. 5.8).
  ///
  /// A common scale of field and noise has its best value in closed form, so that the search is
  /// over the logarithms of the range and of the noise against the field only.
  ///
  /// - Parameters:
  ///   - observations: as `observations(_:deviations:)` and its like give them.
  ///   - start: where the search begins.
  ///   - limit: evaluations at most; each is two factorisations.
  public func evidenceMaximum(
    of observations: SurfaceObservations, from start: MaternField, limit: Int = 60
  ) throws(GaussianProcessError) -> EvidenceMaximum {
    func evidence(_ logs: [Double]) throws(GaussianProcessError) -> GaussianEvidence {
      let field = MaternField(
        rangeAngstrom: Double.exp(logs[0]), standardDeviation: start.standardDeviation)
      return try self.evidence(field, of: observations.scaled(byNoise: Double.exp(logs[1])))
    }
    // A tenth of a unit of log evidence moves no parameter by more than a fraction of its error.
    let found = try maximum(
      from: [Double.log(start.rangeAngstrom), 0], edge: 0.7, tolerance: 0.1, limit: limit
    ) { (logs: [Double]) throws(GaussianProcessError) -> Double in
      try evidence(logs).logDensityAtBestScale
    }
    let scale = try evidence(found.arguments).bestVarianceScale.squareRoot()
    return EvidenceMaximum(
      field: MaternField(
        rangeAngstrom: Double.exp(found.arguments[0]),
        standardDeviation: scale * start.standardDeviation),
      noiseScale: scale * Double.exp(found.arguments[1]), logEvidence: found.value,
      evaluations: found.evaluations + 1, hasConverged: found.hasConverged)
  }
}

extension SurfaceObservations {
  /// The same with all deviations of the noise multiplied.
  func scaled(byNoise scale: Double) -> SurfaceObservations {
    var precision = precision
    for place in precision.values.indices { precision.values[place] /= scale * scale }
    return SurfaceObservations(
      values: values, precision: precision,
      logDeterminant: logDeterminant - 2 * Double(count) * Double.log(scale), count: count)
  }
}
