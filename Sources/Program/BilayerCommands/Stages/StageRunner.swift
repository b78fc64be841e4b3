import Collective
import Pipeline
import Preprocessing
import TomogramModel
import Volumes

extension ComputingOptions {
  /// The context of a run whose progress goes to the terminal.
  func context(
    threads: Int, progress: Progress, stop: StopSignal, ranks: any Communicator = SingleRank()
  ) -> RunContext {
    RunContext(
      workers: Workers(count: threads),
      monitor: { stage in progress.monitor(stage.title, stop: stop) },
      say: { progress.note($0) }, ranks: ranks)
  }

  /// Runs stages of a plan, with signals and progress.
  func run(
    _ plan: Plan, only: [Stage]? = nil, in folder: ResultFolder, placement: Placement,
    ranks: any Communicator = SingleRank()
  ) throws {
    let progress = Progress(quiet: quiet)
    defer { progress.finish() }
    try Pipeline.run(
      plan, only: only, in: folder, placement: placement,
      context: context(
        threads: threads ?? plan.threads, progress: progress, stop: StopSignal(), ranks: ranks))
  }

  /// Puts into a plan what the machine decides.
  ///
  /// - Parameter keeping: whether the plan's own numbers stay where the command line says nothing.
  func resolve(_ plan: inout Plan, keeping: Bool = false) {
    if threads != nil || !keeping { plan.threads = workers.count }
    if memory != nil || !keeping { plan.memoryGigabytes = memoryGigabytes }
  }
}
