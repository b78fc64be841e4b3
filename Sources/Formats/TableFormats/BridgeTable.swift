public import TomogramModel
import Volumes

/// `bridges.csv`: a row per closed gap.
public enum BridgeTable {
  /// The columns, in order. Ends in Å, order x y z.
  public static let columns = [
    "id", "start_x_A", "start_y_A", "start_z_A", "end_x_A", "end_y_A", "end_z_A", "length_A",
    "theta_deg", "hidden_share", "probability", "method", "accepted", "voxels",
  ]

  /// The table of some bridges.
  public static func table(_ bridges: [Bridge]) -> CSVTable {
    CSVTable(
      header: columns,
      rows: bridges.map { bridge in
        let (start, end) = (bridge.start.angstrom, bridge.end.angstrom)
        return [
          cell(bridge.id), cell(start.x), cell(start.y), cell(start.z), cell(end.x), cell(end.y),
          cell(end.z), cell(bridge.lengthAngstrom), cell(bridge.thetaDegrees),
          cell(bridge.hiddenShare), cell(bridge.probability), bridge.method, cell(bridge.accepted),
          cell(bridge.voxels),
        ]
      })
  }

  /// The bridges of a table; columns may stand in any order, with others between.
  public static func bridges(_ table: CSVTable) throws(TableError) -> [Bridge] {
    var bridges: [Bridge] = []
    for index in table.rows.indices {
      let row = TableRow(table: table, row: index)
      bridges.append(
        Bridge(
          id: try row.integer("id"),
          start: Position(
            x: try row.number("start_x_A"), y: try row.number("start_y_A"),
            z: try row.number("start_z_A")),
          end: Position(
            x: try row.number("end_x_A"), y: try row.number("end_y_A"),
            z: try row.number("end_z_A")),
          lengthAngstrom: try row.number("length_A"),
          thetaDegrees: try row.optionalNumber("theta_deg"),
          hiddenShare: try row.number("hidden_share"),
          probability: try row.optionalNumber("probability"), method: try row.text("method"),
          accepted: try row.optionalTruth("accepted") ?? false,
          voxels: try row.integer("voxels")))
    }
    return bridges
  }

  /// Reads a file.
  public static func read(path: String) throws(TableError) -> [Bridge] {
    try bridges(try CSVTable.read(path: path))
  }

  /// Writes a file, atomically.
  public static func write(
    _ bridges: [Bridge], to path: String, overwrite: Bool = false
  ) throws(TableError) {
    try table(bridges).write(to: path, overwrite: overwrite)
  }
}
