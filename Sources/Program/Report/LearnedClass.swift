import TableFormats

/// A membrane's class among a user's own, as `classes.csv` has it.
struct LearnedClass: Sendable {
  /// The user's name for it, or `unclassified`.
  let name: String
  /// How likely it is, 0...1; nil where the shape is unlike all examples.
  let probability: Double?

  /// The classes by label; rows that cannot be read are left out.
  static func classes(of table: CSVTable) -> [Int: LearnedClass] {
    var classes: [Int: LearnedClass] = [:]
    for row in table.rows.indices {
      func cell(_ name: String) -> String { table.cell(row: row, column: name) ?? "" }
      guard let label = Int(cell("label")), !cell("class").isEmpty else { continue }
      classes[label] = LearnedClass(
        name: cell("class"), probability: Double(cell("probability")))
    }
    return classes
  }
}
