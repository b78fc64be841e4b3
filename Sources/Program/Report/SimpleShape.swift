import TableFormats

/// The simple shape a membrane is, as `parametric.csv` has it.
struct SimpleShape: Sendable {
  /// `sphere`, ..., or `none`.
  let model: String
  /// Its sizes as columns and values with their standard deviations, in Å.
  let sizes: [(column: String, value: Double, deviation: Double)]
  /// Why there is no shape, or a doubt.
  let verdict: String

  private static let columns = [
    "radius_A", "semiaxis_a_A", "semiaxis_b_A", "semiaxis_c_A", "ring_radius_A", "tube_radius_A",
  ]

  /// The shapes by label; rows that cannot be read are left out.
  static func shapes(of table: CSVTable) -> [Int: SimpleShape] {
    var shapes: [Int: SimpleShape] = [:]
    for row in table.rows.indices {
      func cell(_ name: String) -> String { table.cell(row: row, column: name) ?? "" }
      guard let label = Int(cell("label")), !cell("model").isEmpty else { continue }
      shapes[label] = SimpleShape(
        model: cell("model"),
        sizes: columns.compactMap { column in
          guard let value = Double(cell(column)), let deviation = Double(cell(column + "_sd"))
          else { return nil }
          return (column, value, deviation)
        }, verdict: cell("verdict"))
    }
    return shapes
  }
}
