import CMPILoader
import FoundationEssentials
import Synchronization

/// The ranks that `mpirun` or `srun` has started, through whatever MPI the site has.
///
/// The plugin is made by `Scripts/install-mpi.sh`. To be opened once in the life of a process. Calls
/// come from one thread at a time.
@safe
public final class MPIRanks: Communicator, @unchecked Sendable {
  public let rank: Int
  public let size: Int
  public let rankOnNode: Int
  public let sizeOnNode: Int
  /// Name and version of the MPI library.
  public let library: String
  private let api: UnsafePointer<cm_api>
  private let counted = Mutex(RankTraffic())

  /// Joins the other ranks.
  ///
  /// - Parameters:
  ///   - folders: where the plugin may lie as `.mpi/libcmpi.so`, best first.
  ///   - environment: `CMPI` names the plugin; nil: the process's own.
  /// - Throws: `CollectiveError.notInstalled` or `.cannotOpen`.
  public init(
    searching folders: [String], environment: [String: String]? = nil
  ) throws(CollectiveError) {
    let path = try Self.pluginPath(
      searching: folders, environment: environment ?? ProcessInfo.processInfo.environment)
    var table: UnsafePointer<cm_api>?
    if let problem = unsafe cm_open(path, &table) {
      throw .cannotOpen(reason: unsafe String(cString: problem))
    }
    guard let table = unsafe table else { throw .cannotOpen(reason: "the plugin is empty") }
    unsafe api = unsafe table
    guard unsafe table.pointee.start() == 0 else {
      throw .cannotOpen(reason: unsafe String(cString: table.pointee.last_error()))
    }
    library = unsafe String(cString: table.pointee.library())
    (rank, size) = unsafe (Int(table.pointee.rank()), Int(table.pointee.size()))
    rankOnNode = unsafe Int(table.pointee.rank_on_node())
    sizeOnNode = unsafe Int(table.pointee.size_on_node())
  }

  public func sum(_ values: inout [Float]) throws(CollectiveError) {
    let (length, start) = (values.count, ContinuousClock.now)
    try check(unsafe api.pointee.sum_floats(&values, Int64(length)), "sum")
    count(bytes: length * MemoryLayout<Float>.stride, since: start)
  }

  public func sum(_ values: inout [Double]) throws(CollectiveError) {
    let (length, start) = (values.count, ContinuousClock.now)
    try check(unsafe api.pointee.sum_doubles(&values, Int64(length)), "sum")
    count(bytes: length * MemoryLayout<Double>.stride, since: start)
  }

  /// What has been summed so far.
  public var traffic: RankTraffic { counted.withLock { $0 } }

  private func count(bytes: Int, since start: ContinuousClock.Instant) {
    counted.withLock { traffic in
      traffic.sums += 1
      traffic.bytes += bytes
      traffic.seconds += (ContinuousClock.now - start) / .seconds(1)
    }
  }

  public func broadcast(_ bytes: inout [UInt8]) throws(CollectiveError) {
    let count = Int64(bytes.count)
    try check(unsafe api.pointee.broadcast(&bytes, count), "broadcast")
  }

  public func broadcast(_ values: inout [Float]) throws(CollectiveError) {
    let count = Int64(values.count * MemoryLayout<Float>.stride)
    try check(unsafe api.pointee.broadcast(&values, count), "broadcast")
  }

  public func barrier() throws(CollectiveError) {
    try check(unsafe api.pointee.barrier(), "barrier")
  }

  /// Waits for the others, and leaves; no operation may follow.
  public func finish() throws(CollectiveError) {
    try barrier()
    try check(unsafe api.pointee.finish(), "finish")
  }

  /// Ends the processes of all ranks at once; launchers hand on the status.
  public func endAll(status: Int32) { unsafe api.pointee.end_all(status) }

  private func check(_ code: Int32, _ operation: String) throws(CollectiveError) {
    guard code != 0 else { return }
    throw .rankLost(
      operation: operation, detail: unsafe String(cString: api.pointee.last_error()))
  }
}

/// What a rank has summed with the others.
public struct RankTraffic: Hashable, Sendable {
  /// Number of sums.
  public var sums = 0
  /// Length of what was summed, in bytes, counted once; what travels is about twice that a rank.
  public var bytes = 0
  /// Wall-clock time of the sums, in seconds, waiting for slower ranks and all.
  public var seconds = 0.0
}

extension MPIRanks {
  static func pluginPath(
    searching folders: [String], environment: [String: String]
  ) throws(CollectiveError) -> String {
    if let named = environment["CMPI"] { return named }
    let paths = folders.map { $0 + "/.mpi/libcmpi.so" }
    guard let path = paths.first(where: { FileManager.default.isReadableFile(atPath: $0) }) else {
      throw .notInstalled
    }
    return path
  }
}
