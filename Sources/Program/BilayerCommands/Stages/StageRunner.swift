import Pipeline
import Preprocessing
import TomogramModel
import Volumes

extension ComputingOptions {
  /// The context of a run whose progress goes to the terminal.
  func context(progress: Progress, stop: StopSignal) -> RunContext {
    RunContext(
      workers: workers,
      monitor: { stage in progress.monitor(stage.title, stop: stop) },
      say: { progress.note($0) })
  }

  /// Runs stages of a plan, with signals and progress.
  func run(
    _ plan: Plan, only: [Stage]? = nil, in folder: ResultFolder, placement: Placement
  ) throws {
    let progress = Progress(quiet: quiet)
    defer { progress.finish() }
    try Pipeline.run(
      plan, only: only, in: folder, placement: placement,
      context: context(progress: progress, stop: StopSignal()))
  }

  /// Puts into a plan what the machine decides.
  func resolve(_ plan: inout Plan) {
    plan.threads = workers.count
    plan.memoryGigabytes = memoryGigabytes
  }
}
