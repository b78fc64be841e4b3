import TableFormats

/// The density across a membrane, as `profiles.csv` has it.
struct DensityProfileCurve: Hashable, Sendable {
  /// The membrane.
  var label: Int
  /// Distances from the mid-surface, Å, rising.
  var distances: [Double] = []
  /// Density there.
  var density: [Double] = []
  /// Standard errors.
  var errors: [Double] = []

  /// The curves of a table, in its order. Rows that are no numbers are passed over: a page is made
  /// of what there is.
  static func curves(of table: CSVTable) -> [DensityProfileCurve] {
    var curves: [DensityProfileCurve] = []
    for row in table.rows.indices {
      func number(_ column: String) -> Double? {
        table.cell(row: row, column: column).flatMap { Double($0) }.flatMap {
          $0.isFinite ? $0 : nil
        }
      }
      guard let label = table.cell(row: row, column: "label").flatMap({ Int($0) }),
        let distance = number("distance_A"), let density = number("density"),
        let error = number("density_se")
      else { continue }
      if curves.last?.label != label { curves.append(DensityProfileCurve(label: label)) }
      curves[curves.count - 1].distances.append(distance)
      curves[curves.count - 1].density.append(density)
      curves[curves.count - 1].errors.append(error)
    }
    return curves.filter { 1 < $0.distances.count }
  }
}
