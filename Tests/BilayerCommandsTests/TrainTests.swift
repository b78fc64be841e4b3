import MembranePrediction
import TestSupport
import Testing
import TomogramModel
import WorkLedger

private let isReady = ProgramRun.program() != nil && ProgramRun.hasEngine()

/// Training as a user runs it, on shells.
@Suite(
  .serialized,
  .enabled(if: isReady, "Needs bilayer in .build and the engine: `swift build`, `make engine`."))
struct TrainTests {
  private static let command =
    "bilayer train --data . --validation . --network fast --patch 32 --batch 2 --quiet"

  private func rows(_ folder: String, _ model: String) throws -> [[Substring]] {
    try InputFile(path: folder + "/" + model + ".tsv").readText().split(separator: "\n")
      .dropFirst().map { $0.split(separator: "\t") }
  }

  @Test("A model comes with a table and a picture of its losses, and can be used")
  func writesCurve() throws {
    try TemporaryFolder.with { folder in
      try ThresholdNetwork.writeScene(to: folder)
      let run = try ProgramRun.shell(
        """
        set -e
        \(Self.command) --steps 3 --output mine.safetensors
        bilayer predict tomogram.mrc --model mine.safetensors --output out --quiet
        """, in: folder)
      #expect(run.status == 0, "\(run.messages)")
      let rows = try rows(folder, "mine.safetensors")
      #expect(rows.map { $0[0] } == ["3", "3"])
      #expect(rows.map { $0[1] } == ["training", "validation"])
      let picture = try InputFile(path: folder + "/mine.safetensors.svg").readText()
      #expect(picture.hasPrefix("<svg") && picture.contains("polyline"))
      #expect(!Folder.exists(folder + "/mine.safetensors.checkpoint"))
      #expect(Folder.exists(folder + "/out/probability.mrc"))
    }
  }

  @Test("No steps only calibrate: the weights stay, and the report tells how reliable they are")
  func calibratesOnly() throws {
    try TemporaryFolder.with { folder in
      try ThresholdNetwork.writeScene(to: folder)
      let run = try ProgramRun.shell(
        """
        set -e
        bilayer train --data . --validation . --from model --steps 0 --patch 16 --quiet \
          --output calibrated
        bilayer train --data . --from model --steps 0 --quiet --patch 16 --output unwatched
        bilayer segment tomogram.mrc --model calibrated --output out --quiet
        grep -q 'Are the probabilities to be trusted' out/report.html
        """, in: folder)
      #expect(run.status == 0, "\(run.messages)")
      let before = try MembraneModel(path: folder + "/model")
      let after = try MembraneModel(path: folder + "/calibrated")
      #expect(after.weights == before.weights)
      // With nothing to watch, the calibration stays, too.
      let unwatched = try MembraneModel(path: folder + "/unwatched")
      #expect(unwatched.card.calibration == before.card.calibration)
      #expect(unwatched.card.reliability == nil)
      #expect(after.card.calibration != before.card.calibration)
      #expect(try #require(after.card.reliability?.expectedError) < 0.05)
    }
  }

  @Test("Ranks that cannot find each other, and copies that do not know of each other, are refused")
  func refusesLostRanks() throws {
    try TemporaryFolder.with { folder in
      try ThresholdNetwork.writeScene(to: folder)
      let unplugged = try ProgramRun.shell(
        "export CMPI=/nonexistent/libcmpi.so; \(Self.command) --mpi --steps 1 --output m",
        in: folder)
      #expect(unplugged.status == 4 && unplugged.messages.contains("install-mpi.sh"))
      let copies = try ProgramRun.shell(
        "export OMPI_COMM_WORLD_SIZE=3; \(Self.command) --steps 1 --output m", in: folder)
      #expect(copies.status == 2 && copies.messages.contains("--mpi"))
      #expect(!Folder.exists(folder + "/m"))
    }
  }

  @Test("Nothing to learn, and a network nobody knows, are refused")
  func refuses() throws {
    try TemporaryFolder.with { folder in
      try ThresholdNetwork.writeScene(to: folder)
      let unknown = try ProgramRun.shell(
        "bilayer train --data . --network deep --output m", in: folder)
      #expect(unknown.status == 2 && unknown.messages.contains("--network"))
      let odd = try ProgramRun.shell(
        "bilayer train --data . --patch 40 --output m", in: folder)
      #expect(odd.status == 2 && odd.messages.contains("multiple of 16"))
      let none = try ProgramRun.shell(
        "\(Self.command) --labels 9 --steps 1 --output m", in: folder)
      #expect(none.status == 3 && none.messages.contains("labels mean membrane"))
      #expect(!Folder.exists(folder + "/m"))
    }
  }
}
