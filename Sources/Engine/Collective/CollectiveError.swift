public import Volumes

/// Why ranks could not work together.
public enum CollectiveError: Fault, Equatable {
  /// Ranks were asked for, and there is no plugin for MPI.
  case notInstalled
  /// The plugin, or the MPI library behind it, could not be used.
  case cannotOpen(reason: String)
  /// A launcher has started several processes, and each is alone in what it knows of MPI.
  case strangers(launched: Int)
  /// An operation failed: another rank is gone, or cannot be reached.
  case rankLost(operation: String, detail: String)

  public var kind: FaultKind {
    switch self {
    case .notInstalled, .cannotOpen: .resources
    case .strangers: .usage
    case .rankLost: .stopped
    }
  }

  public var description: String {
    switch self {
    case .notInstalled:
      "--mpi was given, and no plugin for MPI was found: no .mpi/libcmpi.so beside the program, the "
        + "working folder, or in the folders above them. Run `sh Scripts/install-mpi.sh` in the "
        + "project's folder with the MPI that launches (MPICC names its compiler), or set CMPI to "
        + "the plugin's path."
    case .cannotOpen(let reason):
      "MPI cannot be used: \(reason). Run `sh Scripts/install-mpi.sh` again with the MPI whose "
        + "mpirun or srun launches the program."
    case .strangers(let launched):
      "\(launched) processes were launched, and none of them finds the others: the plugin was compiled "
        + "with another MPI than launches, or srun was not told which (srun --mpi=pmi2 for MPICH). "
        + "Run `sh Scripts/install-mpi.sh` with the MPI that launches."
    case .rankLost(let operation, let detail):
      "A rank was lost (\(operation): \(detail)). All ranks end; "
        + "launch the same command again with --resume."
    }
  }
}

/// Thrown on all ranks at the same place, where a signal or time limit of one of them ended the work.
public struct StoppedTogether: Fault {
  /// Makes the error.
  public init() {}

  public var kind: FaultKind { .stopped }

  public var description: String {
    "All ranks stopped before the end. Launch the same command with --resume to continue."
  }
}
