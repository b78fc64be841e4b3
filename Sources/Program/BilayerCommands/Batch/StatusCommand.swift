import ArgumentParser
import Pipeline

/// `bilayer status`: how far a batch is.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Tell how far a batch is: done, running, waiting, failed and why.",
    discussion: """
      Example:  bilayer status results
                bilayer status results --format json
      """)

  @Argument(help: ArgumentHelp("Folder of `bilayer batch`.", valueName: "DIR"))
  var folder: String

  @Option(help: ArgumentHelp("Form of the answer.", valueName: "text|json"))
  var format = OutputFormat.text

  func run() throws {
    let status = try BatchStatus(of: Batch(in: folder))
    switch format {
    case .text: Console.put(Self.text(status), to: .output)
    case .json: Console.put(try canonicalJSON(status), to: .output)
    }
  }

  /// A line for each tomogram that is at work, abandoned or failed, after one with the numbers.
  static func text(_ status: BatchStatus) -> String {
    let states: [BatchStatus.State] = [.done, .running, .abandoned, .waiting, .failed]
    var first = states.map { ($0, status.count($0)) }.filter { 0 < $0.1 || $0.0 == .done }
      .map { "\($0.1) \($0.0.rawValue)" }.joined(separator: ", ")
    first += " of \(status.tomograms.count)"
    if let left = status.secondsLeft {
      first += "; about \(ProgressLine.words(seconds: left)) left"
    }
    let lines = status.tomograms.compactMap { entry -> String? in
      switch entry.state {
      case .done, .waiting: return nil
      case .running, .abandoned:
        let stage = entry.stage?.title ?? "the end"
        let silent = ProgressLine.words(seconds: entry.silentSeconds ?? 0)
        return "\(entry.name): \(entry.state.rawValue), \(stage), by \(entry.owner ?? "?"), "
          + "last sign of life \(silent) ago"
      case .failed: return "\(entry.name): failed: \(entry.reason ?? "")"
      }
    }
    return ([first] + lines).joined(separator: "\n") + "\n"
  }
}
