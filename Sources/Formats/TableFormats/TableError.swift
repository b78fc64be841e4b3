public import Volumes
public import WorkLedger

/// Why a table could not be read or written.
public enum TableError: Fault, Equatable {
  /// The file itself could not be read or written.
  case file(FileError)
  /// A quote is never closed, or text follows a closing quote.
  case badQuote(line: Int)
  /// A row has another number of cells than the header.
  case unevenRow(line: Int, found: Int, expected: Int)
  /// A column that is needed is not there.
  case missingColumn(name: String, found: [String])
  /// A cell does not hold what its column is for.
  case badCell(row: Int, column: String, found: String, expected: String)

  public var kind: FaultKind {
    if case .file(let error) = self { error.kind } else { .input }
  }

  public var description: String {
    switch self {
    case .file(let error): error.description
    case .badQuote(let line):
      "Line \(line) of the table has a quote that is not closed, or text after a closing one. "
        + "Write a quote inside a cell twice."
    case .unevenRow(let line, let found, let expected):
      "Line \(line) of the table has \(found) cells, where the header has \(expected). "
        + "Quote cells that hold a comma."
    case .missingColumn(let name, let found):
      "The table has no column \(name); it has \(found.joined(separator: ", ")). "
        + "Add the column, or name another table."
    case .badCell(let row, let column, let found, let expected):
      "Row \(row), column \(column) of the table holds \"\(found.prefix(40))\", "
        + "where \(expected) was expected. Correct that cell."
    }
  }
}
