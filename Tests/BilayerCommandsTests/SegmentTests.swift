import FoundationEssentials
import MRCFormat
import MembranePrediction
import Pipeline
import Tensors
import TestSupport
import Testing
import TomogramModel
import VolumeFiles
import Volumes
import WorkLedger

private let isReady = ProgramRun.program() != nil && ProgramRun.hasEngine()

/// The whole pipeline, as a user runs it, on shells that a threshold finds.
@Suite(
  .serialized,
  .enabled(if: isReady, "Needs bilayer in .build and the engine: `swift build`, `make engine`."))
struct SegmentTests {
  private static let command =
    "bilayer segment tomogram.mrc --model model --threads 1 --quiet --output"
  private static let files = [
    "bridges.csv", "instances.csv", "instances.mrc", "mask.mrc", "methods.txt", "open.cxc",
    "parametric.csv", "plan.json", "probability.mrc", "profiles.csv", "provenance.mrc",
    "report.html", "shapes.csv", "surfaces",
  ]

  private func withScene(_ body: (String) throws -> Void) throws {
    try TemporaryFolder.with { folder in
      try ThresholdNetwork.writeScene(to: folder)
      try body(folder)
    }
  }

  private func run(
    _ script: String, in folder: String, location: SourceLocation = #_sourceLocation
  ) throws -> ProgramRun.Outcome {
    let run = try ProgramRun.shell(script, in: folder)
    #expect(run.status == 0, "\(run.messages)", sourceLocation: location)
    return run
  }

  /// Bytes of each file of a result folder that holds no dates.
  private func contents(of folder: String) -> [String: [UInt8]] {
    var contents: [String: [UInt8]] = [:]
    for name in Self.files where name != "surfaces" {
      contents[name] = ProgramRun.bytes(of: folder + "/" + name)
    }
    for name in Folder.names(in: folder + "/surfaces") {
      contents[name] = ProgramRun.bytes(of: folder + "/surfaces/" + name)
    }
    return contents
  }

  @Test("Segmenting writes every file, and finds both shells with their areas")
  func writesEverything() throws {
    try withScene { folder in
      let done = try run("\(Self.command) out", in: folder)
      #expect(done.output == "" && done.messages == "")
      let names = Folder.names(in: folder + "/out").filter { !$0.hasPrefix(".") }
      #expect(names == (Self.files + ["run.log"]).sorted())
      let surfaces = Folder.names(in: folder + "/out/surfaces")
      #expect(surfaces.contains("membrane_0001.ply") && surfaces.contains("membrane_0001.vtp"))
      let scores = try run("bilayer evaluate out labels.mrc --format json --quiet", in: folder)
      let report = try JSONDecoder().decode(Scores.self, from: Data(scores.output.utf8))
      #expect(0.95 < report.dice)
      #expect(0.95 < report.pq)
      #expect(0.95 < report.surfaceF1)
    }
  }

  @Test("Predictions on half tomograms are compared, and the report shows it")
  func comparesHalves() throws {
    try withScene { folder in
      let done = try run(
        """
        set -e
        \(Self.command) out --half tomogram.mrc --half tomogram.mrc
        grep -q 'Halves agree' out/report.html
        """, in: folder)
      #expect(done.output == "")
      let bytes = try #require(ProgramRun.bytes(of: folder + "/out/halves.json"))
      let agreement = try JSONDecoder().decode(HalfAgreement.self, from: Data(bytes))
      #expect(agreement.dice == 1)
      // Each voxel is counted for each half.
      #expect(agreement.probabilities.bins.reduce(0) { $0 + $1.voxels } == 2 * 80 * 40 * 40)
      let other = try ProgramRun.shell(
        """
        bilayer simulate --output phantom --size 48x48x32 --quiet
        \(Self.command) refused --half phantom/tomogram.mrc
        """, in: folder)
      #expect(other.status == 3 && other.messages.contains("48 x 48 x 32"))
      #expect(!Folder.exists(folder + "/refused"))
      // Run anew without halves, nothing is told of earlier ones.
      let forgotten = try run(
        """
        set -e
        \(Self.command) out --force
        ! grep -q 'Halves agree' out/report.html
        """, in: folder)
      #expect(forgotten.output == "" && !Folder.exists(folder + "/out/halves.json"))
    }
  }

