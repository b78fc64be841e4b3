import Volumes
import WorkLedger

/// Writes the report of one result folder, or of several together.
///
/// One folder: the page `report.html`, with `methods.txt` and `open.cxc` beside it. Several: one
/// cohort page, made from the folders' tables; the folders themselves are left alone.
///
/// - Parameters:
///   - folders: result folders, at least one.
///   - page: path of the page; nil: `report.html` in the folder, or `cohort.html` in the working
///     folder for several.
///   - groups: path of a table with the columns folder and group; only for several folders.
///   - context: what is known beyond the folder; only for one folder.
///   - overwrite: whether files of an earlier report may be replaced.
///   - scratchFolder: where packed volumes are unpacked.
/// - Returns: paths of the files written.
/// - Throws: `ReportError`, `FileError`, or the error of a file that cannot be read.
public func writeReport(
  of folders: [String], to page: String? = nil, groups: String? = nil,
  context: ReportContext = ReportContext(), options: ReportOptions = ReportOptions(),
  overwrite: Bool = false, scratchFolder: String
) throws -> [String] {
  guard let folder = folders.first else { throw ReportError.noFolders }
  if 1 < folders.count || groups != nil {
    let path = page ?? "cohort.html"
    let cohort = try Cohort(folders: folders, groups: groups, page: path)
    try AtomicFile.write(CohortPage(cohort).html, to: path, overwrite: overwrite)
    return [path]
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
