import RealModule
import TableFormats
import TomogramModel

/// Several results side by side: one row a tomogram, tomograms being what is counted.
struct Cohort {
  /// One result folder.
  struct Row {
    /// Name of the folder.
    let name: String
    /// Link to its own page, relative to the cohort's; nil where it has none.
    let link: String?
    /// Group, empty where none was named.
    let group: String
    /// Values in the order of `Cohort.quantities`; nil where the folder has none.
    let values: [Double?]
    /// Numbers that the data could not carry.
    let abstained: Int
  }

  /// A column of the table.
  struct Quantity {
    /// Words.
    let title: String
    /// Unit, empty where there is none.
    let unit: String
    /// Whether it is shown as a percentage.
    let isShare: Bool
  }

  static let quantities = [
    Quantity(title: "Membranes", unit: "", isShare: false),
    Quantity(title: "Closed", unit: "", isShare: false),
    Quantity(title: "Total area", unit: "nm²", isShare: false),
    Quantity(title: "Seen area", unit: "", isShare: true),
    Quantity(title: "Median area", unit: "nm²", isShare: false),
    Quantity(title: "Median thickness", unit: "Å", isShare: false),
    Quantity(title: "Accepted bridges", unit: "", isShare: false),
  ]

  let rows: [Row]

  /// Reads the tables of the folders.
  ///
  /// - Throws: `ReportError.notAResultFolder` where a folder has no table.
  init(folders: [String], groups: String?, page: String) throws {
    let groupOf = try groups.map { try Self.groups(path: $0, folders: folders) }
    rows = try folders.enumerated().map { index, folder in
      let files = FolderFiles(folder: folder)
      guard let table = files.existing("instances.csv") else {
        throw ReportError.notAResultFolder(path: folder)
      }
      let membranes = try MembraneTable.read(path: table)
      let bridges = try files.existing("bridges.csv").map { try BridgeTable.read(path: $0) }
      return Row(
        name: files.name, link: Self.link(to: files, from: page), group: groupOf?[index] ?? "",
        values: Self.values(membranes, bridges),
        abstained: membranes.reduce(0) { sum, membrane in
          sum + membrane.measurements.count { $0.measurement.value == nil }
        })
    }
  }

  private static func values(_ membranes: [Membrane], _ bridges: [Bridge]?) -> [Double?] {
    func all(_ name: String) -> [Double] { membranes.compactMap { $0[name]?.value } }
    // Both areas of the same membranes, or the share would be of something else.
    let pairs = membranes.compactMap { membrane -> (Double, Double)? in
      guard let area = membrane["area_nm2"]?.value, let seen = membrane["seen_area_nm2"]?.value
      else { return nil }
      return (area, seen)
    }
    let whole = pairs.reduce(0) { $0 + $1.0 }
    let looked = membranes.compactMap(\.closed)
    return [
      Double(membranes.count), looked.isEmpty ? nil : Double(looked.count { $0 }),
      all("area_nm2").isEmpty ? nil : all("area_nm2").reduce(0, +),
      whole == 0 ? nil : pairs.reduce(0) { $0 + $1.1 } / whole,
      median(all("area_nm2")), median(all("thickness_A")),
      bridges.map { Double($0.count { $0.accepted }) },
    ]
  }

  /// The middle value, or the mean of the two; nil for none.
  static func median(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  /// Group of each folder: matched by the path as given, or else by the folder's name.
  private static func groups(path: String, folders: [String]) throws -> [String] {
    let table = try CSVTable.read(path: path)
    guard table.column("folder") != nil, table.column("group") != nil else {
      throw ReportError.groups(
        path: path, found: "its columns are \(table.header.joined(separator: ", "))")
    }
    var groups: [String: String] = [:]
    for row in table.rows.indices {
      let name = trimmed(table.cell(row: row, column: "folder") ?? "")
      groups[name] = table.cell(row: row, column: "group")
    }
    return try folders.map { folder in
      guard let group = groups[trimmed(folder)] ?? groups[FolderFiles(folder: folder).name] else {
        throw ReportError.groups(path: path, found: "it has no row for the folder \(folder)")
      }
      return group
    }
  }

  private static func trimmed(_ path: String) -> String {
    path.count > 1 && path.hasSuffix("/") ? trimmed(String(path.dropLast())) : path
  }

  /// A link is only made downwards from the page's folder: others break when files are moved.
  private static func link(to files: FolderFiles, from page: String) -> String? {
    guard files.existing("report.html") != nil else { return nil }
    let target = trimmed(files.folder) + "/report.html"
    let parts = page.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    if parts.isEmpty { return target.hasPrefix("/") ? nil : target }
    let base = parts.joined(separator: "/") + "/"
    return target.hasPrefix(base) ? String(target.dropFirst(base.count)) : nil
  }

  /// Groups in the order they first occur, with the rows of each.
  var grouped: [(name: String, rows: [Row])] {
    var names: [String] = []
    for row in rows where !names.contains(row.group) { names.append(row.group) }
    return names.map { name in (name, rows.filter { $0.group == name }) }
  }

  /// Mean and standard deviation over tomograms; the latter nil below two.
  static func spread(_ values: [Double]) -> (mean: Double, deviation: Double?)? {
    guard !values.isEmpty else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    guard 1 < values.count else { return (mean, nil) }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, Double.sqrt(squares / Double(values.count - 1)))
  }
}
