import RealModule

/// Typed access to the cells of one row.
struct TableRow {
  let table: CSVTable
  let row: Int

  func text(_ column: String) throws(TableError) -> String {
    guard let cell = table.cell(row: row, column: column) else {
      throw .missingColumn(name: column, found: table.header)
    }
    return cell
  }

  /// A finite number, or nil for an empty cell.
  func optionalNumber(_ column: String) throws(TableError) -> Double? {
    let cell = try text(column)
    if cell.isEmpty { return nil }
    guard let number = Double(cell), number.isFinite else {
      throw bad(column, cell, "a number")
    }
    return number
  }

  func number(_ column: String) throws(TableError) -> Double {
    guard let number = try optionalNumber(column) else { throw bad(column, "", "a number") }
    return number
  }

  /// A whole number, or nil for an empty cell.
  func optionalInteger(_ column: String) throws(TableError) -> Int? {
    let cell = try text(column)
    if cell.isEmpty { return nil }
    guard let number = Int(cell) else { throw bad(column, cell, "a whole number") }
    return number
  }

  func integer(_ column: String) throws(TableError) -> Int {
    guard let number = try optionalInteger(column) else {
      throw bad(column, "", "a whole number")
    }
    return number
  }

  /// `true` or `false`, or nil for an empty cell.
  func optionalTruth(_ column: String) throws(TableError) -> Bool? {
    let cell = try text(column)
    switch cell.lowercased() {
    case "": return nil
    case "true", "1", "yes": return true
    case "false", "0", "no": return false
    default: throw bad(column, cell, "true or false")
    }
  }

  private func bad(_ column: String, _ found: String, _ expected: String) -> TableError {
    .badCell(row: row + 1, column: column, found: found, expected: expected)
  }
}

/// A number's text, of seven significant digits (a voxel's place in a volume of a millimetre to
/// 1 Å), without ".0"; empty for nil.
func cell(_ number: Double?) -> String {
  guard let number else { return "" }
  let text = "\(rounded(number, significantDigits: 7))"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// A number as cells of our tables have it, for tables made elsewhere.
public enum TableNumber {
  /// Seven significant digits, without ".0".
  public static func text(_ number: Double) -> String { cell(number) }
}

/// The nearest number with so many decimal digits.
private func rounded(_ number: Double, significantDigits digits: Int) -> Double {
  guard number != 0, number.isFinite else { return number }
  let lead = Int(Double.log10(abs(number)).rounded(.down))
  // Powers of ten up to 10²² are exact, so that one division gives the decimal number's own Double.
  let scale = Double.pow(10, abs(digits - 1 - lead))
  return lead < digits
    ? (number * scale).rounded() / scale : (number / scale).rounded() * scale
}

/// A whole number's text; empty for nil.
func cell(_ number: Int?) -> String { number.map { "\($0)" } ?? "" }

/// `true`, `false` or nothing.
func cell(_ truth: Bool?) -> String { truth.map { $0 ? "true" : "false" } ?? "" }
