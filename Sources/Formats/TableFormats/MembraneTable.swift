public import TomogramModel
import Volumes

/// `instances.csv`: a row per membrane.
///
/// First what the membrane is, then three columns a measured quantity: its name with the unit
/// (`area_nm2`), its standard deviation (`area_nm2_sd`, empty where nobody knows it) and, where the
/// data cannot carry a number, the reason (`area_nm2_verdict`). The box of voxels stands last.
public enum MembraneTable {
  private static let identity = ["label", "name", "class", "closed", "parent", "voxels"]
  private static let box = ["x_first", "x_end", "y_first", "y_end", "z_first", "z_end"]
  private static let (deviation, verdict) = ("_sd", "_verdict")

  /// The table of some membranes. Quantities stand in the order they first occur in; a membrane
  /// that lacks one has empty cells.
  public static func table(_ membranes: [Membrane]) -> CSVTable {
    var names: [String] = []
    for membrane in membranes {
      for measurement in membrane.measurements where !names.contains(measurement.name) {
        names.append(measurement.name)
      }
    }
    let quantities = names.flatMap { [$0, $0 + deviation, $0 + verdict] }
    let rows = membranes.map { membrane in
      var row = [
        cell(membrane.label), membrane.name ?? "", membrane.classification,
        cell(membrane.closed), cell(membrane.parent), cell(membrane.voxels),
      ]
      for name in names {
        let measurement = membrane[name]
        row.append(cell(measurement?.value))
        row.append(cell(measurement?.standardDeviation))
        row.append(measurement?.verdict ?? "")
      }
      let (lower, upper) = (membrane.region.lower, membrane.region.upper)
      return row + [lower.x, upper.x, lower.y, upper.y, lower.z, upper.z].map { cell($0) }
    }
    return CSVTable(header: identity + quantities + box, rows: rows)
  }

  /// The membranes of a table.
  public static func membranes(_ table: CSVTable) throws(TableError) -> [Membrane] {
    let names = table.header.filter { name in
      table.column(name + deviation) != nil && table.column(name + verdict) != nil
    }
    var membranes: [Membrane] = []
    for index in table.rows.indices {
      let row = TableRow(table: table, row: index)
      var membrane = Membrane(
        label: try row.integer("label"), voxels: try row.integer("voxels"),
        region: try region(row))
      // Tables of earlier versions have no names.
      membrane.name = table.cell(row: index, column: "name").flatMap { $0.isEmpty ? nil : $0 }
      membrane.classification = try row.text("class")
      membrane.closed = try row.optionalTruth("closed")
      membrane.parent = try row.optionalInteger("parent")
      for name in names {
        guard let measurement = try measurement(name, in: row) else { continue }
        membrane.measurements.append(NamedMeasurement(name, measurement))
      }
      membranes.append(membrane)
    }
    return membranes
  }

  private static func measurement(
    _ name: String, in row: TableRow
  ) throws(TableError) -> Measurement? {
    let reason = try row.text(name + verdict)
    if let value = try row.optionalNumber(name) {
      return Measurement(value, standardDeviation: try row.optionalNumber(name + deviation))
    }
    return reason.isEmpty ? nil : .abstained(reason)
  }

  private static func region(_ row: TableRow) throws(TableError) -> Region {
    var bounds: [Int] = []
    for name in box { bounds.append(try row.integer(name)) }
    for axis in 0..<3 where bounds[2 * axis + 1] < bounds[2 * axis] {
      throw .badCell(
        row: row.row + 1, column: box[2 * axis + 1], found: "\(bounds[2 * axis + 1])",
        expected: "at least \(bounds[2 * axis])")
    }
    return Region(
      lower: VoxelIndex(x: bounds[0], y: bounds[2], z: bounds[4]),
      upper: VoxelIndex(x: bounds[1], y: bounds[3], z: bounds[5]))
  }

  /// Reads a file.
  public static func read(path: String) throws(TableError) -> [Membrane] {
    try membranes(try CSVTable.read(path: path))
  }

  /// Writes a file, atomically.
  public static func write(
    _ membranes: [Membrane], to path: String, overwrite: Bool = false
  ) throws(TableError) {
    try table(membranes).write(to: path, overwrite: overwrite)
  }
}
