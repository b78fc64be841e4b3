extension EvaluationReport {
  /// The report for people: a heading a group, a line a metric, `-` where one is not defined.
  ///
  /// Values have four digits after the point, those in Å and nm² two, counts none.
  public var textTable: String {
    let width = groups.flatMap(\.rows).map(\.name.count).max() ?? 0
    var lines: [String] = []
    for group in groups {
      if !lines.isEmpty { lines.append("") }
      lines.append(type(of: group).title)
      for row in group.rows {
        let padding = String(repeating: " ", count: width - row.name.count)
        lines.append("  \(row.name)\(padding)  \(leftPadded(row.text, to: 12))")
      }
    }
    if !notes.isEmpty { lines += ["", "Notes"] + notes.map { "  " + $0 } }
    return lines.joined(separator: "\n") + "\n"
  }

  private func leftPadded(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(width - text.count, 0)) + text
  }
}

extension MetricRow {
  /// The value as printed.
  var text: String {
    guard let value else { return "-" }
    if isCount { return decimal(value, digits: 0) }
    return decimal(value, digits: name.hasSuffix("_A") || name.hasSuffix("_nm2") ? 2 : 4)
  }
}

/// A number with a fixed count of digits after the point, rounded to nearest, halves away from 0.
///
/// - Precondition: digits is 0...9; beyond ±10⁹ the number is printed as it is.
func decimal(_ value: Double, digits: Int) -> String {
  precondition((0...9).contains(digits), "A printed number has up to nine digits.")
  guard abs(value) < 1e9 else { return "\(value)" }
  let scale = (0..<digits).reduce(1) { product, _ in product * 10 }
  let scaled = Int((abs(value) * Double(scale)).rounded(.toNearestOrAwayFromZero))
  let sign = value < 0 && scaled != 0 ? "-" : ""
  guard 0 < digits else { return "\(sign)\(scaled)" }
  let fraction = String(scaled % scale)
  return "\(sign)\(scaled / scale)."
    + String(repeating: "0", count: digits - fraction.count) + fraction
}
