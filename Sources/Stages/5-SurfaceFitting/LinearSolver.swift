/// Solves A x = b for a symmetric positive definite A by Cholesky's method.
///
/// - Parameters:
///   - matrix: rows of A, n × n.
/// - Returns: nil where A is not positive definite to working precision.
func solvePositiveDefinite(_ matrix: [[Double]], _ right: [Double]) -> [Double]? {
  let count = right.count
  var lower = matrix
  for row in 0..<count {
    for column in 0...row {
      var sum = matrix[row][column]
      for k in 0..<column { sum -= lower[row][k] * lower[column][k] }
      if row == column {
        guard 1e-13 * abs(matrix[row][row]) < sum else { return nil }
        lower[row][row] = sum.squareRoot()
      } else {
        lower[row][column] = sum / lower[column][column]
      }
    }
  }
  var solution = right
  for row in 0..<count {
    for k in 0..<row { solution[row] -= lower[row][k] * solution[k] }
    solution[row] /= lower[row][row]
  }
  for row in (0..<count).reversed() {
    for k in (row + 1)..<count { solution[row] -= lower[k][row] * solution[k] }
    solution[row] /= lower[row][row]
  }
  return solution
}

/// Weighted linear least squares, gathered equation by equation.
struct NormalEquations {
  private var matrix: [[Double]]
  private var right: [Double]

  init(unknowns: Int) {
    matrix = [[Double]](repeating: [Double](repeating: 0, count: unknowns), count: unknowns)
    right = [Double](repeating: 0, count: unknowns)
  }

  /// Adds Σ row·x = value with a weight.
  mutating func add(_ row: [Double], _ value: Double, weight: Double) {
    for i in row.indices {
      let scaled = weight * row[i]
      for j in 0...i { matrix[i][j] += scaled * row[j] }
      right[i] += scaled * value
    }
  }

  /// The least-squares solution; nil where the equations leave it open.
  var solution: [Double]? { solvePositiveDefinite(matrix, right) }
}
