/// Weighted linear least squares for a few unknowns, gathered equation by equation.
///
/// Memory n² for n unknowns, whatever the number of equations.
public struct NormalEquations: Sendable {
  @usableFromInline let count: Int
  /// Rows of the lower triangle of Σ w a aᵀ, n × n; zero above the diagonal.
  @usableFromInline var matrix: [Double]
  /// Σ w a value.
  @usableFromInline var right: [Double]

  /// Starts without any equation.
  public init(unknowns count: Int) {
    precondition(0 < count, "Equations have unknowns.")
    self.count = count
    matrix = [Double](repeating: 0, count: count * count)
    right = [Double](repeating: 0, count: count)
  }

  /// Adds Σ row·x = value with a weight.
  ///
  /// - Precondition: as many numbers in the row as there are unknowns.
  @inlinable
  public mutating func add(_ row: [Double], _ value: Double, weight: Double) {
    precondition(row.count == count, "An equation has a factor for each unknown.")
    for i in 0..<count {
      let scaled = weight * row[i]
      for j in 0...i { matrix[count &* i &+ j] += scaled * row[j] }
      right[i] += scaled * value
    }
  }

  /// Adds x = 0 for one unknown with a weight: pulls it to 0 where nothing else tells it.
  public mutating func pullToZero(_ unknown: Int, weight: Double) {
    matrix[(count + 1) * unknown] += weight
  }

  /// The least-squares solution; nil where the equations leave it open.
  ///
  /// - Parameter leastPivot: as `solvePositiveDefinite`'s.
  public func solution(leastPivot: Double? = nil) -> [Double]? {
    solvePositiveDefinite(matrix, right, leastPivot: leastPivot)
  }
}

/// Solves A x = b for a symmetric positive definite A by Cholesky's method.
///
/// - Parameters:
///   - matrix: rows of A, n × n; the part above the diagonal is not read.
///   - right: b, n numbers.
///   - leastPivot: the pivots, squares of the factor's diagonal, must be above it; nil: above
///     10⁻¹³ of their entry in A, the working precision.
/// - Returns: x; nil where A is not positive definite by that measure.
/// - Complexity: n³/3 multiplications.
public func solvePositiveDefinite(
  _ matrix: [Double], _ right: [Double], leastPivot: Double? = nil
) -> [Double]? {
  CholeskyFactor(matrix, leastPivot: leastPivot)?.solution(right)
}
