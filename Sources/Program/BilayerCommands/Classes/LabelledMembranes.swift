import Morphometry
import TableFormats
import Volumes
import WorkLedger

/// A user's table of membranes and their classes: the columns folder, label and class.
struct LabelledMembranes {
  let examples: [LearnedClasses.Example]

  /// Reads the table and the folders it names, which lie beside it unless their paths are absolute.
  init(path: String) throws {
    let table = try CSVTable.read(path: path)
    for column in ["folder", "label", "class"] where table.column(column) == nil {
      throw TableError.missingColumn(name: column, found: table.header)
    }
    var folders: [String: ClassedFolder] = [:]
    var classOf: [String: String] = [:]
    var examples: [LearnedClasses.Example] = []
    for row in table.rows.indices {
      func cell(_ name: String) -> String { table.cell(row: row, column: name) ?? "" }
      let kind = cell("class")
      guard let label = Int(cell("label")), 0 < label else {
        throw TableError.badCell(
          row: row + 1, column: "label", found: cell("label"), expected: "a label above 0")
      }
      guard !kind.isEmpty else {
        throw TableError.badCell(
          row: row + 1, column: "class", found: "", expected: "a class's name")
      }
      let folder = Self.folder(cell("folder"), besideTable: path)
      let key = "\(label) \(folder)"
      if let known = classOf[key], known != kind {
        throw ClassError.labelledTwice(folder: folder, label: label, classes: [known, kind])
      }
      if classOf.updateValue(kind, forKey: key) != nil { continue }
      let read = try folders[folder] ?? ClassedFolder(folder)
      folders[folder] = read
      guard let features = read.features[label] else {
        throw ClassError.noSuchMembrane(
          folder: folder, label: label, present: read.features.keys.sorted())
      }
      examples.append(LearnedClasses.Example(features, name: kind))
    }
    self.examples = examples
    try check(path: path)
  }

  private static func folder(_ name: String, besideTable path: String) -> String {
    if name.hasPrefix("/") { return Folder.absolute(name) }
    var parts = Folder.absolute(path).split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast()
    return Folder.absolute(parts.joined(separator: "/") + "/" + name)
  }

  private func check(path: String) throws {
    let counts = Dictionary(grouping: examples, by: \.name).mapValues(\.count)
    guard 2 <= counts.count else {
      throw ClassError.tooFew(path: path, found: "\(counts.count) class(es)", wanted: "two classes")
    }
    if let (name, count) = counts.sorted(by: { $0.key < $1.key }).first(where: { $0.value < 2 }) {
      throw ClassError.tooFew(
        path: path, found: "\(count) membrane of class \(name)", wanted: "two of each class")
    }
  }
}

/// Why classes could not be told or learned.
enum ClassError: Fault, Equatable {
  case notMeasured(folder: String)
  case badModel(path: String)
  case labelledTwice(folder: String, label: Int, classes: [String])
  case noSuchMembrane(folder: String, label: Int, present: [Int])
  case tooFew(path: String, found: String, wanted: String)

  var kind: FaultKind { .input }

  var description: String {
    switch self {
    case .notMeasured(let folder):
      "\(folder) has no instances.csv and shapes.csv of this version. "
        + "Run `bilayer measure --output \(folder)` first."
    case .badModel(let path):
      "\(path) is no model of classes of this version. Make it again with `bilayer classify --train`."
    case .labelledTwice(let folder, let label, let classes):
      "Membrane \(label) of \(folder) is \(classes[0]) in one row and \(classes[1]) in another. "
        + "Leave one of them out."
    case .noSuchMembrane(let folder, let label, let present):
      "\(folder) has no surface of a membrane \(label); it has those of "
        + "\(present.prefix(20).map { "\($0)" }.joined(separator: ", "))"
        + "\(20 < present.count ? " ..." : ""). Correct the label."
    case .tooFew(let path, let found, let wanted):
      "\(path) holds \(found), where at least \(wanted) were expected. Label more membranes."
    }
  }
}
