import RealModule

/// A = L Lᵀ of a dense symmetric positive definite matrix, L lower triangular.
public struct CholeskyFactor: Sendable {
  /// Rows and columns of A.
  public let count: Int
  /// Rows of L, n × n; above the diagonal whatever the matrix had there.
  private var lower: [Double]

  /// Factors a matrix; nil where it is not positive definite.
  ///
  /// - Parameters:
  ///   - matrix: rows of A, n × n; the part above the diagonal is not read.
  ///   - leastPivot: the pivots, squares of the factor's diagonal, must be above it; nil: above
  ///     10⁻¹³ of their entry in A, the working precision.
  /// - Complexity: n³/6 multiplications.
  public init?(_ matrix: [Double], leastPivot: Double? = nil) {
    count = Int(Double(matrix.count).squareRoot().rounded())
    precondition(matrix.count == count * count, "A matrix is square.")
    lower = matrix
    for row in 0..<count {
      for column in 0...row {
        let sum = lower[count * row + column] - product(row, column)
        if row == column {
          guard leastPivot ?? 1e-13 * abs(matrix[count * row + row]) < sum else { return nil }
          lower[count * row + row] = sum.squareRoot()
        } else {
          lower[count * row + column] = sum / lower[count * column + column]
        }
      }
    }
  }

  /// Of the parts of two rows of L left of the second one's diagonal.
  private func product(_ row: Int, _ column: Int) -> Double {
    let (first, second) = (count * row, count * column)
    return (0..<column).reduce(0) { $0 + lower[first + $1] * lower[second + $1] }
  }

  /// L⁻¹ b: independent numbers of variance 1 where b has the covariance A.
  ///
  /// - Precondition: n numbers.
  public func whitened(_ right: [Double]) -> [Double] {
    precondition(right.count == count, "One number a row.")
    var solution = right
    for row in 0..<count {
      for k in 0..<row { solution[row] -= lower[count * row + k] * solution[k] }
      solution[row] /= lower[count * row + row]
    }
    return solution
  }

  /// A⁻¹ b.
  ///
  /// - Precondition: n numbers.
  public func solution(_ right: [Double]) -> [Double] {
    var solution = whitened(right)
    for row in (0..<count).reversed() {
      for k in (row + 1)..<count { solution[row] -= lower[count * k + row] * solution[k] }
      solution[row] /= lower[count * row + row]
    }
    return solution
  }

  /// Logarithm of A's determinant.
  public var logDeterminant: Double {
    2 * (0..<count).reduce(0) { $0 + Double.log(lower[(count + 1) * $1]) }
  }
}
