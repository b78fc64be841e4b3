import TestSupport
import Testing
import WorkLedger

private let isReady = ProgramRun.program() != nil && ProgramRun.hasEngine()

/// Many tomograms, as a user runs them.
@Suite(
  .serialized,
  .enabled(if: isReady, "Needs bilayer in .build and the engine: `swift build`, `make engine`."))
struct BatchTests {
  /// Two tomograms and a file that is none.
  private func withTomograms(_ body: (String) throws -> Void) throws {
    try TemporaryFolder.with { folder in
      try ThresholdNetwork.writeScene(to: folder)
      try ProgramRun.write(
        "# tomograms\na.mrc\n\nbad.mrc\nb.mrc\t--tilt-range -50,50\n", to: folder + "/list")
      let run = try ProgramRun.shell(
        """
        set -e
        for name in a b; do cp tomogram.mrc $name.mrc; done
        head -c 2000 tomogram.mrc >bad.mrc
        """, in: folder)
      try #require(run.status == 0)
      try body(folder)
    }
  }

  private static let batch = "bilayer batch list --model model --output out"

  @Test("A file that is no tomogram stops no other, and results are those of single runs")
  func runsAll() throws {
    try withTomograms { folder in
      let batch = try ProgramRun.shell(
        "\(Self.batch) --workers 2 --threads 2", in: folder)
      #expect(batch.status == 3)
      for word in ["1 of 3", "bad", "bilayer status"] { #expect(batch.messages.contains(word)) }
      let run = try ProgramRun.shell(
        """
        set -e
        bilayer status out
        bilayer segment a.mrc --model model --threads 1 --output single/a --quiet
        bilayer segment b.mrc --model model --threads 1 --tilt-range -50,50 --output single/b --quiet
        for name in a b; do
          for file in probability.mrc mask.mrc provenance.mrc bridges.csv instances.mrc instances.csv
          do cmp out/$name/$file single/$name/$file; done
          diff -r out/$name/surfaces single/$name/surfaces
        done
        """, in: folder)
      #expect(run.status == 0, "\(run.output)\(run.messages)")
      #expect(run.output.hasPrefix("2 done, 1 failed of 3\nbad: failed: "), "\(run.output)")
    }
  }

  @Test("What is done is not done again; a failed one is, when it is asked for")
  func continues() throws {
    try withTomograms { folder in
      let run = try ProgramRun.shell(
        """
        \(Self.batch) --quiet; cp out/a/run.log before
        \(Self.batch) --quiet; cmp out/a/run.log before || exit 9
        cp tomogram.mrc bad.mrc
        \(Self.batch) --quiet --retry-failed || exit 8
        cmp out/a/run.log before || exit 7
        bilayer status out --format json
        """, in: folder)
      #expect(run.status == 0, "\(run.messages)")
      #expect(run.output.split(separator: "\n").count { $0.contains("\"done\"") } == 3)
      #expect(!run.output.contains("secondsLeft"))
    }
  }

  @Test("Other options need a word, and then redo what they change")
  func otherOptions() throws {
    try withTomograms { folder in
      let run = try ProgramRun.shell(
        """
        cp tomogram.mrc bad.mrc
        \(Self.batch) --quiet || exit 9
        \(Self.batch) --quiet --threshold 0.4; [ $? = 2 ] || exit 8
        \(Self.batch) --quiet --threshold 0.4 --resume || exit 7
        grep -c 'predict: begins' out/*/run.log
        grep -c 'trace: begins' out/*/run.log
        """, in: folder)
      #expect(run.status == 0, "\(run.messages)")
      let counts = run.output.split(separator: "\n").map { $0.suffix(2) }
      #expect(counts == Array(repeating: ":1", count: 3) + Array(repeating: ":2", count: 3))
      #expect(run.messages.contains("other options"))
    }
  }

  @Test(
    "A batch that is stopped, or whose process or runs are killed, goes on to the same results",
    arguments: ["kill -TERM $batch", "kill -9 $batch", "pkill -9 -f \"segment $PWD/a.mrc\""])
  func survives(_ blow: String) throws {
    try withTomograms { folder in
      let run = try ProgramRun.shell(
        """
        rm list; printf 'a.mrc\\nb.mrc\\n' >list
        "$program" batch list --model model --output out --quiet --stale-after 0.5 &
        batch=$!
        tries=0
        until grep -qs 'predict: begins' out/a/run.log || [ $tries -gt 1000 ]; do
          sleep 0.01; tries=$((tries + 1))
        done
        \(blow)
        wait $batch
        bilayer batch --output out --quiet --stale-after 0.5 || exit 9
        bilayer status out
        bilayer batch list --model model --output unbroken --quiet || exit 8
        for name in a b; do
          for file in mask.mrc instances.mrc instances.csv
          do cmp out/$name/$file unbroken/$name/$file || exit 7; done
        done
        """, in: folder)
      #expect(run.status == 0, "\(run.output)\(run.messages)")
      #expect(run.output == "2 done of 2\n")
    }
  }

  @Test("Lists that name nothing, or two tomograms for one folder, and wrong options are refused")
  func refuses() throws {
    try withTomograms { folder in
      try ProgramRun.write("# nothing\n", to: folder + "/empty")
      try ProgramRun.write("x/a.mrc\ny/a.rec\n", to: folder + "/twice")
      try ProgramRun.write("a.mrc\t--no-such-option\n", to: folder + "/odd")
      for (command, status, word) in [
        ("batch empty --output o", Int32(3), "names no tomogram"),
        ("batch missing --output o", 3, "cannot open"), ("batch twice --output o", 2, "named a"),
        ("batch odd --output o --model model", 2, "--no-such-option"),
        ("batch list --output o --workers 0", 2, "--workers"),
        ("batch list --output o --half a.mrc", 2, "--half"),
        ("batch list --output o --submit", 2, "--slurm"), ("batch --output o", 3, "holds no batch"),
        ("status o", 3, "holds no batch"),
      ] {
        let run = try ProgramRun.shell("bilayer \(command)", in: folder)
        #expect(run.status == status, "\(command): \(run.messages)")
        #expect(run.messages.contains(word), "\(command): \(run.messages)")
        #expect(!Folder.exists(folder + "/o"))
      }
    }
  }

  @Test("The job array names the program and the folder whatever their names, and bash can read it")
  func slurm() throws {
    try withTomograms { folder in
      let run = try ProgramRun.shell(
        """
        set -e
        bilayer batch list --model model --output "it's out" --workers 9 --threads 3 --memory 5 --slurm
        bash -n "it's out/batch.slurm"
        cat "it's out/batch.slurm"
        """, in: folder)
      #expect(run.status == 0, "\(run.messages)")
      for line in ["--array=0-2", "--cpus-per-task=3", "--mem=6G", "it'\\''s out", "--requeue"] {
        #expect(run.output.contains(line), "\(line) is not in \(run.output)")
      }
      #expect(!run.output.contains("gpus"))
    }
  }
}
