public import Volumes

/// Finds the mid-surface of a mask of any size, tile by tile, in bounded memory.
///
/// The samples are those of `midSurface(of:geometry:workers:)`, handed out tile after tile; within
/// a tile in raster order. Memory: one tile of 160 × 160 × 80 voxels with its halo and 60 bytes per voxel of
/// an 80³ tile per worker.
///
/// - Parameter body: gets a tile's region and the samples of its voxels; empty tiles are left out.
/// - Throws: the source's errors and those of `body`.
public func forEachMidSurfaceTile(
  of mask: any VolumeSource<Int8>, workers: Workers,
  _ body: (Region, [MidSurfaceSample]) throws -> Void
) throws {
  let bounds = mask.geometry.bounds
  guard !bounds.isEmpty else { return }
  for tile in bounds.tiles(of: VolumeSize(x: 160, y: 160, z: 80)) {
    let halo = tile.expanded(by: RidgeTile.halo).clamped(to: bounds)
    let block = try mask.read(halo)
    let samples = midSurface(of: block, core: tile, geometry: mask.geometry, workers: workers)
    if !samples.isEmpty { try body(tile, samples) }
  }
}
