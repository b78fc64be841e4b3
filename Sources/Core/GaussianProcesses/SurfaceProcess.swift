import RealModule

/// Gaussian fields on one surface: everything that does not depend on the fields' parameters.
public struct SurfaceProcess: Sendable {
  /// The surface's mass and stiffness.
  public let elements: SurfaceElements
  private let analysis: CholeskyAnalysis
  private let operatorAnalysis: CholeskyAnalysis

  /// Prepares the fields on a surface.
  ///
  /// - Throws: `GaussianProcessError` where memory is short.
  public init(_ elements: SurfaceElements) throws(GaussianProcessError) {
    self.elements = elements
    analysis = try CholeskyAnalysis(elements.squaredStiffness.pattern)
    operatorAnalysis = try CholeskyAnalysis(elements.stiffness.pattern)
  }

  /// The field given observations with noise precision N: precision Q + N, mean (Q + N)⁻¹ N y.
  ///
  /// - Complexity: one factorisation, O(n^1.5) operations for n vertices.
  public func posterior(
    _ field: MaternField, given observations: SurfaceObservations
  ) throws(GaussianProcessError) -> SurfaceFieldPosterior {
    var precision = field.precision(on: elements)
    for place in precision.values.indices {
      precision.values[place] += observations.precision.values[place]
    }
    let factor = try analysis.factor(precision)
    let pulled = observations.precision.times(observations.values)
    return SurfaceFieldPosterior(mean: factor.solve(pulled), factor: factor)
  }

  /// log p(y) of the observed values, exactly.
  ///
  ///     ½ (log |Q| + log |N| − log |Q + N| − yᵀN (y − m) − n log 2π),   m the posterior mean:
  /// the matrix determinant lemma and Woodbury's identity for N(y; 0, Q⁻¹ + N⁻¹); vertices without
  /// an observation drop out of |N| and n.
  public func logEvidence(
    _ field: MaternField, of observations: SurfaceObservations
  ) throws(GaussianProcessError) -> Double {
    try evidence(field, of: observations).logDensity
  }

  func evidence(
    _ field: MaternField, of observations: SurfaceObservations
  ) throws(GaussianProcessError) -> GaussianEvidence {
    let posterior = try posterior(field, given: observations)
    let operatorFactor = try operatorAnalysis.factor(field.operatorMatrix(on: elements))
    let pulled = observations.precision.times(observations.values)
    var misfit = 0.0
    for vertex in pulled.indices {
      misfit += pulled[vertex] * (observations.values[vertex] - posterior.mean[vertex])
    }
    let logPrior = field.logDeterminant(of: operatorFactor, on: elements)
    return GaussianEvidence(
      logDeterminant: posterior.factor.logDeterminant - logPrior - observations.logDeterminant,
      misfit: misfit, count: observations.count)
  }

  /// Solves (C + ℓ⁴ G C⁻¹ G) x = C f: f without what is shorter than 2πℓ, in second derivatives.
  ///
  /// Twice, the second time for what the first left over, so that bends much longer than ℓ stay to
  /// second order ("twicing", Tukey 1977, §16).
  public func smoothed(
    _ fields: [[Double]], lengthAngstrom length: Double
  ) throws(GaussianProcessError) -> [[Double]] {
    var matrix = elements.squaredStiffness
    let scale = Double.pow(length, 4)
    for place in matrix.values.indices { matrix.values[place] *= scale }
    let factor = try analysis.factor(matrix.adding(diagonal: elements.masses))
    return fields.map { field in
      let first = factor.solve(zip(elements.masses, field).map { $0 * $1 })
      let rest = elements.masses.indices.map { elements.masses[$0] * (field[$0] - first[$0]) }
      return zip(first, factor.solve(rest)).map { $0 + $1 }
    }
  }
}

extension SurfaceProcess {
  /// Solves (C + ℓ² G) x = C f: the mean of f around each vertex, along the surface, with positive
  /// weights that fall to 1/e over about ℓ and have the variance 2ℓ² along each direction.
  public func averaged(
    _ field: [Double], lengthAngstrom length: Double
  ) throws(GaussianProcessError) -> [Double] {
    let share = 1 / (length * length)
    let matrix = elements.stiffness.adding(diagonal: elements.masses.map { $0 * share })
    return try operatorAnalysis.factor(matrix)
      .solve(zip(elements.masses, field).map { $0 * $1 * share })
  }
}

/// What the density of a normal vector is made of.
struct GaussianEvidence {
  /// log |M| of its covariance M.
  var logDeterminant: Double
  /// yᵀ M⁻¹ y.
  var misfit: Double
  var count: Int

