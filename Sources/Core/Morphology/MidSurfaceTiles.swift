public import Volumes

/// Finds the mid-surface of a mask of any size, tile by tile, in bounded memory.
///
/// The samples are those of `midSurface(of:geometry:keepsRims:workers:)` without rims, handed out
/// tile after tile; within a tile in raster order. Memory: one tile of 160 × 160 × 80 voxels with its
/// halo and 60 bytes per voxel of an 80³ tile per worker.
///
/// - Parameters:
///   - overlap: how many voxels beyond its tile samples are handed out too, for neighbourhoods that
///     cross the tile's border; each voxel belongs to one tile only.
///   - body: gets a tile's region and the samples in and around it; empty tiles are left out.
/// - Throws: the source's errors and those of `body`.
public func forEachMidSurfaceTile(
  of mask: any VolumeSource<Int8>, overlap: Int = 0, workers: Workers,
  _ body: (Region, [MidSurfaceSample]) throws -> Void
) throws {
  let bounds = mask.geometry.bounds
  guard !bounds.isEmpty else { return }
  for tile in bounds.tiles(of: VolumeSize(x: 160, y: 160, z: 80)) {
    let core = tile.expanded(by: overlap).clamped(to: bounds)
    let halo = core.expanded(by: RidgeTile.halo).clamped(to: bounds)
    let block = try mask.read(halo)
    let samples = midSurface(
      of: block, core: core, geometry: mask.geometry, keepsRims: false, workers: workers)
    if !samples.isEmpty { try body(tile, samples) }
  }
}
