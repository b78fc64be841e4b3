import TableFormats
import Volumes
import WorkLedger

/// Writes the report of one result folder, or of several together.
///
/// One folder: the page `report.html`, with `methods.txt` and `open.cxc` beside it. Several: one
/// cohort page, made from the folders' tables, with a table of all tomograms and, where groups are
/// named, one of comparisons beside it; the folders themselves are left alone.
///
/// - Parameters:
///   - folders: result folders, at least one.
///   - page: path of the page; nil: `report.html` in the folder, or `cohort.html` in the working
///     folder for several.
///   - groups: path of a table with the columns folder and group; only for several folders.
///   - quantities: names of the quantities to compare; nil for the customary ones.
///   - context: what is known beyond the folder; only for one folder.
///   - overwrite: whether files of an earlier report may be replaced.
///   - scratchFolder: where packed volumes are unpacked.
/// - Returns: paths of the files written.
/// - Throws: `ReportError`, `FileError`, or the error of a file that cannot be read.
public func writeReport(
  of folders: [String], to page: String? = nil, groups: String? = nil,
  quantities: [String]? = nil, context: ReportContext = ReportContext(),
  options: ReportOptions = ReportOptions(),
  overwrite: Bool = false, scratchFolder: String
) throws -> [String] {
  guard let folder = folders.first else { throw ReportError.noFolders }
  if 1 < folders.count || groups != nil {
    let path = page ?? "cohort.html"
    let cohort = try Cohort(folders: folders, groups: groups, page: path, wanted: quantities)
    return try write(cohort, to: path, overwrite: overwrite)
  }
  let model = try ReportModel(
    folder: folder, context: context, options: options, scratchFolder: scratchFolder)
  let files = FolderFiles(folder: folder)
  let path = page ?? files.path("report.html")
  let planned = try files.existing("plan.json").map {
    try PlanFacts.parse(InputFile(path: $0).readText(), path: $0)
  }
  let script = ChimeraXScript(
    tomogram: context.tomogramPath ?? planned?.tomogram?.path,
    hasInstances: files.existing("instances.mrc") != nil,
    surfaces: files.surfaces().map { ($0.label, String($0.path.dropFirst(folder.count + 1))) })
  let contents = [
    (path, try ReportPage(model).html()), (files.path("methods.txt"), model.methods.text),
    (files.path("open.cxc"), script.text),
  ]
  for (path, text) in contents { try AtomicFile.write(text, to: path, overwrite: overwrite) }
  return contents.map(\.0)
}

/// The page `NAME.html`, `NAME.csv` (comparisons, where groups are named) and `NAME-tomograms.csv`.
private func write(_ cohort: Cohort, to page: String, overwrite: Bool) throws -> [String] {
  let stem = page.hasSuffix(".html") ? String(page.dropLast(5)) : page
  let comparisons = cohort.comparisons()
  var contents = [
    (page, CohortPage(cohort, comparisons).html),
    (stem + "-tomograms.csv", cohort.tomogramTable.text),
  ]
  if cohort.hasGroups { contents.append((stem + ".csv", cohort.table(of: comparisons).text)) }
  // Nothing is written where a part may not be.
  for (path, _) in contents where !overwrite && Folder.exists(path) {
    throw FileError.targetExists(path: path)
  }
  for (path, text) in contents { try AtomicFile.write(text, to: path, overwrite: overwrite) }
  return contents.map(\.0)
}
