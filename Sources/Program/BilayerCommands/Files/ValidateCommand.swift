import ArgumentParser
import FoundationEssentials
import MRCFormat
import Pipeline

/// `bilayer validate`: every fault of an MRC file.
struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "List every fault of an MRC file; exit status 3 where there is any.",
    discussion: "Example:  bilayer validate mask.mrc")

  @Argument(help: "MRC file (also .gz, .bz2).")
  var file: String

  @Option(help: ArgumentHelp("How results are printed.", valueName: "text|json"))
  var format: OutputFormat = .text

  func run() throws {
    let findings = try validateMRC(path: file, scratchFolder: Machine.scratchFolder)
    switch format {
    case .json: Console.put(try canonicalJSON(findings.map(Finding.init)), to: .output)
    case .text:
      if findings.isEmpty { Console.say("\(file): no faults", to: .output) }
      for finding in findings { Console.say(finding.description, to: .output) }
    }
    guard findings.isEmpty else { throw ExitCode(ExitStatus.input.rawValue) }
  }

  /// One fault; the JSON has these keys.
  struct Finding: Codable, Equatable {
    var number: Int
    var field: String
    var message: String

    init(_ finding: MRCFinding) {
      (number, field, message) = (finding.number, finding.field, finding.message)
    }
  }
}