  private struct Scores: Decodable {
    let dice: Double
    let pq: Double
    let surfaceF1: Double

    enum CodingKeys: String, CodingKey {
      case dice, pq
      case surfaceF1 = "surface_f1"
    }
  }

  /// Names of the files whose bytes differ: short in a message, as the bytes are not.
  private func differing(_ first: [String: [UInt8]], _ second: [String: [UInt8]]) -> [String] {
    Set(first.keys).union(second.keys).filter { first[$0] != second[$0] }.sorted()
  }

  @Test("The plan gives the same bytes again")
  func replays() throws {
    try withScene { folder in
      _ = try run("\(Self.command) out", in: folder)
      _ = try run("bilayer segment --plan out/plan.json --quiet --output again", in: folder)
      let first = contents(of: folder + "/out")
      let count = first.count
      #expect(12 <= count)
      let changed = differing(first, contents(of: folder + "/again"))
      #expect(changed == [])
    }
  }

  @Test("A plan holds what networks compute with: the fastest, or what was asked for")
  func holdsPrecision() throws {
    let isFast = try Engine.open().processorMultipliesBFloat16
    try withScene { folder in
      func precision(_ command: String) throws -> String {
        _ = try run(command, in: folder)
        let plan = try Plan(path: folder + "/again/plan.json")
        return plan.prediction.precision.rawValue
      }
      let command = "bilayer predict tomogram.mrc --model model --quiet --force --output again"
      let fastest = isFast ? "bfloat16" : "single"
      #expect(try precision(command) == fastest)
      #expect(try precision("\(Self.command) again --force") == fastest)
      #expect(try precision(command + " --precision single") == "single")
      _ = try run("\(Self.command) out --precision single", in: folder)
      let bytes = try #require(ProgramRun.bytes(of: folder + "/out/methods.txt"))
      let methods = String(decoding: bytes, as: UTF8.self)
      #expect(methods.contains("libtorch") && !methods.contains("bfloat16"))
      let replayed = "bilayer segment --plan out/plan.json --quiet --force --output again"
      #expect(try precision(replayed) == "single")
      let asked = try ProgramRun.shell(command + " --precision bfloat16", in: folder)
      #expect(asked.status == (isFast ? 0 : 2), "\(asked.messages)")
    }
  }

  @Test("A plan with an unknown key is refused by the key's name")
  func refusesUnknownKeys() throws {
    try withScene { folder in
      try ProgramRun.write("{\"tracing\": {\"treshold\": 0.4}}", to: folder + "/plan.json")
      let done = try ProgramRun.shell("\(Self.command) out --plan plan.json", in: folder)
      #expect(done.status == 3)
      #expect(done.messages.contains("tracing.treshold"))
      #expect(!Folder.names(in: folder).contains("out"))
    }
  }

  @Test("A changed input is told, and the old plan is not run on it")
  func noticesChanges() throws {
    try withScene { folder in
      _ = try run("\(Self.command) out", in: folder)
      let done = try ProgramRun.shell(
        "printf x >> tomogram.mrc; bilayer segment --plan out/plan.json --output again",
        in: folder)
      #expect(done.status == 3)
      #expect(done.messages.contains("has changed"))
      #expect(!Folder.names(in: folder).contains("again"))
    }
  }

  @Test("A new threshold with --resume does not predict again, and gives what a fresh run gives")
  func changesThresholds() throws {
    try withScene { folder in
      let done = try run(
        """
        \(Self.command) out
        ls -i out/probability.mrc
        \(Self.command) out --resume --threshold 0.99
        ls -i out/probability.mrc
        \(Self.command) fresh --threshold 0.99
        """, in: folder)
      let numbers = done.output.split(separator: "\n")
      #expect(numbers.count == 2 && numbers[0] == numbers[1])
      let changed = differing(contents(of: folder + "/out"), contents(of: folder + "/fresh"))
      #expect(changed == [])
    }
  }

