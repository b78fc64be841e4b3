import GroupComparison
import TableFormats

extension Cohort {
  /// Whether any tomogram has a group.
  var hasGroups: Bool { rows.contains { !$0.group.isEmpty } }

  /// A row a tomogram: its values and their standard deviations (`NAME_sd`), in full precision.
  var tomogramTable: CSVTable {
    let columns = quantities.flatMap { [$0.name, $0.name + "_sd"] }
    return CSVTable(
      header: ["tomogram", "group", "sample"] + columns + ["numbers_left_out"],
      rows: rows.map { row in
        [row.name, row.group, row.sample]
          + row.values.flatMap { [Self.cell($0?.value), Self.cell($0?.deviation)] }
          + ["\(row.abstained)"]
      })
  }

  private static let comparisonColumns = [
    "quantity", "group_a", "group_b", "unit_of_analysis", "count_a", "count_b", "mean_a", "sd_a",
    "measured_sd_a", "mean_b", "sd_b", "measured_sd_b", "difference", "difference_low",
    "difference_high", "p", "p_holm", "p_smallest", "arrangements", "exact", "verdict",
  ]

  /// A row a comparison. `difference` is group b less group a in the quantity's unit, with its 95 %
  /// interval; `measured_sd` the part of `sd` that measurement alone explains. Cells are empty where
  /// no verdict is possible.
  func table(of comparisons: [Comparison]) -> CSVTable {
    CSVTable(
      header: Self.comparisonColumns,
      rows: comparisons.map { comparison in
        let (first, second) = (comparison.first, comparison.second)
        return [
          quantities[comparison.quantity].name, first.group, second.group, unitName,
          "\(first.values.count)", "\(second.values.count)",
          Self.cell(first.mean), Self.cell(first.deviation), Self.cell(first.measuredDeviation),
          Self.cell(second.mean), Self.cell(second.deviation), Self.cell(second.measuredDeviation),
          Self.cell(comparison.difference), Self.cell(comparison.interval?.lowerBound),
          Self.cell(comparison.interval?.upperBound), Self.cell(comparison.pValue),
          Self.cell(comparison.adjusted), Self.cell(comparison.test?.smallestPValue),
          comparison.test.map { "\($0.wayCount)" } ?? "",
          comparison.test.map { "\($0.isExact)" } ?? "", comparison.verdict.text,
        ]
      })
  }

  private static func cell(_ value: Double?) -> String { value.map { TableNumber.text($0) } ?? "" }
}

extension Cohort.Verdict {
  /// One sentence.
  var text: String {
    switch self {
    case .differs: "The groups differ."
    case .uncertain: "May differ: not after correction for all tests."
    case .noneShown: "No difference shown."
    case .constant: "All have the same value."
    case .tooFew(let reason), .tooFewForSoMany(let reason): reason
    }
  }
}
