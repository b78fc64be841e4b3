import TableFormats

extension CSVTable {
  /// What rows say of membranes, by their column `label`; rows that say nothing are left out.
  ///
  /// - Parameter value: from a row's cells by column; a missing column's are empty.
  func byLabel<Value>(_ value: (_ cell: (String) -> String) -> Value?) -> [Int: Value] {
    var values: [Int: Value] = [:]
    for row in rows.indices {
      func cell(_ name: String) -> String { self.cell(row: row, column: name) ?? "" }
      guard let label = Int(cell("label")), let value = value(cell) else { continue }
      values[label] = value
    }
    return values
  }
}
