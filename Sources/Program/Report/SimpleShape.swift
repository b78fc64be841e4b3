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
    table.byLabel { cell in
      let model = cell("model")
      guard !model.isEmpty else { return nil }
      let sizes = columns.compactMap { column in
        Double(cell(column)).flatMap { value in
          Double(cell(column + "_sd")).map { (column, value, $0) }
        }
      }
      return SimpleShape(model: model, sizes: sizes, verdict: cell("verdict"))
    }
  }
}
