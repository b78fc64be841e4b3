import ArgumentParser
import Pipeline

/// The command line's root: `bilayer COMMAND`.
struct Bilayer: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bilayer",
    abstract: "Cryo-electron tomograms in, separate membranes out.",
    discussion: """
      Example:  bilayer segment tomogram.mrc --output results
                then open results/report.html

      Exit status: 0 done, 2 wrong usage, 3 unusable input, 4 memory, disk or device ran short,
      5 stopped (continue with --resume), 1 anything else.
      """,
    version: ProgramVersion.notice,
    subcommands: [
      SegmentCommand.self, PrepareCommand.self, PredictCommand.self, TraceCommand.self,
      SeparateCommand.self, FitCommand.self, MeasureCommand.self, ClassifyCommand.self,
      ReportCommand.self, ExportCommand.self, BatchCommand.self, StatusCommand.self,
      CompareHalvesCommand.self, EvaluateCommand.self, SimulateCommand.self, TrainCommand.self,
      TrainTracerCommand.self, InfoCommand.self, ValidateCommand.self,
    ])
}

/// Runs the program.
///
/// - Parameter arguments: the command line without the program's name.
/// - Returns: the exit status of CONTRACT. Results go to standard output, everything else to
///   standard error.
public func runBilayer(arguments: [String]) -> Int32 {
  do {
    var command = try Bilayer.parseAsRoot(arguments)
    try command.run()
    return ExitStatus.done.rawValue
  } catch {
    let status = ExitStatus(error: error, parserCode: Bilayer.exitCode(for: error).rawValue)
    let message = ExitStatus.message(for: error) ?? Bilayer.fullMessage(for: error)
    if !message.isEmpty { Console.say(message, to: status == .done ? .output : .messages) }
    return status.rawValue
  }
}
