import ArgumentParser
import Collective
import Glibc
import Pipeline
import Tensors
import TomogramModel
import Volumes

/// `--mpi`, for commands whose work many ranks can share.
struct RankOptions: ParsableArguments {
  @Flag(help: "Be one of many ranks that mpirun or srun started.")
  var mpi = false

  /// Runs stages on the first rank; the others help it to predict.
  func lead(_ computing: ComputingOptions, _ work: (any Communicator) throws -> Void) throws {
    try run { ranks in
      if ranks.isFirst {
        try work(ranks)
        try Pipeline.dismiss(ranks)
      } else {
        let stop = StopSignal(speaks: false)
        try Pipeline.assist(
          ranks,
          monitor: StageMonitor(progress: { _ in }, shouldStop: { stop.isWanted }),
          workers: computing.shared(on: ranks).workers)
      }
    }
  }

  /// Runs a command's work on this rank.
  ///
  /// A rank that fails ends all, for the others would wait for it: launchers hand on its exit status.
  /// Where all have stopped together, all leave in peace.
  func run(_ work: (any Communicator) throws -> Void) throws {
    guard mpi else { return try work(SingleRank()) }
    let ranks = try MPIRanks(searching: EngineLocation.searchedFolders)
    do {
      let launched = Self.launchedCount(["SLURM_STEP_NUM_TASKS"])
      if ranks.size == 1 && 1 < launched { throw CollectiveError.strangers(launched: launched) }
      try work(ranks)
    } catch let stop as StoppedTogether {
      try ranks.finish()
      if ranks.isFirst { throw stop }
      throw ExitCode(ExitStatus.stopped.rawValue)
    } catch {
      Self.end(ranks, error)
    }
    try ranks.finish()
  }

  /// Tells what went wrong, and ends all ranks.
  private static func end(_ ranks: MPIRanks, _ error: any Error) -> Never {
    // What all have found, the first tells, and ends the others meanwhile.
    if !ranks.isFirst { sleep(5) }
    let status = ExitStatus(error: error, parserCode: Bilayer.exitCode(for: error).rawValue)
    let message = ExitStatus.message(for: error) ?? Bilayer.fullMessage(for: error)
    Console.say(ranks.isFirst ? message : "rank \(ranks.rank): \(message)", to: .messages)
    ranks.endAll(status: status.rawValue)
    _exit(status.rawValue)
  }

  /// Refuses copies that know nothing of each other: they would write the same files.
  func refuseCopies() throws {
    let count = Self.launchedCount()
    guard !mpi, 1 < count else { return }
    throw UsageError(
      "\(count) copies of this command were launched, each of which would do all of the work. "
        + "Give --mpi, so that they share it, or launch one.")
  }

  /// How many processes a launcher says that it has started; 1 where none says anything.
  private static func launchedCount(_ others: [String] = []) -> Int {
    (["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"] + others).compactMap { name in
      unsafe getenv(name).flatMap { unsafe Int(String(cString: $0)) }
    }.max() ?? 1
  }
}

extension ComputingOptions {
  /// The options of a rank that shares its machine with others: unless the command line says how much
  /// each may take, an equal part of processors and memory.
  func shared(on ranks: any Communicator) -> ComputingOptions {
    guard 1 < ranks.sizeOnNode else { return self }
    var share = self
    // A launcher that binds ranks to processors has parted them already.
    let equal = max(sysconf(Int32(_SC_NPROCESSORS_ONLN)) / ranks.sizeOnNode, 1)
    share.threads = threads ?? min(equal, Machine.processorCount)
    share.memory = memory ?? memoryGigabytes / Double(ranks.sizeOnNode)
    return share
  }
}
