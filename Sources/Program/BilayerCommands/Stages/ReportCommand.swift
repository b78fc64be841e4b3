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
      Several folders give a cohort report. Groups are compared by a permutation test
      of tomograms (or of samples, where the table has them), corrected for all
      quantities: NAME.csv; NAME-tomograms.csv has a row a tomogram.

      Example:  bilayer report results --force
                bilayer report wild-type/* mutant/* --groups groups.csv --output cohort.html
      """)

  @Argument(help: ArgumentHelp("Result folders.", valueName: "DIR"))
  var folders: [String]

  @Option(
    help: ArgumentHelp(
      "Table with the columns folder and group, and sample where tomograms share one.",
      valueName: "CSV"))
  var groups: String?

  @Option(
    help: ArgumentHelp(
      "What to compare, e.g. median_thickness_A,membranes (default: six quantities).",
      valueName: "NAME,NAME"))
  var quantities: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The page (default: report.html in the folder, or cohort.html).", valueName: "FILE"))
  var output: String?

  @Flag(help: "Replace what is there.")
  var force = false

  @Flag(help: "Print no notes.")
  var quiet = false

  mutating func validate() throws {
    if quantities != nil && groups == nil {
      throw ValidationError("--quantities says what groups are compared in: give --groups too.")
    }
  }

  func run() throws {
    let paths = folders.map { Folder.absolute($0) }
    let names = quantities?.split(separator: ",").map {
      String($0.drop { $0 == " " })
    }
    let scratch = Machine.scratchFolder
    let context =
      paths.count == 1
      ? ReportContext(planIn: paths[0], scratchFolder: scratch) : ReportContext()
    let files = try writeReport(
      of: paths, to: output, groups: groups, quantities: names, context: context,
      overwrite: force, scratchFolder: scratch)
    if !quiet { Console.say(files.joined(separator: "\n"), to: .messages) }
  }
}
