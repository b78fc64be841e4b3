extension CSVTable {
  /// Reads a table from text.
  public static func parse(_ text: String) throws(TableError) -> CSVTable {
    try parse(bytes: Array(text.utf8))
  }

  /// Reads a table from UTF-8 bytes.
  static func parse(bytes: [UInt8]) throws(TableError) -> CSVTable {
    var reader = CSVReader(bytes: bytes)
    guard let header = try reader.row() else { return CSVTable(header: []) }
    var table = CSVTable(header: header)
    while let row = try reader.row() {
      guard row.count == header.count else {
        throw .unevenRow(line: reader.firstLine, found: row.count, expected: header.count)
      }
      table.rows.append(row)
    }
    return table
  }
}

/// Takes rows off a table's bytes.
private struct CSVReader {
  let bytes: [UInt8]
  var place: Int
  /// Line the reader is in, from 1.
  var line = 1
  /// Line the last row began in.
  var firstLine = 1

  private static let (quote, comma) = (UInt8(34), UInt8(44))
  private static let (lineFeed, carriageReturn) = (UInt8(10), UInt8(13))

  init(bytes: [UInt8]) {
    self.bytes = bytes
    place = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  mutating func row() throws(TableError) -> [String]? {
    skipBlankLines()
    guard next != nil else { return nil }
    firstLine = line
    var cells: [String] = []
    while true {
      cells.append(try cell())
      guard next == Self.comma else { break }
      place += 1
    }
    endLine()
    return cells
  }

  private mutating func skipBlankLines() {
    while next == Self.lineFeed || next == Self.carriageReturn { endLine() }
  }

  /// Takes LF, CRLF or CR.
  private mutating func endLine() {
    if next == nil { return }
    if next == Self.carriageReturn { place += 1 }
    if next == Self.lineFeed { place += 1 }
    line += 1
  }

  private mutating func cell() throws(TableError) -> String {
    if next == Self.quote { return try quotedCell() }
    let start = place
    while let byte = next, byte != Self.comma, byte != Self.lineFeed, byte != Self.carriageReturn {
      place += 1
    }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  private mutating func quotedCell() throws(TableError) -> String {
    place += 1
    var content: [UInt8] = []
    while let byte = next {
      place += 1
      if byte == Self.lineFeed { line += 1 }
      if byte != Self.quote {
        content.append(byte)
      } else if next == Self.quote {
        content.append(byte)
        place += 1
      } else {
        guard
          next == nil || next == Self.comma || next == Self.lineFeed
            || next == Self.carriageReturn
        else { throw .badQuote(line: line) }
        return String(decoding: content, as: UTF8.self)
      }
    }
    throw .badQuote(line: line)
  }
}