  /// log N(y; 0, M).
  var logDensity: Double {
    -(logDeterminant + misfit + Double(count) * Double.log(2 * .pi)) / 2
  }

  /// The s² for which N(y; 0, s²M) is largest.
  var bestVarianceScale: Double { misfit / Double(count) }

  /// log N(y; 0, s²M) with that s².
  var logDensityAtBestScale: Double {
    let scaled = GaussianEvidence(
      logDeterminant: logDeterminant + Double(count) * Double.log(bestVarianceScale),
      misfit: Double(count), count: count)
    return scaled.logDensity
  }
}

// MARK: - Observations

/// Values at the vertices of a surface, with the precision of their noise.
public struct SurfaceObservations: Sendable {
  /// What was observed; 0 where nothing was.
  public let values: [Double]
  /// Precision N of the noise, on the pattern of the process.
  let precision: SparseSymmetricMatrix
  /// log |N| over the observed vertices.
  let logDeterminant: Double
  /// Observed vertices.
  public let count: Int
}

extension SurfaceProcess {
  /// Values whose noise is independent from vertex to vertex.
  ///
  /// - Parameter deviations: standard deviation of each value's noise, above 0; infinite where
  ///   nothing was observed, and then the value counts for nothing.
  public func observations(
    _ values: [Double], deviations: [Double]
  ) -> SurfaceObservations {
    check(values, deviations)
    let precisions = deviations.map { 1 / ($0 * $0) }
    let observed = precisions.filter { 0 < $0 }
    let blank = SparseSymmetricMatrix(
      pattern: elements.squaredStiffness.pattern,
      values: [Double](repeating: 0, count: elements.squaredStiffness.values.count))
    return SurfaceObservations(
      values: zip(values, precisions).map { $1 == 0 ? 0 : $0 },
      precision: blank.adding(diagonal: precisions),
      logDeterminant: observed.reduce(0) { $0 + Double.log($1) }, count: observed.count)
  }

  /// Values whose noise is correlated along the surface, with its own deviation at each vertex:
  /// w(v) u(v), with u the rough field of precision ∝ κ² C + G (α = 1: correlation that falls fast
  /// at first and has a long tail, K₀ in the plane), √8/κ its range.
  ///
  /// The variance of such a field depends on the mesh, without bound as it gets finer; so w is
  /// chosen, from the exact inverse diagonal of κ² C + G, that the noise of each vertex has the
  /// deviation asked for.
  ///
  /// - Precondition: deviations are finite and above 0.
  /// - Throws: `GaussianProcessError` where memory is short.
  public func observations(
    _ values: [Double], deviations: [Double], correlatedOverAngstrom range: Double
  ) throws(GaussianProcessError) -> SurfaceObservations {
    check(values, deviations)
    precondition(deviations.allSatisfy { $0.isFinite }, "Correlated noise is finite everywhere.")
    let rough = MaternField(rangeAngstrom: range, standardDeviation: 1).operatorMatrix(on: elements)
    let factor = try operatorAnalysis.factor(rough)
    let weights = zip(deviations, factor.inverseDiagonal()).map { $1.squareRoot() / $0 }
    let logDeterminant = weights.reduce(factor.logDeterminant) { $0 + 2 * Double.log($1) }
    return SurfaceObservations(
      values: values, precision: spread(rough, scaledBy: weights), logDeterminant: logDeterminant,
      count: values.count)
  }

  /// diag(w) M diag(w) on the pattern of the process.
  private func spread(
    _ matrix: SparseSymmetricMatrix, scaledBy weights: [Double]
  ) -> SparseSymmetricMatrix {
    let pattern = elements.squaredStiffness.pattern
    var values = [Double](repeating: 0, count: pattern.rows.count)
    for column in 0..<pattern.order {
      var place = Int(pattern.columnStarts[column])
      for entry in matrix.pattern.range(of: column) {
        let row = matrix.pattern.rows[entry]
        while pattern.rows[place] != row { place += 1 }
        values[place] = weights[column] * matrix.values[entry] * weights[Int(row)]
      }
    }
    return SparseSymmetricMatrix(pattern: pattern, values: values)
  }

  private func check(_ values: [Double], _ deviations: [Double]) {
    let count = elements.masses.count
    precondition(
      values.count == count && deviations.count == count, "A vertex has one value and deviation.")
    precondition(deviations.allSatisfy { 0 < $0 }, "A deviation is above 0.")
  }
}
