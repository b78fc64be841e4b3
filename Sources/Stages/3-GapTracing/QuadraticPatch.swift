/// The surface h = c₀ + c₁x + c₂y + c₃x² + c₄xy + c₅y² that fits heights best.
///
/// Weighted least squares by the normal equations. A little of the weight (0.1 %) pulls the second
/// order towards 0, so that a narrow strip of points, which does not tell it, gives a plane.
struct QuadraticPatch {
  private var matrix = [Double](repeating: 0, count: 36)
  private var right = [Double](repeating: 0, count: 6)

  /// Counts a point. Coordinates of order 1 keep the equations well conditioned.
  mutating func add(x: Double, y: Double, height: Double, weight: Double) {
    let basis = [1, x, y, x * x, x * y, y * y]
    for row in 0..<6 {
      right[row] += weight * basis[row] * height
      for column in 0..<6 { matrix[6 * row + column] += weight * basis[row] * basis[column] }
    }
  }

  /// The coefficients c₀...c₅; nil where the points do not even tell a plane.
  func coefficients() -> [Double]? {
    var (a, b) = (matrix, right)
    for row in 3..<6 { a[7 * row] += 1e-3 * matrix[0] }
    // Cholesky's method: the equations are symmetric and positive where they tell anything.
    for row in 0..<6 {
      for column in 0...row {
        var sum = a[6 * row + column]
        for k in 0..<column { sum -= a[6 * row + k] * a[6 * column + k] }
        if row == column {
          guard 1e-9 * matrix[0] < sum else { return nil }
          a[7 * row] = sum.squareRoot()
        } else {
          a[6 * row + column] = sum / a[7 * column]
        }
      }
    }
    for row in 0..<6 {
      for k in 0..<row { b[row] -= a[6 * row + k] * b[k] }
      b[row] /= a[7 * row]
    }
    for row in (0..<6).reversed() {
      for k in (row + 1)..<max(6, row + 1) { b[row] -= a[6 * k + row] * b[k] }
      b[row] /= a[7 * row]
    }
    return b
  }
}
