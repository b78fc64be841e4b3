/// A column's name as a person writes it: `seen_area_nm2` becomes "Seen area" in "nm²".
struct ColumnTitle: Hashable {
  /// Words.
  let words: String
  /// Unit; empty where the quantity has none.
  let unit: String

  /// Endings of CONTRACT's column names, longest first.
  private static let units = [
    ("_per_nm2", "nm⁻²"), ("_per_nm", "nm⁻¹"), ("_nm3", "nm³"), ("_nm2", "nm²"), ("_nm", "nm"),
    ("_deg", "°"), ("_A", "Å"),
  ]

  /// Takes a column's name apart.
  init(_ name: String) {
    let match = Self.units.first { name.hasSuffix($0.0) }
    unit = match?.1 ?? ""
    let stem = name.dropLast(match?.0.count ?? 0).replacing("_", with: " ")
    words = stem.prefix(1).uppercased() + stem.dropFirst()
  }
}
