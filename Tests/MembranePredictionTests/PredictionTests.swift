import FoundationEssentials
@testable import MembranePrediction
import Synchronization
import Tensors
import TestSupport
import Testing
import TomogramModel
import Training
import Volumes

private let engine = try? Engine.open()
private let isRequired = ProcessInfo.processInfo.environment["BILAYER_REQUIRE_ENGINE"] == "1"

@Suite(
  .serialized, .enabled(if: engine != nil || isRequired, "No engine: run `make engine` first."))
struct PredictionTests {
  private let engine: Engine

  init() throws {
    engine = try Engine.open()
    try engine.setThreads(1)
  }

  private func model(
    _ architecture: UNetArchitecture, voxelSizeAngstrom: Double = 10
  ) -> MembraneModel {
    MembraneModel(
      card: ModelCard(architecture: architecture, voxelSizeAngstrom: voxelSizeAngstrom),
      weights: UNet.initialWeights(architecture, seed: 5))
  }

  private func prediction(
    _ tomogram: any VolumeSource<Float>, _ model: MembraneModel,
    _ change: (inout PredictionOptions) -> Void = { _ in }, monitor: StageMonitor = .silent
  ) throws -> Volume<Float> {
    var options = PredictionOptions()
    change(&options)
    return try TemporaryFolder.with { folder in
      try prediction(tomogram, model, options, .scratch(folder: folder), monitor).volume
    }
  }

  private func prediction(
    _ tomogram: any VolumeSource<Float>, _ model: MembraneModel, _ options: PredictionOptions,
    _ keeping: TileKeeping, _ monitor: StageMonitor = .silent
  ) throws -> (volume: Volume<Float>, found: Int, all: Int) {
    let sink = MemorySink<Float>(geometry: tomogram.geometry)
    let tiles = try predict(
      tomogram, model: model, options: options, into: sink, keeping: keeping, device: .cpu,
      engine: engine, monitor: monitor)
    return (sink.volume, tiles.found, tiles.all)
  }

  private static let work = String(repeating: "a", count: 64)

  private func phantom(_ size: VolumeSize, voxelSizeAngstrom: Double = 10) -> Volume<Float> {
    ShellPhantom.make(
      size: size, noise: 0.5, seed: 4, voxelSizeAngstrom: voxelSizeAngstrom
    ).tomogram
  }

  @Test("Training on shells in noise makes the Dice rise, and prediction finds other shells")
  func learnsShells() throws {
    let architecture = UNetArchitecture(dimension: 3, stemStride: 2, channels: [6, 8])
    let size = VolumeSize(x: 48, y: 24, z: 24)
    let phantom = ShellPhantom.make(size: size, noise: 0.7, seed: 1)
    let example = try SegmentationExample(
      tomogram: phantom.tomogram, labels: phantom.labels, voxelSizeAngstrom: 10
    ) { $0 == 0 ? .background : .membrane }
    var sampling = SamplingOptions()
    (sampling.patchSize, sampling.zoom) = (VolumeSize(x: 16, y: 16, z: 16), 0.1)
    let source = try SegmentationSource([example], options: sampling, workers: .one)
    var options = TrainingOptions()
    (options.steps, options.averagingSteps, options.learningRate) = (60, 10, 0.02)
    (options.validationInterval, options.recalibrationBatches) = (0, 8)
    let network = try UNet(
      architecture, weights: UNet.initialWeights(architecture, seed: 1), device: .cpu,
      engine: engine)
    let trainer = try Trainer(
      network, source: source, options: options, device: .cpu, engine: engine)
    let first = try trainer.takeStep()
    var last: [TrainingRecord] = []
    while trainer.step < options.steps { last.append(try trainer.takeStep()) }
    try trainer.finish()
    let tail = last.suffix(5)
    #expect(first.dice + 0.3 < tail.reduce(0) { $0 + $1.dice } / 5)
    #expect(tail.reduce(0) { $0 + $1.loss } / 5 < 0.6 * first.loss)
    let trained = MembraneModel(
      card: ModelCard(architecture: architecture, voxelSizeAngstrom: 10),
      weights: try network.weights())
    let unseen = ShellPhantom.make(size: size, noise: 0.7, seed: 2)
    let found = try prediction(unseen.tomogram, trained)
    #expect(0.75 < dice(found, unseen.labels))
  }

  private func dice(_ probability: Volume<Float>, _ labels: Volume<UInt16>) -> Double {
    var (both, either) = (0, 0)
    for (value, label) in zip(probability.samples, labels.samples) {
      both += 0.5 < value && label != 0 ? 2 : 0
      either += (0.5 < value ? 1 : 0) + (label != 0 ? 1 : 0)
    }
    return Double(both) / Double(max(either, 1))
  }

