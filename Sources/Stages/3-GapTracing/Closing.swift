import LinearAlgebra
import Morphology
import TomogramModel
import Volumes

extension Tracer {
  /// Closes gaps by morphological closing with a ball (Serra, Image Analysis and Mathematical
  /// Morphology, 1982, ch. II): a baseline.
  ///
  /// Both steps by the exact distance transform, tile by tile with a halo of two radii, which makes
  /// the result that of the whole volume. Memory: about 9 bytes a voxel of a tile with its halo.
  func closing() throws -> [Bridge] {
    let radius = options.closingRadiusAngstrom
    let added = try ScratchVolume<Int8>(geometry: geometry, folder: scratchFolder)
    let edges = geometry.voxelSizeAngstrom
    // Twice: the dilation of what is eroded reaches as far again.
    let halo = Int((2 * radius / edges.min()).rounded(.up)) + 2
    let tiles = geometry.bounds.tiles(of: VolumeSize(x: 128, y: 128, z: 128))
    for (number, tile) in tiles.enumerated() {
      let around = tile.expanded(by: halo).clamped(to: geometry.bounds)
      let block = try mask.read(around)
      guard block.samples.contains(where: { $0 != 0 }) else { continue }
      let closed = block.dilated(by: radius, spacing: edges, workers: workers)
        .eroded(by: radius, spacing: edges, workers: workers).cropped(to: tile)
      let seen = block.cropped(to: tile)
      added.write(
        Block(
          region: tile,
          samples: zip(closed.samples, seen.samples).map { $0 != 0 && $1 == 0 ? 1 : 0 }))
      try monitor.report(completed: 100 + 700 * (number + 1) / tiles.count, of: 1000)
    }
    return try drawAdded(added)
  }
}
