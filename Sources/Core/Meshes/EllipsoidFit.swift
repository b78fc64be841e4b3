import LinearAlgebra
import RealModule

/// The quadric (p − c)ᵀ A (p − c) = 1 with A positive definite.
struct FittedEllipsoid {
  var center: SIMD3<Double>
  var form: SymmetricMatrix

  /// Distance to first order, Q / |∇Q| with Q = √(dᵀAd) − 1 (Taubin 1991); for a sphere it is the
  /// distance itself.
  func residual(_ place: SIMD3<Double>) -> Double {
    let d = place - center
    let pulled = form.times(d)
    let size = max(d.dot(pulled), 0).squareRoot()
    let slope = pulled.length
    return slope == 0 ? -1 : (size - 1) * size / slope
  }

  func fit(_ points: FitPoints) -> ParametricFit {
    let values = form.eigenvalues
    let axes = (0..<3).map { 1 / values[$0].squareRoot() * points.scale }
    let long = form.eigenvector(of: values.x)
    let short = form.eigenvector(of: values.z)
    return points.fit(
      "ellipsoid",
      points.parameters("center", positionOf: center)
        + ["semiaxis_a_A", "semiaxis_b_A", "semiaxis_c_A"].enumerated().map {
          FitParameter($1, axes[$0])
        }
        + points.parameters("axis_a", direction: long)
        + points.parameters("axis_c", direction: short), residual)
  }
}

extension FitPoints {
  /// Reweighted algebraic fits, from all points or from those the sphere holds.
  ///
  /// Nil where the best quadric is no ellipsoid, as on sheets and tubes, or where it is so long
  /// that its far end is a guess.
  func ellipsoid(from sphere: FittedSphere?) -> FittedEllipsoid? {
    var best: (ellipsoid: FittedEllipsoid, cost: Double)?
    let starts: [(WeightedPoint) -> Double] = [
      { $0.weight },
      { point in sphere.map { self.robustWeight(point, residual: $0.residual(point.place)) } ?? 0 },
    ]
    for start in starts {
      guard var ellipsoid = quadric(weight: start) else { continue }
      for _ in 0..<20 {
        let last = ellipsoid
        guard
          let next = quadric(weight: { point in
            self.robustWeight(point, residual: last.residual(point.place))
          })
        else { break }
        ellipsoid = next
      }
      let cost = cost(ellipsoid.residual)
      if cost < best?.cost ?? .infinity { best = (ellipsoid, cost) }
    }
    guard let ellipsoid = best?.ellipsoid else { return nil }
    // Points span ±1 in scaled units: longer than thrice that is extrapolation.
    return 1.0 / 9 < ellipsoid.form.eigenvalues.x ? ellipsoid : nil
  }

  /// Least squares for the nine unknowns of
  ///     |p|² = a (x² + y² − 2z²) + b (x² + z² − 2y²) + 2 d xy + 2 e xz + 2 f yz + 2 g·p + h,
  /// every quadric whose second-order part has trace 3: all ellipsoids, unlike a fit that fixes the
  /// constant, and no division by zero at any position.
  private func quadric(weight: (WeightedPoint) -> Double) -> FittedEllipsoid? {
    var equations = NormalEquations(unknowns: 9)
    for point in points {
      let weight = weight(point)
      if weight == 0 { continue }
      let p = point.place
      let s = p * p
      equations.add(
        [
          s.x + s.y - 2 * s.z, s.x + s.z - 2 * s.y, 2 * p.x * p.y, 2 * p.x * p.z, 2 * p.y * p.z,
          2 * p.x, 2 * p.y, 2 * p.z, 1,
        ], s.sum(), weight: weight)
    }
    guard let u = equations.solution() else { return nil }
    let second = SymmetricMatrix(
      diagonal: SIMD3(1 - u[0] - u[1], 1 - u[0] + 2 * u[1], 1 + 2 * u[0] - u[1]),
      offDiagonal: SIMD3(-u[4], -u[3], -u[2]))
    let values = second.eigenvalues
    guard 1e-9 < values.x else { return nil }
    // ½ gradient: second · c = g; then dᵀ second d = h + cᵀ second c.
    guard
      let c = solvePositiveDefinite(
        [second.rows.x, second.rows.y, second.rows.z].flatMap { [$0.x, $0.y, $0.z] },
        [u[5], u[6], u[7]])
    else { return nil }
    let center = SIMD3(c[0], c[1], c[2])
    let size = u[8] + center.dot(second.times(center))
    guard 1e-12 < size else { return nil }
    return FittedEllipsoid(
      center: center,
      form: SymmetricMatrix(
        diagonal: second.diagonal / size, offDiagonal: second.offDiagonal / size))
  }
}