  @Test("Nothing is overwritten without --force, and everything with it")
  func protectsResults() throws {
    try withScene { folder in
      _ = try run("\(Self.command) out", in: folder)
      let before = contents(of: folder + "/out")
      let refused = try ProgramRun.shell("\(Self.command) out --threshold 0.99", in: folder)
      #expect(refused.status == 2)
      #expect(refused.messages.contains("--resume") && refused.messages.contains("--force"))
      let touched = differing(contents(of: folder + "/out"), before)
      #expect(touched == [])
      _ = try run("\(Self.command) out --threshold 0.99 --force", in: folder)
      let changed = differing(contents(of: folder + "/out"), before)
      #expect(changed.contains("mask.mrc"))
    }
  }

  @Test("A region and a binned preview keep the place of every voxel")
  func keepsPositions() throws {
    try withScene { folder in
      _ = try run(
        """
        \(Self.command) part --region 4:36,:,8:80
        \(Self.command) coarse --bin 2
        bilayer report coarse --output again.html --force --quiet
        """, in: folder)
      // The report alone shows the tomogram as the stages saw it: the same buffers, so the same page
      // but for what only the run knew.
      let page = try InputFile(path: folder + "/again.html").readText()
      #expect(!page.contains("The tomogram is not shown"))
      let whole = try InputFile(path: folder + "/coarse/report.html").readText()
      #expect(abs(page.utf8.count - whole.utf8.count) < 1000)
      func geometry(_ name: String) throws -> (SIMD3<Double>, SIMD3<Double>, [Int]) {
        let found = try InputVolume.open(
          path: folder + "/" + name, scratchFolder: folder
        ).geometry
        let size = found.size
        return (found.originAngstrom, found.voxelSizeAngstrom, [size.x, size.y, size.z])
      }
      for name in ["probability", "mask", "provenance", "instances"] {
        let part = try geometry("part/\(name).mrc")
        #expect(part.0 == SIMD3(80, 0, 40) && part.2 == [72, 40, 32])
        // The centre of a block of two voxels lies half a voxel from the first one's.
        let coarse = try geometry("coarse/\(name).mrc")
        #expect(coarse.0 == SIMD3(5, 5, 5) && coarse.1 == SIMD3(20, 20, 20))
      }
    }
  }

  @Test("Several tomograms go to a folder each")
  func takesSeveral() throws {
    try withScene { folder in
      _ = try run(
        """
        cp tomogram.mrc a.mrc; cp tomogram.mrc b.rec
        bilayer segment a.mrc b.rec --model model --quiet --output out
        """, in: folder)
      #expect(Folder.names(in: folder + "/out") == ["a", "b"])
      #expect(Folder.names(in: folder + "/out/b").contains("report.html"))
    }
  }

  @Test("Excluded voxels hold no membrane, at any stage")
  func excludes() throws {
    try withScene { folder in
      _ = try run("\(Self.command) out --exclude labels.mrc", in: folder)
      let mask = try InputVolume.open(path: folder + "/out/mask.mrc", scratchFolder: folder)
      let labels = try InputVolume.open(path: folder + "/labels.mrc", scratchFolder: folder)
      let pairs = zip(
        try mask.source.readAll().samples, try labels.source.readAll().samples)
      let overlap = pairs.count { $0 != 0 && $1 != 0 }
      #expect(overlap == 0)
    }
  }

  @Test("A memory cap that no tile fits under is refused with status 4 before anything is written")
  func honoursCap() throws {
    try withScene { folder in
      let done = try ProgramRun.shell("\(Self.command) out --memory 0.1", in: folder)
      #expect(done.status == 4)
      #expect(done.messages.contains("--memory"))
      #expect(!Folder.names(in: folder).contains("out"))
    }
  }
}
