import Morphometry
import Pipeline
import TableFormats
import TomogramModel
import WorkLedger

/// The membranes of a result folder with what their classes are decided on.
struct ClassedFolder {
  let path: String
  let membranes: [Membrane]
  /// By label; a membrane without a surface has none.
  let features: [Int: ShapeFeatures]

  init(_ path: String) throws {
    self.path = path
    let folder = ResultFolder(path)
    guard Folder.exists(folder.table), Folder.exists(folder.shapes) else {
      throw ClassError.notMeasured(folder: path)
    }
    membranes = try MembraneTable.read(path: folder.table)
    let table = try CSVTable.read(path: folder.shapes)
    var features: [Int: ShapeFeatures] = [:]
    for row in table.rows.indices {
      let label = Int(try Self.number("label", row: row, of: table))
      features[label] = try ShapeFeatures { try Self.number($0, row: row, of: table) }
    }
    self.features = features
  }

  private static func number(_ column: String, row: Int, of table: CSVTable) throws -> Double {
    guard let cell = table.cell(row: row, column: column) else {
      throw TableError.missingColumn(name: column, found: table.header)
    }
    guard let number = Double(cell), number.isFinite, abs(number) < 1e12 else {
      throw TableError.badCell(row: row + 1, column: column, found: cell, expected: "a number")
    }
    return number
  }

  /// A row a membrane: the class by shape, or by a model.
  func rows(by model: LearnedClasses?) throws -> [ClassRow] {
    membranes.map { membrane in
      var row = ClassRow(
        folder: path, label: membrane.label, name: membrane.name ?? "",
        kind: membrane.classification, parent: membrane.parent)
      guard let model else { return row }
      row.kind = "unclassified"
      guard let features = features[membrane.label] else { return row }
      let verdict = model.classify(features)
      if let kind = verdict.name { (row.kind, row.probability) = (kind, verdict.probability) }
      (row.second, row.secondProbability) = (verdict.second, verdict.secondProbability)
      return row
    }
  }
}

/// A membrane and its class, as printed and in `classes.csv`.
struct ClassRow: Codable {
  var folder: String
  var label: Int
  var name: String
  /// `unclassified` without a surface, or where a shape is unlike all examples.
  var kind: String
  var parent: Int?
  /// Of the class, by the model; nil for classes by shape.
  var probability: Double?
  /// The next class and its probability.
  var second: String?
  var secondProbability: Double?

  enum CodingKeys: String, CodingKey {
    case folder, label, name, parent, probability, second
    case kind = "class"
    case secondProbability = "second_probability"
  }

  /// `classes.csv`.
  static func table(_ rows: [ClassRow]) -> CSVTable {
    CSVTable(
      header: ["label", "name", "class", "probability", "second", "second_probability"],
      rows: rows.map { row in
        [
          "\(row.label)", row.name, row.kind, row.probability.map { TableNumber.text($0) } ?? "",
          row.second ?? "", row.secondProbability.map { TableNumber.text($0) } ?? "",
        ]
      })
  }

  static func text(_ rows: [ClassRow], format: OutputFormat) throws -> String {
    if format == .json { return try canonicalJSON(rows) + "\n" }
    let isLearned = rows.contains { $0.second != nil }
    let head = ["folder", "label", "name", "class"] + (isLearned ? ["probability"] : ["inside"])
    let body = rows.map { row in
      let last =
        isLearned
        ? row.probability.map { "\(($0 * 100).rounded() / 100)" } ?? "-"
        : row.parent.map { "\($0)" } ?? "-"
      return [row.folder, "\(row.label)", row.name.isEmpty ? "-" : row.name, row.kind, last]
    }
    return TextTable.aligned([head] + body) + "\n"
  }
}

/// Columns of text, each as wide as its widest cell.
enum TextTable {
  static func aligned(_ rows: [[String]]) -> String {
    let widths = (rows.first ?? []).indices.map { column in
      rows.map { $0[column].count }.max() ?? 0
    }
    return rows.map { row in
      zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
        .joined(separator: "  ").trimmingTrailingSpaces
    }.joined(separator: "\n")
  }
}

extension String {
  fileprivate var trimmingTrailingSpaces: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
