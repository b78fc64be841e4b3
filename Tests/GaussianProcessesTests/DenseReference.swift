import RealModule

@testable import GaussianProcesses

/// A symmetric positive definite matrix with all its entries: the plain way to everything that the
/// sparse code computes.
struct DenseMatrix {
  var rows: [[Double]]

  init(_ rows: [[Double]]) {
    self.rows = rows
  }

  init(_ matrix: SparseSymmetricMatrix) {
    let count = matrix.pattern.order
    rows = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    for column in 0..<count {
      for place in matrix.pattern.range(of: column) {
        let row = Int(matrix.pattern.rows[place])
        rows[row][column] = matrix.values[place]
        rows[column][row] = matrix.values[place]
      }
    }
  }

  static func + (a: DenseMatrix, b: DenseMatrix) -> DenseMatrix {
    DenseMatrix(zip(a.rows, b.rows).map { zip($0, $1).map { $0 + $1 } })
  }

  /// Lower L with A = L Lᵀ (Golub & Van Loan, §4.2.5, by rows).
  private var cholesky: [[Double]] {
    var lower = rows
    for i in rows.indices {
      for j in 0...i {
        var sum = rows[i][j]
        for k in 0..<j { sum -= lower[i][k] * lower[j][k] }
        lower[i][j] = i == j ? sum.squareRoot() : sum / lower[j][j]
      }
    }
    return lower
  }

  var logDeterminant: Double {
    let lower = cholesky
    return 2 * rows.indices.reduce(0) { $0 + Double.log(lower[$1][$1]) }
  }

  /// A⁻¹ by solving for each unit vector.
  var inverse: DenseMatrix {
    let lower = cholesky
    let count = rows.count
    var result = self
    for unit in 0..<count {
      var x = [Double](repeating: 0, count: count)
      x[unit] = 1
      for i in unit..<count {
        for k in unit..<i { x[i] -= lower[i][k] * x[k] }
        x[i] /= lower[i][i]
      }
      for i in (0..<count).reversed() {
        for k in (i + 1)..<max(count, i + 1) { x[i] -= lower[k][i] * x[k] }
        x[i] /= lower[i][i]
      }
      for i in 0..<count { result.rows[i][unit] = x[i] }
    }
    return result
  }

  func times(_ vector: [Double]) -> [Double] {
    rows.map { zip($0, vector).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  /// The rows and columns of some numbers.
  func part(_ kept: [Int]) -> DenseMatrix {
    DenseMatrix(kept.map { row in kept.map { self.rows[row][$0] } })
  }
}
