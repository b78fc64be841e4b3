import WorkLedger

/// A table as RFC 4180 has it: a header and rows of as many cells.
///
/// Reads LF and CRLF, quoted cells with commas, line ends and doubled quotes, and a byte-order
/// mark. Writes LF and quotes only where it must. Blank lines are skipped.
public struct CSVTable: Hashable, Sendable {
  /// Names of the columns.
  public var header: [String]
  /// Cells, as many a row as there are columns.
  public var rows: [[String]]

  /// Makes a table.
  ///
  /// - Precondition: as many cells in each row as there are columns.
  public init(header: [String], rows: [[String]] = []) {
    precondition(
      rows.allSatisfy { $0.count == header.count }, "A row has one cell for each column.")
    (self.header, self.rows) = (header, rows)
  }

  /// Where a column stands.
  public func column(_ name: String) -> Int? { header.firstIndex(of: name) }

  /// A cell, or nil where there is no such column.
  public func cell(row: Int, column name: String) -> String? { column(name).map { rows[row][$0] } }

  /// Reads a file.
  public static func read(path: String) throws(TableError) -> CSVTable {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try InputFile(path: path).readAll()
    } catch {
      throw .file(error)
    }
    return try parse(bytes: bytes)
  }

  /// Writes a file, atomically.
  public func write(to path: String, overwrite: Bool = false) throws(TableError) {
    do throws(FileError) {
      try AtomicFile.write(text, to: path, overwrite: overwrite)
    } catch {
      throw .file(error)
    }
  }

  /// The table as text.
  public var text: String {
    ([header] + rows).map { row in
      let line = row.map { Self.quoted($0) }.joined(separator: ",")
      // An empty line would be skipped when read.
      return line.isEmpty ? "\"\"" : line
    }.joined(separator: "\n") + "\n"
  }

  private static func quoted(_ cell: String) -> String {
    let special = cell.utf8.contains { $0 == 44 || $0 == 34 || $0 == 10 || $0 == 13 }
    guard special || cell.utf8.first == 32 || cell.utf8.last == 32 else { return cell }
    return "\""
      + cell.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}
