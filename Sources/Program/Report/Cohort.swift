import RealModule
import TableFormats
import TomogramModel
import WorkLedger

/// Several results side by side: one row a tomogram, tomograms being what is counted.
///
/// Membranes of one tomogram share its thickness, its dose, its alignment and its cell, and vertices
/// share their membrane: taken as independent, they would make any two tomograms differ. So each
/// tomogram gives one value of a quantity, and groups are compared by these alone; where several
/// tomograms come from one sample (an animal, a culture, a grid), by the samples' means.
struct Cohort {
  /// A number of one tomogram with its measured uncertainty.
  struct Value: Equatable {
    /// The number, in the quantity's unit.
    var value: Double
    /// Standard deviation from the measurements'; nil where any of them is unknown.
    var deviation: Double?
  }

  /// One result folder.
  struct Row {
    /// Name of the folder.
    let name: String
    /// Link to its own page, relative to the cohort's; nil where it has none.
    let link: String?
    /// Group, empty where none was named.
    let group: String
    /// Sample it was made from; empty where the tomogram stands for itself.
    let sample: String
    /// Values in the order of `quantities`; nil where the folder has none.
    let values: [Value?]
    /// Numbers that the data could not carry.
    let abstained: Int
  }

  /// What is compared, in the order of the tables' columns.
  let quantities: [Quantity]
  let rows: [Row]

  /// Reads the tables of the folders.
  ///
  /// - Parameters:
  ///   - groups: path of a table with the columns folder and group, and sample where there is one.
  ///   - wanted: names of the quantities to compare; nil for those of `Quantity.customary`.
  /// - Throws: `ReportError.notAResultFolder` where a folder has no table, `.repeated` where one is
  ///   named twice, `.quantities` where a wanted one is not measured.
  init(folders: [String], groups: String?, page: String, wanted: [String]? = nil) throws {
    var seen = Set<String>()
    for folder in folders where !seen.insert(Folder.absolute(Self.trimmed(folder))).inserted {
      throw ReportError.repeated(path: folder)
    }
    let places = try groups.map { try Self.places(path: $0, folders: folders) }
    let tables = try folders.map { try Self.tables(of: FolderFiles(folder: $0)) }
    let quantities = try Quantity.chosen(wanted, among: tables)
    self.quantities = quantities
    rows = folders.indices.map { index in
      let files = FolderFiles(folder: folders[index])
      return Row(
        name: files.name, link: Self.link(to: files, from: page),
        group: places?[index].group ?? "", sample: places?[index].sample ?? "",
        values: quantities.enumerated().map { order, quantity in
          quantity.value(in: tables[index], stream: UInt64(index * quantities.count + order))
        },
        abstained: tables[index].membranes.reduce(0) { sum, membrane in
          sum + membrane.measurements.count { $0.measurement.value == nil }
        })
    }
  }

  /// Puts rows together; for tests.
  init(quantities: [Quantity], rows: [Row]) {
    (self.quantities, self.rows) = (quantities, rows)
  }

  private static func tables(of files: FolderFiles) throws -> ResultTables {
    guard let table = files.existing("instances.csv") else {
      throw ReportError.notAResultFolder(path: files.folder)
    }
    return ResultTables(
      membranes: try MembraneTable.read(path: table),
      bridges: try files.existing("bridges.csv").map { try BridgeTable.read(path: $0) })
  }

  /// Where a tomogram belongs.
  private struct Place: Equatable {
    var group: String
    var sample: String
  }

  /// Group and sample of each folder: matched by the path as given, or else by the folder's name.
  private static func places(path: String, folders: [String]) throws -> [Place] {
    let table = try CSVTable.read(path: path)
    guard table.column("folder") != nil, table.column("group") != nil else {
      throw ReportError.groups(
        path: path, found: "its columns are \(table.header.joined(separator: ", "))")
    }
    var places: [String: Place] = [:]
    for row in table.rows.indices {
      func cell(_ column: String) -> String { table.cell(row: row, column: column) ?? "" }
      let place = Place(group: cell("group"), sample: cell("sample"))
      let folder = trimmed(cell("folder"))
      if let other = places.updateValue(place, forKey: folder), other != place {
        throw ReportError.groups(path: path, found: "it puts \(folder) into two groups")
      }
    }
    return try folders.map { folder in
      guard let place = places[trimmed(folder)] ?? places[FolderFiles(folder: folder).name] else {
        throw ReportError.groups(path: path, found: "it has no row for the folder \(folder)")
      }
      return place
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
}
