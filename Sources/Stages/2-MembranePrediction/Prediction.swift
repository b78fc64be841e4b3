public import Collective
public import Tensors
public import TomogramModel
import Training
public import Volumes

/// How a network is applied to a tomogram.
public struct PredictionOptions: Codable, Hashable, Sendable {
  /// Voxels of a tile: what memory is spent on, about 120 bytes a voxel for the shipped network.
  public var tileVoxels = 4_096_000
  /// Voxels at a tile's inner borders that are thrown away.
  public var haloVoxels = 16
  /// Voxels over which neighbouring tiles are blended.
  public var blendVoxels = 16
  /// Mirrored copies that are averaged: 1, 2 (along x), 4 (and y) or 8 (and z). Mirroring keeps the
  /// missing wedge of a symmetric tilt range where it is.
  public var mirroredCopies = 1
  /// What a network computes with.
  public var precision = NetworkPrecision.single

  /// The defaults.
  public init() {}
}

/// What a network computes with.
public enum NetworkPrecision: String, Codable, Hashable, Sendable {
  /// 32 bits.
  case single
  /// Products of bfloat16, sums of 32 bits (see `Engine.withMixedPrecision`): several times as fast
  /// on processors that multiply it; single elsewhere. Probabilities differ by some thousandths.
  case bfloat16
}

/// Where the tiles of a prediction are kept until it is over; on a real disk.
public enum TileKeeping: Sendable {
  /// In an unnamed file in this folder, which goes with the process.
  case scratch(folder: String)
  /// In a file that outlives the process, and that the caller removes. Tiles found there are not
  /// predicted again, if `work`, the SHA-256 in hexadecimal digits of all that decides the result,
  /// is the same.
  case file(path: String, work: String)
}

/// Stage 2: the probability, 0...1, that a voxel is membrane.
///
/// A tomogram whose voxels differ from the model's by more than a tenth is resampled on the way in,
/// and the probability on the way out. Same input, options, machine and number of threads: same
/// bits, also where a killed run's tiles are used. Memory: one tile (see
/// `PredictionOptions.tileVoxels`) and a few sections; the tiles are kept in a file of 4-6 bytes a
/// voxel. Belongs on one thread (see `Engine`).
///
/// Ranks share the tiles, whatever their number with the same result: rank 0 calls this, the others
/// `predictTiles` on the same tomogram with the same options, at the same time.
///
/// - Parameters:
///   - tomogram: normalised as stage 1 leaves it (dense positive, s.d. about 1).
///   - sink: same geometry as the tomogram; every voxel is written; the caller commits.
///   - keeping: with several ranks a file that all of them see.
/// - Returns: tiles that were found, and all tiles.
/// - Throws: `ModelError`, `EngineError`, `FileError`, `Stopped`, or what source and sink throw; with
///   several ranks also `StoppedTogether` and `CollectiveError`.
@discardableResult
public func predict(
  _ tomogram: any VolumeSource<Float>, model: MembraneModel, options: PredictionOptions,
  into sink: any VolumeSink<Float>, keeping: TileKeeping, device: Device, engine: Engine,
  monitor: StageMonitor, ranks: any Communicator = SingleRank()
) throws -> (found: Int, all: Int) {
  precondition(tomogram.geometry.size == sink.geometry.size, "Input and output have one grid.")
  precondition(ranks.isFirst, "The first rank blends and writes.")
  let work = try TileWork(
    tomogram, model: model, options: options, device: device, engine: engine)
  let (tiles, found) = try work.tiles(keeping: keeping, ranks: ranks, monitor: monitor)
  let output: any VolumeSource<Float> =
    work.isResampled ? ResampledSource(tiles, geometry: tomogram.geometry) : tiles
  for slab in tomogram.geometry.bounds.slabs(thickness: 8) {
    // Rounding of the weights, and the cubic kernel, overshoot a little.
    try sink.write(try output.read(slab).map { min(max($0, 0), 1) })
  }
  return (found, work.plan.count)
}

