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
    let findings = try validateMRC(path: file).map(Finding.init)
    switch format {
    case .json: Console.put(try canonicalJSON(findings), to: .output)
    case .text:
      if findings.isEmpty { Console.say("\(file): no faults", to: .output) }
      for (index, finding) in findings.enumerated() {
        Console.say("\(index + 1). \(finding.fault)", to: .output)
      }
    }
    guard findings.isEmpty else { throw ExitCode(ExitStatus.input.rawValue) }
  }

  /// One fault, as printed.
  struct Finding: Codable, Equatable {
    var fault: String

    init(_ finding: MRCFinding) { fault = "\(finding)" }
  }
}
