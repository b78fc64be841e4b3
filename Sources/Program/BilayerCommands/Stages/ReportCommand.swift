import ArgumentParser
import Pipeline
import Report
import WorkLedger

/// `bilayer report`: the page of a result folder, or of several together.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write the report of a result folder, or one page for several.",
    discussion: """
      Example:  bilayer report results --force
                bilayer report wild-type/* mutant/* --groups groups.csv --output cohort.html
      """)

  @Argument(help: ArgumentHelp("Result folders.", valueName: "DIR"))
  var folders: [String]

  @Option(help: ArgumentHelp("Table with the columns folder and group.", valueName: "CSV"))
  var groups: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The page (default: report.html in the folder, or cohort.html).", valueName: "FILE"))
  var output: String?

  @Flag(help: "Replace what is there.")
  var force = false

  @Flag(help: "Print no notes.")
  var quiet = false

  func run() throws {
    let paths = folders.map { Folder.absolute($0) }
    let scratch = Machine.scratchFolder
    let context =
      paths.count == 1
      ? ReportContext(planIn: paths[0], scratchFolder: scratch) : ReportContext()
    let files = try writeReport(
      of: paths, to: output, groups: groups, context: context, overwrite: force,
      scratchFolder: scratch)
    if !quiet { Console.say(files.joined(separator: "\n"), to: .messages) }
  }
}