/// What the other ranks do while rank 0 is in `predict`: their share of its tiles.
public func predictTiles(
  of tomogram: any VolumeSource<Float>, model: MembraneModel, options: PredictionOptions,
  keeping: TileKeeping, device: Device, engine: Engine, monitor: StageMonitor,
  ranks: any Communicator
) throws {
  let work = try TileWork(
    tomogram, model: model, options: options, device: device, engine: engine)
  try work.assist(keeping: keeping, ranks: ranks, monitor: monitor)
}

/// Applies a network to one block.
struct TilePredictor {
  let network: UNet
  let calibration: LogitCalibration
  let options: PredictionOptions
  let device: Device
  let engine: Engine

  /// Probability for each voxel of a block whose axes are multiples of the network's.
  func probability(of block: Block<Float>) throws(EngineError) -> [Float] {
    let size = block.region.size
    let copies = options.mirroredCopies
    precondition([1, 2, 4, 8].contains(copies), "1, 2, 4 or 8 mirrored copies are averaged.")
    var mean = [Float](repeating: 0, count: size.count)
    for copy in 0..<copies {
      let input = mirrored(block.samples, size, copy)
      let output = mirrored(try probability(of: input, size), size, copy)
      if copies == 1 { return output }
      for index in mean.indices { mean[index] += output[index] / Float(copies) }
    }
    return mean
  }

  private func probability(of samples: [Float], _ size: VolumeSize) throws(EngineError) -> [Float] {
    let shape =
      network.architecture.dimension == 3
      ? [1, 1, size.z, size.y, size.x] : [size.z, 1, size.y, size.x]
    return try engine.withoutRecording { () throws(EngineError) in
      let logits = try network.logits(
        of: TensorValues(shape: shape, values: samples), training: false,
        mixedPrecision: options.precision == .bfloat16, on: device, engine: engine)
      return try logits.affine(scale: calibration.slope, shift: calibration.offset).sigmoid()
        .values()
    }
  }

  /// Mirrors along x, y, z as the bits of `axes` say; its own inverse.
  private func mirrored(_ samples: [Float], _ size: VolumeSize, _ axes: Int) -> [Float] {
    if axes == 0 { return samples }
    var result: [Float] = []
    result.reserveCapacity(samples.count)
    for z in 0..<size.z {
      let sourceZ = axes & 4 == 0 ? z : size.z - 1 - z
      for y in 0..<size.y {
        let row = (sourceZ * size.y + (axes & 2 == 0 ? y : size.y - 1 - y)) * size.x
        let values = samples[row..<row + size.x]
        if axes & 1 == 0 { result += values } else { result += values.reversed() }
      }
    }
    return result
  }
}

/// A source brought back to mean 0 and s.d. 1: averaging away what a coarser grid cannot carry
/// lowers the noise, and a network judges by contrast.
struct RescaledSource: VolumeSource {
  let base: ResampledSource
  private let mean: Float
  private let scale: Float

  var geometry: VolumeGeometry { base.geometry }

  init(_ base: ResampledSource) throws {
    self.base = base
    let bounds = base.geometry.bounds
    let blocks = bounds.tiles(of: VolumeSize(x: 32, y: 32, z: 32))
    // 64 blocks, evenly over the volume.
    let chosen = (0..<min(64, blocks.count)).map {
      blocks[$0 * blocks.count / min(64, blocks.count)]
    }
    var (sum, squares, count) = (0.0, 0.0, 0.0)
    for region in chosen {
      for value in try base.read(region).samples {
        sum += Double(value)
        squares += Double(value) * Double(value)
        count += 1
      }
    }
    let average = sum / count
    let deviation = max(squares / count - average * average, 0).squareRoot()
    mean = Float(average)
    scale = 1e-6 < deviation ? Float(1 / deviation) : 1
  }

  func read(_ region: Region) throws -> Block<Float> {
    let (mean, scale) = (mean, scale)
    return try base.read(region).map { ($0 - mean) * scale }
  }
}
