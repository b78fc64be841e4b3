import ArgumentParser
import Collective
import Glibc
import Tensors
import Volumes

/// `--mpi`, for commands whose work many ranks can share.
struct RankOptions: ParsableArguments {
  @Flag(help: "Be one of many ranks that mpirun or srun started.")
  var mpi = false

  /// Runs a command's work on this rank.
  ///
  /// A rank that fails ends all, for the others would wait for it: launchers hand on its exit status.
  /// Where all have stopped together, all leave in peace.
  func run(_ work: (any Communicator) throws -> Void) throws {
    guard mpi else {
      try Self.refuseCopies()
      return try work(SingleRank())
    }
    let ranks = try MPIRanks(searching: EngineLocation.searchedFolders)
    do {
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
    if !ranks.isFirst { sleep(2) }
    let status = ExitStatus(error: error, parserCode: Bilayer.exitCode(for: error).rawValue)
    let message = ExitStatus.message(for: error) ?? Bilayer.fullMessage(for: error)
    Console.say(ranks.isFirst ? message : "rank \(ranks.rank): \(message)", to: .messages)
    ranks.endAll(status: status.rawValue)
    _exit(status.rawValue)
  }

  /// Copies that know nothing of each other would write the same files.
  private static func refuseCopies() throws {
    for name in ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"] {
      guard let text = unsafe getenv(name), let count = Int(unsafe String(cString: text)), 1 < count
      else { continue }
      throw UsageError(
        "\(count) copies of this command were launched, each of which would do all of the work. "
          + "Give --mpi, so that they share it, or launch one.")
    }
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

extension Device {
  /// The device of a rank: the CUDA devices of a machine are dealt out to its ranks, from `self` on.
  func dealt(to ranks: any Communicator, engine: Engine) -> Device {
    guard case .cuda(let first) = self, 1 < ranks.sizeOnNode else { return self }
    return .cuda((first + ranks.rankOnNode) % engine.cudaDeviceCount)
  }
}
