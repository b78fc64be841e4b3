import Glibc
import WorkLedger

/// Starts the program anew with OpenMP threads that sleep while they wait for each other, unless the
/// environment says how they wait.
///
/// By default they spin, and on a machine that is shared a prediction takes a third longer. libgomp
/// reads `OMP_WAIT_POLICY` when it is loaded with CHOLMOD: before any code of this program runs.
/// Where the program cannot be started anew, it goes on as it is.
public func letWaitingThreadsSleep() {
  guard unsafe getenv("OMP_WAIT_POLICY") == nil,
    unsafe setenv("OMP_WAIT_POLICY", "passive", 0) == 0
  else { return }
  // By its own path, so that it keeps its name in lists of processes.
  _ = unsafe execv(Folder.absolute("/proc/self/exe"), CommandLine.unsafeArgv)
}
