import Glibc
import TestSupport
import Testing

private let isReady = ProgramRun.program() != nil && ProgramRun.hasEngine()

/// Runs that are ended from outside.
@Suite(
  .serialized,
  .enabled(if: isReady, "Needs bilayer in .build and the engine: `swift build`, `make engine`."))
struct StopTests {
  /// Many small tiles, so that there is a middle to stop in.
  private static let plan =
    "{\"prediction\": {\"tileVoxels\": 8000, \"haloVoxels\": 2, \"blendVoxels\": 2}}"
  private static let command = "segment tomogram.mrc --model model --threads 1 --plan small.json"

  private func withScene(_ body: (String) throws -> Void) throws {
    try TemporaryFolder.with { folder in
      try ThresholdNetwork.writeScene(to: folder)
      try ProgramRun.write(Self.plan, to: folder + "/small.json")
      try body(folder)
    }
  }

  /// Starts a run, sends it a signal once it predicts, and prints how it ended, and what files it
  /// has left. Where the signal comes after the prediction, on a busy machine, it is tried again.
  private func stopping(with signal: String) -> String {
    """
    for attempt in 1 2 3 4 5; do
      rm -rf out
      "$program" \(Self.command) --output out 2>messages &
      run=$!
      tries=0
      until grep -qs 'predict: begins' out/run.log || [ $tries -gt 1000 ]; do
        sleep 0.01; tries=$((tries + 1))
      done
      kill -\(signal) $run
      wait $run
      ending=$?
      [ $ending = 0 ] || [ -e out/probability.mrc ] || break
    done
    echo ended $ending
    cat messages >&2
    find out -name '*.mrc' -o -name '*.html' -o -name '*.ply'
    """
  }

  @Test(
    "A stopped run leaves no half-written file, and --resume gives what an unbroken run gives",
    arguments: [
      ("INT", "ended 5"), ("TERM", "ended 5"), ("USR1", "ended 5"), ("KILL", "ended 137"),
    ])
  func resumes(_ signal: String, ending: String) throws {
    try withScene { folder in
      let stopped = try ProgramRun.shell(stopping(with: signal), in: folder)
      #expect(stopped.output == ending + "\n", "\(stopped.messages)")
      if signal != "KILL" { #expect(stopped.messages.contains("--resume")) }
      let resumed = try ProgramRun.shell(
        """
        set -e
        bilayer \(Self.command) --output out --resume --quiet
        [ \(signal) = KILL ] || grep -qE 'of an earlier run|predict: done before' out/run.log
        [ -z "$(find out -name '*.tiles')" ]
        bilayer \(Self.command) --output unbroken --quiet
        for file in probability.mrc mask.mrc provenance.mrc instances.mrc instances.csv plan.json
        do cmp out/$file unbroken/$file; done
        diff -r out/surfaces unbroken/surfaces
        """, in: folder)
      #expect(resumed.status == 0, "\(resumed.output)\(resumed.messages)")
    }
  }

  @Test(
    "A run killed between two membranes goes on behind the first, to the same results",
    arguments: ["fit", "measure"])
  func goesOnBehindMembranes(_ stage: String) throws {
    try withScene { folder in
      let resumed = try ProgramRun.shell(
        """
        "$program" \(Self.command) --output out --quiet &
        run=$!
        tries=0
        until [ -e out/.bilayer/\(stage)/membrane_0001.json ] || [ $tries -gt 3000 ]; do
          sleep 0.005; tries=$((tries + 1))
        done
        kill -9 $run
        wait $run
        set -e
        bilayer \(Self.command) --output out --resume --quiet
        grep -qE 'of an earlier run|by an earlier run|\(stage): done before' out/run.log
        [ -z "$(ls -d out/.bilayer/fit out/.bilayer/measure 2>/dev/null)" ]
        bilayer \(Self.command) --output unbroken --quiet
        diff -r out/surfaces unbroken/surfaces
        cmp out/instances.csv unbroken/instances.csv
        """, in: folder)
      #expect(resumed.status == 0, "\(resumed.output)\(resumed.messages)")
    }
  }

  @Test("An unfinished run is not overwritten unasked")
  func protectsUnfinished() throws {
    try withScene { folder in
      _ = try ProgramRun.shell(stopping(with: "INT"), in: folder)
      let again = try ProgramRun.shell("bilayer \(Self.command) --output out", in: folder)
      #expect(again.status == 2)
      #expect(again.messages.contains("unfinished") && again.messages.contains("--resume"))
    }
  }

  @Test(
    "A full disk ends with status 4, a message, and nothing left behind",
    .enabled(if: SmallDisk.canBeMounted, "A small disk cannot be mounted here."))
  func tellsOfFullDisks() throws {
    try withScene { folder in
      let full = try ProgramRun.shell(
        """
        mkdir disk
        mount -t tmpfs -o size=400k none disk
        trap 'umount disk' EXIT
        "$program" \(Self.command) --output disk/out --quiet
        echo ended $?
        ls -A disk
        """, in: folder)
      #expect(full.output == "ended 4\n", "\(full.messages)")
      #expect(full.messages.contains("disk"), "\(full.messages)")
    }
  }

  @Test("Two runs do not work in one folder at once")
  func locks() throws {
    try withScene { folder in
      let second = try ProgramRun.shell(
        """
        mkdir -p out/.bilayer
        touch out/plan.json out/.bilayer/predict-0.tiles
        flock out/.bilayer/lock "$program" \(Self.command) --output out --resume --quiet
        echo ended $?
        ls -A out out/.bilayer
        """, in: folder)
      // What the first run has there stays.
      let files = "out:\n.bilayer\nplan.json\n\nout/.bilayer:\nlock\npredict-0.tiles\n"
      #expect(second.output == "ended 4\n" + files, "\(second.messages)")
      #expect(second.messages.contains("Another run"))
    }
  }
}

/// Disks of a few hundred kB.
private enum SmallDisk {
  /// Whether one can be mounted: only by root, and not in every container.
  static let canBeMounted: Bool = {
    let trial = try? TemporaryFolder.with { folder in
      try ProgramRun.shell(
        "mkdir disk && mount -t tmpfs -o size=4k none disk && umount disk", in: folder)
    }
    return trial?.status == 0
  }()
}
