import Glibc

/// A Slurm job array whose elements are workers of one batch.
struct SlurmScript {
  /// Path of this program.
  let program: String
  /// Absolute path of the batch's folder.
  let folder: String
  /// Workers.
  let elements: Int
  /// Processors of each.
  let threads: Int
  /// Cap on memory of each, in GB.
  let memoryGigabytes: Double
  /// Seconds without a sign of life after which others take over.
  let staleAfterSeconds: Double
  /// Whether each needs a GPU.
  let usesGPU: Bool

  /// The script.
  ///
  /// Ninety seconds before the time limit, Slurm signals the shell, which stops the worker where it can
  /// be resumed and puts the element back into the queue. A node that fails requeues by itself.
  var text: String {
    """
    #!/bin/bash
    #SBATCH --job-name=bilayer
    #SBATCH --array=0-\(elements - 1)
    #SBATCH --ntasks=1
    #SBATCH --cpus-per-task=\(threads)
    #SBATCH --mem=\(Int(memoryGigabytes.rounded(.up)) + 1)G
    #SBATCH --time=04:00:00
    #SBATCH --requeue
    #SBATCH --open-mode=append
    #SBATCH --signal=B:USR1@90
    #SBATCH --output="\(folder)/.bilayer/slurm-%A_%a.log"
    \(usesGPU ? "#SBATCH --gpus-per-task=1\n" : "")
    again() {
      kill -TERM "$worker"
      wait "$worker"
      scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"
      exit 0
    }
    trap again USR1
    \(Self.quoted(program)) batch --output \(Self.quoted(folder)) --threads \(threads) \
    --memory \(memoryGigabytes) --stale-after \(staleAfterSeconds) &
    worker=$!
    wait "$worker"

    """
  }

  /// A word that the shell takes as it is.
  private static func quoted(_ word: String) -> String {
    "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }

  /// Hands a script to sbatch.
  ///
  /// - Throws: a usage error where it takes it not.
  static func submit(_ path: String) throws {
    let status = unsafe system("sbatch \(quoted(path)) >&2")
    guard status == 0 else {
      throw UsageError(
        "sbatch did not take \(path). Is Slurm at hand? Check the script's first lines (partition, "
          + "account, time), and submit it by hand: sbatch \(path)")
    }
  }
}
