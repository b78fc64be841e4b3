public import TomogramModel
import Volumes

/// `gaps.csv`: a row per known gap of a benchmark.
public enum GapTable {
  /// The columns, in order. The centre in Å, order x y z.
  public static let columns = [
    "id", "membrane", "cause", "length_A", "theta_deg", "hidden_share", "area_nm2", "centre_x_A",
    "centre_y_A", "centre_z_A",
  ]

  /// The table of some gaps.
  public static func table(_ gaps: [GapRecord]) -> CSVTable {
    CSVTable(
      header: columns,
      rows: gaps.map { gap in
        let centre = gap.centre.angstrom
        return [
          cell(gap.id), cell(gap.membrane), gap.cause.rawValue, cell(gap.lengthAngstrom),
          cell(gap.thetaDegrees), cell(gap.hiddenShare), cell(gap.areaNm2), cell(centre.x),
          cell(centre.y), cell(centre.z),
        ]
      })
  }

  /// The gaps of a table; columns may stand in any order, with others between.
  public static func gaps(_ table: CSVTable) throws(TableError) -> [GapRecord] {
    var gaps: [GapRecord] = []
    for index in table.rows.indices {
      let row = TableRow(table: table, row: index)
      let name = try row.text("cause")
      guard let cause = GapCause(rawValue: name) else {
        throw .badCell(
          row: index + 1, column: "cause", found: name,
          expected: GapCause.allCases.map(\.rawValue).joined(separator: ", "))
      }
      gaps.append(
        GapRecord(
          id: try row.integer("id"), membrane: try row.integer("membrane"), cause: cause,
          lengthAngstrom: try row.number("length_A"),
          thetaDegrees: try row.number("theta_deg"),
          hiddenShare: try row.number("hidden_share"), areaNm2: try row.number("area_nm2"),
          centre: Position(
            x: try row.number("centre_x_A"), y: try row.number("centre_y_A"),
            z: try row.number("centre_z_A"))))
    }
    return gaps
  }

  /// Reads a file.
  public static func read(path: String) throws(TableError) -> [GapRecord] {
    try gaps(try CSVTable.read(path: path))
  }

  /// Writes a file, atomically.
  public static func write(
    _ gaps: [GapRecord], to path: String, overwrite: Bool = false
  ) throws(TableError) {
    try table(gaps).write(to: path, overwrite: overwrite)
  }
}
