import LinearAlgebra

/// The surface h = c₀ + c₁x + c₂y + c₃x² + c₄xy + c₅y² that fits heights best.
///
/// Weighted least squares by the normal equations. A little of the weight (0.1 %) pulls the second
/// order towards 0, so that a narrow strip of points, which does not tell it, gives a plane.
struct QuadraticPatch {
  private var equations = NormalEquations(unknowns: 6)
  private var totalWeight = 0.0

  /// Counts a point. Coordinates of order 1 keep the equations well conditioned.
  mutating func add(x: Double, y: Double, height: Double, weight: Double) {
    equations.add([1, x, y, x * x, x * y, y * y], height, weight: weight)
    totalWeight += weight
  }

  /// The coefficients c₀...c₅; nil where the points do not even tell a plane.
  func coefficients() -> [Double]? {
    var equations = equations
    for unknown in 3..<6 { equations.pullToZero(unknown, weight: 1e-3 * totalWeight) }
    return equations.solution(leastPivot: 1e-9 * totalWeight)
  }
}
