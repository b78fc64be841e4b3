import Collective
import FoundationEssentials
@testable import MembranePrediction
import Tensors
import TestSupport
import Testing
import TomogramModel
import Volumes
import WorkLedger

private let engine = try? Engine.open()
private let isRequired = ProcessInfo.processInfo.environment["BILAYER_REQUIRE_ENGINE"] == "1"

@Suite(
  .serialized, .enabled(if: engine != nil || isRequired, "No engine: run `make engine` first."))
struct SharedPredictionTests {
  private let engine: Engine
  private let model: MembraneModel
  private let options: PredictionOptions
  private let tomogram: Volume<Float>

  init() throws {
    engine = try Engine.open()
    try engine.setThreads(1)
    let architecture = UNetArchitecture(dimension: 3, stemStride: 2, channels: [3, 4])
    model = MembraneModel(
      card: ModelCard(architecture: architecture, voxelSizeAngstrom: 10),
      weights: UNet.initialWeights(architecture, seed: 5))
    var options = PredictionOptions()
    (options.tileVoxels, options.haloVoxels, options.blendVoxels) = (8192, 4, 4)
    self.options = options
    tomogram =
      ShellPhantom.make(size: VolumeSize(x: 70, y: 40, z: 36), noise: 0.5, seed: 4).tomogram
  }

  private struct Outcome: Sendable {
    var volume: Volume<Float>?
    var found = 0
    var all = 0
  }

  /// What a rank does; the volume comes from rank 0.
  private func predicted(
    on ranks: any Communicator, keeping: TileKeeping, monitor: StageMonitor = .silent
  ) throws -> Outcome {
    guard ranks.isFirst else {
      try predictTiles(
        of: tomogram, model: model, options: options, keeping: keeping, device: .cpu,
        engine: engine, monitor: monitor, ranks: ranks)
      return Outcome()
    }
    let sink = MemorySink<Float>(geometry: tomogram.geometry)
    let tiles = try predict(
      tomogram, model: model, options: options, into: sink, keeping: keeping, device: .cpu,
      engine: engine, monitor: monitor, ranks: ranks)
    return Outcome(volume: sink.volume, found: tiles.found, all: tiles.all)
  }

  private static let work = String(repeating: "a", count: 64)

  @Test("Ranks predict the bits of one that is alone", arguments: [2, 3])
  func sameBits(_ size: Int) throws {
    try TemporaryFolder.with { folder in
      let alone = try predicted(
        on: SingleRank(), keeping: .file(path: folder + "/alone", work: Self.work))
      let shared = try ThreadRanks.run(size) { ranks in
        try predicted(on: ranks, keeping: .file(path: folder + "/shared", work: Self.work))
      }
      #expect(8 < shared[0].all && shared[0].found == 0)
      #expect(shared[0].volume == alone.volume)
    }
  }

  @Test("A signal to one rank ends all, and any number of ranks goes on to the same bits")
  func goesOn() throws {
    try TemporaryFolder.with { folder in
      let keeping = TileKeeping.file(path: folder + "/tiles", work: Self.work)
      let alone = try predicted(
        on: SingleRank(), keeping: .file(path: folder + "/alone", work: Self.work))
      #expect(throws: StoppedTogether.self) {
        try ThreadRanks.run(3) { ranks in
          let monitor = StageMonitor(progress: { _ in }, shouldStop: { ranks.rank == 2 })
          return try predicted(on: ranks, keeping: keeping, monitor: monitor)
        }
      }
      // The first round was over on all of them.
      let rest = try ThreadRanks.run(2) { try predicted(on: $0, keeping: keeping) }
      #expect(rest[0].found == 3)
      #expect(rest[0].volume == alone.volume)
    }
  }

  @Test("A rank that does not see the tiles of the first ends the work, and makes no file")
  func otherDisk() throws {
    try TemporaryFolder.with { folder in
      #expect(throws: (any Error).self) {
        try ThreadRanks.run(2) { ranks in
          try predicted(
            on: ranks, keeping: .file(path: folder + "/tiles-\(ranks.rank)", work: Self.work))
        }
      }
      #expect(Folder.names(in: folder) == ["tiles-0"])
    }
  }
}
