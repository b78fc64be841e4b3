import WorkLedger

/// A STAR file with one loop, as RELION reads it.
///
/// Hall, J. Chem. Inf. Comput. Sci. 31 (1991) 326; only what particle lists need: one data block,
/// one loop, values without white space.
public struct StarTable: Hashable, Sendable {
  /// Name of the data block, without `data_`.
  public var block: String
  /// Comment lines before it, without `#`.
  public var comments: [String]
  /// Names of the columns, without the underscore.
  public var columns: [String]
  /// Cells, as many a row as there are columns.
  public var rows: [[String]]

  /// Makes a table.
  ///
  /// - Precondition: as many cells in each row as columns, none empty or with white space in it.
  public init(block: String, comments: [String] = [], columns: [String], rows: [[String]]) {
    precondition(
      rows.allSatisfy { $0.count == columns.count }, "A row has one cell for each column.")
    precondition(
      rows.allSatisfy { $0.allSatisfy { !$0.isEmpty && !$0.contains(where: \.isWhitespace) } },
      "A cell of a STAR loop is one word.")
    (self.block, self.comments, self.columns, self.rows) = (block, comments, columns, rows)
  }

  /// The file's text.
  public var text: String {
    var lines = comments.map { "# " + $0 }
    lines += ["", "data_" + block, "", "loop_"]
    lines += columns.enumerated().map { "_\($1) #\($0 + 1)" }
    lines += rows.map { $0.joined(separator: " ") }
    return lines.joined(separator: "\n") + "\n\n"
  }

  /// Writes a file, atomically.
  public func write(to path: String, overwrite: Bool = false) throws(TableError) {
    do throws(FileError) {
      try AtomicFile.write(text, to: path, overwrite: overwrite)
    } catch {
      throw .file(error)
    }
  }
}
