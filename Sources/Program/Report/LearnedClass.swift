import TableFormats

/// A membrane's class among a user's own, as `classes.csv` has it.
struct LearnedClass: Sendable {
  /// The user's name for it, or `unclassified`.
  let name: String
  /// How likely it is, 0...1; nil where the shape is unlike all examples.
  let probability: Double?

  /// The classes by label; rows that cannot be read are left out.
  static func classes(of table: CSVTable) -> [Int: LearnedClass] {
    table.byLabel { cell in
      let name = cell("class")
      return name.isEmpty ? nil : LearnedClass(name: name, probability: Double(cell("probability")))
    }
  }
}
