import ArgumentParser
import GapTracing
import Pipeline
import ReinforcementLearning
import Volumes

/// `bilayer train-tracer`: makes or improves a tracer.
struct TrainTracerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train-tracer",
    abstract: "Train the tracer of gaps on tomograms with labels.",
    discussion: """
      Agents learn to follow membranes across gaps, by double deep Q-learning. A quarter of the
      tomograms is kept out, to learn how likely a bridge is right.

      Example:  bilayer simulate --output training --count 32 --randomise
                bilayer train-tracer --data training --output tracer.safetensors
      """)

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Folders with tomogram.mrc and labels.mrc, or of such.", valueName: "DIR"))
  var data: [String]

  @Option(name: .shortAndLong, help: ArgumentHelp("The tracer's file.", valueName: "FILE"))
  var output: String

  @Option(help: ArgumentHelp("Start from this tracer.", valueName: "FILE"))
  var from: String?

  @Option(help: ArgumentHelp("Number of steps.", valueName: "N"))
  var steps = DoubleDQNOptions().steps

  @Option(help: ArgumentHelp("Seed.", valueName: "N"))
  var seed: UInt64 = 1

  @Flag(help: "Replace the tracer.")
  var force = false

  @OptionGroup var reading: ReadingArguments
  @OptionGroup var deviceOptions: DeviceOptions
  @OptionGroup var computing: ComputingOptions

  mutating func validate() throws {
    if steps < 0 || (steps == 0 && from == nil) {
      throw ValidationError("--steps \(steps): expected 1 or more, or 0 with --from.")
    }
  }

  func run() throws {
    let stop = StopSignal()
    let progress = Progress(quiet: computing.quiet)
    try TracerTraining(self, progress: progress, stop: stop).run()
    progress.note("\(output) is written. Use it with --tracer \(output).")
  }
}