  @Test("With a halo of the receptive radius, tiles do not show at all")
  func tilesDoNotShow() throws {
    let architecture = UNetArchitecture(
      dimension: 3, stemStride: 2, channels: [3], convolutionsPerLevel: 1)
    let tomogram = phantom(VolumeSize(x: 70, y: 34, z: 32))
    let whole = try prediction(tomogram, model(architecture))
    let tiled = try prediction(tomogram, model(architecture)) { options in
      options.tileVoxels = 32 * 32 * 32
      options.haloVoxels = architecture.receptiveRadius
      options.blendVoxels = 4
    }
    // Padding to whole multiples and border replication differ at the outer border only.
    var worst: Float = 0
    for z in 8..<24 {
      for y in 8..<26 {
        for x in 8..<62 {
          let index = VoxelIndex(x: x, y: y, z: z)
          worst = max(worst, abs(whole[index] - tiled[index]))
        }
      }
    }
    #expect(worst < 1e-5)
  }

  @Test(
    "Volumes of any size are predicted whole, with probabilities",
    arguments: [
      VolumeSize(x: 40, y: 37, z: 16), VolumeSize(x: 5, y: 40, z: 3), VolumeSize(x: 1, y: 1, z: 1),
      VolumeSize(x: 130, y: 9, z: 2),
    ])
  func anySize(size: VolumeSize) throws {
    for architecture in [smallArchitectures[0], smallArchitectures[3]] {
      let found = try prediction(phantom(size), model(architecture)) { options in
        (options.tileVoxels, options.haloVoxels, options.blendVoxels) = (8192, 4, 4)
      }
      #expect(found.samples.allSatisfy { 0 < $0 && $0 < 1 })
    }
  }

  @Test("The same input gives the same bits", arguments: [NetworkPrecision.single, .bfloat16])
  func reproducible(precision: NetworkPrecision) throws {
    let tomogram = phantom(VolumeSize(x: 40, y: 30, z: 20))
    let model = model(smallArchitectures[0])
    let runs = try (0..<2).map { _ in
      try prediction(tomogram, model) { $0.precision = precision }
    }
    #expect(runs[0] == runs[1])
  }

  @Test("Of bfloat16 probabilities differ by rounding where the processor rounds, else not at all")
  func precision() throws {
    let tomogram = phantom(VolumeSize(x: 40, y: 30, z: 20))
    let model = model(smallArchitectures[0])
    let single = try prediction(tomogram, model)
    let short = try prediction(tomogram, model) { $0.precision = .bfloat16 }
    let worst = zip(single.samples, short.samples).map { abs($0 - $1) }.max()!
    #expect(worst < 0.03)
    #expect((0 < worst) == engine.processorMultipliesBFloat16)
  }

  @Test("Other voxels are resampled there and back, onto the input's grid")
  func resampled() throws {
    let tomogram = phantom(VolumeSize(x: 30, y: 28, z: 26), voxelSizeAngstrom: 14)
    let found = try prediction(tomogram, model(smallArchitectures[0]))
    #expect(found.geometry == tomogram.geometry)
    #expect(found.samples.allSatisfy { 0 <= $0 && $0 <= 1 })
    #expect(0.001 < found.samples.max()! - found.samples.min()!)
  }

  @Test("Calibration changes how sure a probability is, never which is higher")
  func calibration() throws {
    let tomogram = phantom(VolumeSize(x: 16, y: 16, z: 16))
    var model = model(smallArchitectures[0])
    let plain = try prediction(tomogram, model)
    model.card.calibration = LogitCalibration(slope: 0.5, offset: 0.3)
    let calibrated = try prediction(tomogram, model)
    for (p, q) in zip(plain.samples, calibrated.samples) {
      // logit(q) = logit(p) / 2 + 0.3, as odds: (q / (1 - q))^2 = e^0.6 p / (1 - p).
      let odds = q / (1 - q)
      #expect(abs(odds * odds / (1.8221188 * p / (1 - p)) - 1) < 1e-3)
    }
  }

  @Test("Mirrored copies make the answer for a mirrored volume the mirrored answer")
  func mirroring() throws {
    let tomogram = phantom(VolumeSize(x: 16, y: 8, z: 8))
    func mirrored(_ volume: Volume<Float>) -> Volume<Float> {
      var copy = volume
      for row in stride(from: 0, to: volume.samples.count, by: 16) {
        copy.samples.replaceSubrange(
          row..<row + 16, with: volume.samples[row..<row + 16].reversed())
      }
      return copy
    }
    let model = model(smallArchitectures[0])
    let straight = try prediction(tomogram, model) { $0.mirroredCopies = 2 }
    let turned = try prediction(mirrored(tomogram), model) { $0.mirroredCopies = 2 }
    let difference = zip(straight.samples, mirrored(turned).samples).map { abs($0 - $1) }
    #expect(difference.max()! < 1e-5)
    let plain = try prediction(tomogram, model)
    #expect(plain != straight)
  }

