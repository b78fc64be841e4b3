import TestSupport
import Testing
import WorkLedger

private let isReady = ProgramRun.program() != nil && ProgramRun.hasEngine()

/// Whether this machine has an MPI to compile and launch with.
private let hasMPI: Bool = {
  let look = try? TemporaryFolder.with { folder in
    try ProgramRun.shell("command -v mpicc && command -v mpirun", in: folder)
  }
  return look?.status == 0
}()

/// Work on the ranks of a real MPI, where there is one; what ranks compute is tested without.
@Suite(
  .serialized,
  .enabled(if: isReady && hasMPI, "Needs bilayer in .build, the engine, mpicc and mpirun."))
struct RankTests {
  /// Makes the plugin, and lets Open MPI start more ranks than there are cores, also for root.
  private static let preparation = """
    set -e
    sh '\(ProgramRun.root(#filePath))/Scripts/install-mpi.sh' --into plugin
    export CMPI="$PWD/plugin/libcmpi.so"
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
    export PRTE_ALLOW_RUN_AS_ROOT=1 PRTE_ALLOW_RUN_AS_ROOT_CONFIRM=1
    export PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe

    """

  private func losses(_ path: String) throws -> [Double] {
    try InputFile(path: path).readText().split(separator: "\n").dropFirst()
      .compactMap { Double($0.split(separator: "\t")[2]) }
  }

  @Test("Two ranks train as one does, and predict the same bytes")
  func twoRanks() throws {
    try TemporaryFolder.with { folder in
      try ThresholdNetwork.writeScene(to: folder)
      try ProgramRun.write(
        "{\"prediction\": {\"tileVoxels\": 8000, \"haloVoxels\": 2, \"blendVoxels\": 2}}",
        to: folder + "/small.json")
      let run = try ProgramRun.shell(
        Self.preparation + """
          train="train --data . --network fast --patch 32 --batch 2 --steps 3 --log-interval 1"
          bilayer $train --threads 1 --output one --quiet
          mpirun -n 2 "$program" $train --threads 1 --mpi --output two --quiet
          segment="segment tomogram.mrc --model model --threads 1 --memory 2 --plan small.json --quiet"
          bilayer $segment --output alone
          mpirun -n 2 "$program" $segment --mpi --output shared
          for file in probability.mrc mask.mrc instances.csv plan.json
          do cmp alone/$file shared/$file; done
          """, in: folder)
      #expect(run.status == 0, "\(run.output)\(run.messages)")
      let (one, two) = (try losses(folder + "/one.tsv"), try losses(folder + "/two.tsv"))
      #expect(one.count == 3 && two.count == 3)
      // Rounding only; it grows with the steps, of which there are few.
      for (own, other) in zip(two, one) { #expect(abs(own - other) <= 1e-4 * other) }
    }
  }

  @Test("What is wrong with the command ends all ranks with its own status")
  func endsAll() throws {
    try TemporaryFolder.with { folder in
      try ThresholdNetwork.writeScene(to: folder)
      let few = try ProgramRun.shell(
        Self.preparation
          + "mpirun -n 2 \"$program\" train --data . --batch 1 --mpi --output m --quiet",
        in: folder)
      #expect(few.status == 2 && few.messages.contains("each of 2 ranks"))
      let none = try ProgramRun.shell(
        Self.preparation + "mpirun -n 2 \"$program\" predict none.mrc --mpi --output o --quiet",
        in: folder)
      #expect(none.status == 3 && none.messages.contains("none.mrc"))
      #expect(!Folder.exists(folder + "/m") && !Folder.exists(folder + "/o"))
    }
  }
}
