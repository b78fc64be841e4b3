/// Where a sparse symmetric matrix has entries: the lower triangle by columns, rows rising, the
/// diagonal first and always there.
public struct SymmetricPattern: Hashable, Sendable {
  /// Entries of column j are `columnStarts[j]..<columnStarts[j + 1]`.
  public let columnStarts: [Int32]
  /// Row of each entry.
  public let rows: [Int32]

  /// Rows and columns of the matrix.
  public var order: Int { columnStarts.count - 1 }

  /// Takes columns in order.
  init(columnStarts: [Int32], rows: [Int32]) {
    (self.columnStarts, self.rows) = (columnStarts, rows)
    checkInvariants()
  }

  /// Where the entries of a column stand in `rows`.
  @inlinable
  public func range(of column: Int) -> Range<Int> {
    Int(columnStarts[column])..<Int(columnStarts[column + 1])
  }

  /// Traps where the diagonal is missing or rows do not rise.
  public func checkInvariants() {
    for column in 0..<order {
      let entries = rows[range(of: column)]
      precondition(entries.first == Int32(column), "A column starts with its diagonal entry.")
      precondition(
        zip(entries, entries.dropFirst()).allSatisfy { $0 < $1 } && (entries.last ?? 0) < order,
        "A column's rows rise within the matrix.")
    }
  }
}

/// A sparse symmetric matrix.
public struct SparseSymmetricMatrix: Hashable, Sendable {
  /// Where entries stand.
  public let pattern: SymmetricPattern
  /// One value an entry of the pattern.
  public var values: [Double]

  /// Puts values on a pattern.
  public init(pattern: SymmetricPattern, values: [Double]) {
    precondition(values.count == pattern.rows.count, "A matrix has one value an entry.")
    (self.pattern, self.values) = (pattern, values)
  }

  /// The product with a vector.
  public func times(_ vector: [Double]) -> [Double] {
    precondition(vector.count == pattern.order, "A vector has the matrix's length.")
    var product = [Double](repeating: 0, count: vector.count)
    for column in 0..<pattern.order {
      for place in pattern.range(of: column) {
        let row = Int(pattern.rows[place])
        product[row] += values[place] * vector[column]
        if row != column { product[column] += values[place] * vector[row] }
      }
    }
    return product
  }

  /// The matrix with a diagonal added.
  public func adding(diagonal: [Double]) -> SparseSymmetricMatrix {
    precondition(diagonal.count == pattern.order, "A diagonal has the matrix's length.")
    var sum = self
    for column in 0..<pattern.order {
      sum.values[Int(pattern.columnStarts[column])] += diagonal[column]
    }
    return sum
  }
}
