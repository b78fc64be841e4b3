import GapTracing
import TableFormats
import TestSupport
import Testing
import TomogramModel
import WorkLedger

private let isReady = ProgramRun.program() != nil && ProgramRun.hasEngine()

/// The tracer as a user trains and uses it, on shells.
@Suite(
  .serialized,
  .enabled(if: isReady, "Needs bilayer in .build and the engine: `swift build`, `make engine`."))
struct TracerTests {
  /// Four folders with a tomogram each, of which one is kept to judge by, and a probability beside it.
  private static let scenes = """
    set -e
    for n in 1 2 3 4; do
      mkdir -p data/$n
      cp tomogram.mrc labels.mrc data/$n/
      cp labels.mrc data/$n/probability.mrc
    done
    """

  @Test("A tracer is trained, used, gone on with, and the same again from the same seed")
  func trains() throws {
    try TemporaryFolder.with { folder in
      try ThresholdNetwork.writeScene(to: folder)
      let run = try ProgramRun.shell(
        """
        \(Self.scenes)
        for name in one two; do
          bilayer train-tracer --data data --steps 3 --seed 4 --threads 1 --output $name --quiet
        done
        cmp one two
        bilayer train-tracer --data data --steps 0 --from one --output judged --quiet
        for method in tracer merging learned judged-path minimal-path none; do
          bilayer trace --mask labels.mrc --tomogram tomogram.mrc --method $method --tracer judged \\
            --accept 0.3 --reject 2,1 --output $method --quiet
        done
        bilayer trace --mask labels.mrc --method tracer --tracer one --adapt 2 --output adapted --quiet
        """, in: folder)
      #expect(run.status == 0, "\(run.messages)")
      let (first, judged) = (
        try TracerModel(path: folder + "/one"), try TracerModel(path: folder + "/judged")
      )
      #expect(first.weights == judged.weights)
      #expect(Folder.exists(folder + "/adapted/mask.mrc"))
    }
  }

  @Test("Too few tomograms, a model of another kind and numbers that mean nothing are refused")
  func refuses() throws {
    try TemporaryFolder.with { folder in
      try ThresholdNetwork.writeScene(to: folder)
      for (command, status, word) in [
        ("train-tracer --data . --steps 1 --output t", 2, "too few"),
        ("train-tracer --data . --steps 0 --output t", 2, "--from"),
        ("train-tracer --data . --from model --steps 1 --output t", 2, "too few"),
        ("trace --mask labels.mrc --tracer model --output t", 3, "no tracer"),
        ("trace --mask labels.mrc --method magic --output t", 2, "minimal-path"),
        ("trace --mask labels.mrc --accept 2 --output t", 2, "--accept"),
        ("trace --mask labels.mrc --reject 0 --output t", 2, "--reject"),
        ("trace --mask labels.mrc --adapt -1 --output t", 2, "--adapt"),
      ] {
        let run = try ProgramRun.shell("bilayer \(command) --quiet", in: folder)
        #expect(run.status == status, "\(command): \(run.messages)")
        #expect(run.messages.contains(word), "\(command): \(run.messages)")
        #expect(!Folder.exists(folder + "/t"))
      }
    }
  }
}
