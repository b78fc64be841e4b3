import Collective
import Tensors
import TomogramModel
import Volumes

/// The tiles of a tomogram, a network, and who predicts which.
///
/// Ranks work in rounds of a tile each, and agree after each whether to go on: tiles are all of one
/// size, so nobody waits long, and a signal to one rank ends all where all can be resumed.
struct TileWork {
  let plan: TilePlan
  /// Whether tiles are of another grid than the tomogram.
  let isResampled: Bool
  private let source: any VolumeSource<Float>
  private let predictor: TilePredictor

  init(
    _ tomogram: any VolumeSource<Float>, model: MembraneModel, options: PredictionOptions,
    device: Device, engine: Engine
  ) throws {
    let resampled = ResampledSource(tomogram, voxelSizeAngstrom: model.card.voxelSizeAngstrom)
    isResampled = resampled.isNeeded
    source = isResampled ? try RescaledSource(resampled) : tomogram
    let network = try UNet(
      model.card.architecture, weights: model.weights, folded: true, device: device,
      engine: engine)
    predictor = TilePredictor(
      network: network, calibration: model.card.calibration, options: options, device: device,
      engine: engine)
    plan = TilePlan(
      size: source.geometry.size, architecture: model.card.architecture, options: options)
  }

  /// Rank 0's part: all tiles, of which those of an earlier run are found.
  func tiles(
    keeping: TileKeeping, ranks: any Communicator, monitor: StageMonitor
  ) throws -> (tiles: BlendedTiles, found: Int) {
    let tiles = try BlendedTiles(plan, geometry: source.geometry, keeping: keeping)
    let missing = try (0..<plan.count).filter { try !tiles.holds($0) }
    if 1 < ranks.size { _ = try ranks.announced(Self.message(missing)) }
    try predict(missing, into: tiles, ranks: ranks, monitor: monitor)
    guard 1 < ranks.size else { return (tiles, plan.count - missing.count) }
    try ranks.barrier()
    // Opened anew, for network file systems may show others' writes only then. What has not come,
    // whatever the reason, is predicted here.
    let all = try BlendedTiles(plan, geometry: source.geometry, keeping: keeping)
    let lost = try missing.filter { try !all.holds($0) }
    try predict(lost, into: all, ranks: SingleRank(), monitor: monitor)
    return (all, plan.count - missing.count)
  }

  /// The part of any other rank.
  func assist(keeping: TileKeeping, ranks: any Communicator, monitor: StageMonitor) throws {
    let missing = Self.tiles(named: try ranks.announced([]))
    do {
      let tiles = try BlendedTiles(
        plan, geometry: source.geometry, keeping: keeping, joins: true)
      try predict(missing, into: tiles, ranks: ranks, monitor: monitor)
      // Closed here: then network file systems hand on what was written.
    }
    try ranks.barrier()
  }

  private func predict(
    _ missing: [Int], into tiles: BlendedTiles, ranks: any Communicator, monitor: StageMonitor
  ) throws {
    for first in stride(from: 0, to: missing.count, by: ranks.size) {
      let place = first + ranks.rank
      if place < missing.count {
        let block = try source.readReplicatingBorder(plan.region(of: missing[place]))
        try tiles.keep(try predictor.probability(of: block), tile: missing[place])
      }
      try ranks.report(
        completed: min(first + ranks.size, missing.count), of: missing.count, to: monitor)
    }
  }

  private static func message(_ tiles: [Int]) -> [UInt8] {
    Array(tiles.map { "\($0)" }.joined(separator: " ").utf8)
  }

  private static func tiles(named message: [UInt8]) -> [Int] {
    String(decoding: message, as: UTF8.self).split(separator: " ").compactMap { Int($0) }
  }
}