  @Test("Progress rises to 1, and stopping stops")
  func monitoring() throws {
    let tomogram = phantom(VolumeSize(x: 64, y: 20, z: 20))
    let stopping = StageMonitor(progress: { _ in }, shouldStop: { true })
    #expect(throws: Stopped.self) {
      try prediction(tomogram, model(smallArchitectures[0]), monitor: stopping)
    }
  }

  @Test(
    "A prediction that was stopped goes on from its tiles to the same bits; other work begins anew",
    arguments: [10.0, 14])
  func goesOn(voxelSizeAngstrom: Double) throws {
    let size = VolumeSize(x: 70, y: 40, z: 36)
    let tomogram = phantom(size, voxelSizeAngstrom: voxelSizeAngstrom)
    let model = model(smallArchitectures[0])
    var options = PredictionOptions()
    (options.tileVoxels, options.haloVoxels, options.blendVoxels) = (8192, 4, 4)
    try TemporaryFolder.with { folder in
      let whole = try prediction(
        tomogram, model, options, .file(path: folder + "/whole", work: Self.work))
      #expect(8 < whole.all && whole.found == 0)
      let keeping = TileKeeping.file(path: folder + "/tiles", work: Self.work)
      let done = Mutex(0.0)
      let stopping = StageMonitor(
        progress: { share in done.withLock { $0 = share } },
        shouldStop: { 0.4 < done.withLock { $0 } })
      #expect(throws: Stopped.self) {
        _ = try prediction(tomogram, model, options, keeping, stopping)
      }
      let rest = try prediction(tomogram, model, options, keeping)
      #expect(rest.found == Int((0.4 * Double(rest.all)).rounded(.down)) + 1)
      #expect(rest.volume == whole.volume)
      let other = TileKeeping.file(
        path: folder + "/tiles", work: String(repeating: "b", count: 64))
      #expect(try prediction(tomogram, model, options, other).found == 0)
    }
  }

  @Test("Blended tiles are the sum of weighted tiles, whatever part is read")
  func blending() throws {
    let tomogram = phantom(VolumeSize(x: 70, y: 40, z: 36))
    var options = PredictionOptions()
    (options.tileVoxels, options.haloVoxels, options.blendVoxels) = (8192, 4, 4)
    let plan = TilePlan(
      size: tomogram.geometry.size, architecture: smallArchitectures[0], options: options)
    try TemporaryFolder.with { folder in
      let tiles = try BlendedTiles(
        plan, geometry: tomogram.geometry, keeping: .scratch(folder: folder))
      var expected = Volume<Float>(geometry: tomogram.geometry)
      for tile in 0..<plan.count {
        let region = plan.region(of: tile)
        let values = (0..<region.size.count).map { Float(($0 * 37 + tile * 11) % 101) }
        try tiles.keep(values, tile: tile)
        naivelyAdd(Block(region: region, samples: values), tile, of: plan, to: &expected)
      }
      #expect(try tiles.readAll() == expected.block)
      for part in tomogram.geometry.bounds.tiles(of: VolumeSize(x: 23, y: 40, z: 7)) {
        #expect(try tiles.read(part) == expected.block.cropped(to: part))
      }
    }
  }

  /// What `BlendedTiles` does, voxel by voxel over all of a tile.
  private func naivelyAdd(
    _ block: Block<Float>, _ tile: Int, of plan: TilePlan, to volume: inout Volume<Float>
  ) {
    let (place, start) = (plan.place(of: tile), block.region.lower)
    let x = plan.x.weights(ofTile: place.x)
    let y = plan.y.weights(ofTile: place.y)
    let z = plan.z.weights(ofTile: place.z)
    let inside = block.region.clamped(to: volume.geometry.bounds)
    for index in inside.tiles(of: VolumeSize(x: 1, y: 1, z: 1)).map(\.lower) {
      let weight = z[index.z - start.z] * y[index.y - start.y] * x[index.x - start.x]
      volume[index] += weight * block[index]
    }
  }

  @Test("Nothing leaks from a prediction")
  func leaks() throws {
    let tomogram = phantom(VolumeSize(x: 16, y: 16, z: 16))
    let model = model(smallArchitectures[0])
    _ = try prediction(tomogram, model)
    let before = engine.liveTensorCount
    _ = try prediction(tomogram, model)
    #expect(engine.liveTensorCount == before)
  }
}
