public import Volumes

/// The tiles in which the mid-surface of a volume of any size is found, x fastest.
public func midSurfaceTiles(of bounds: Region) -> [Region] {
  bounds.tiles(of: VolumeSize(x: 160, y: 160, z: 80))
}

/// The mid-surface of a mask of any size in and around a tile.
///
/// The samples are those of `midSurface(of:geometry:keepsRims:workers:)`, in raster order of
/// smaller tiles. Memory: the tile with its halo, and 60 bytes per voxel of an 80³ tile per worker.
///
/// - Parameters:
///   - tile: one of `midSurfaceTiles(of:)`, of the bounds.
///   - bounds: nothing beyond is looked at; nil: the volume's.
///   - overlap: how many voxels beyond the tile samples are handed out too, for neighbourhoods that cross
///     its border; each voxel belongs to one tile only.
/// - Throws: the source's errors.
public func midSurface(
  of mask: any VolumeSource<Int8>, in tile: Region, bounds: Region? = nil, overlap: Int = 0,
  keepsRims: Bool = false, workers: Workers
) throws -> [MidSurfaceSample] {
  let bounds = bounds ?? mask.geometry.bounds
  let core = tile.expanded(by: overlap).clamped(to: bounds)
  let block = try mask.read(core.expanded(by: RidgeTile.halo).clamped(to: bounds))
  return midSurface(
    of: block, core: core, geometry: mask.geometry, keepsRims: keepsRims, workers: workers)
}

/// Finds the mid-surface of a mask of any size, tile by tile, in bounded memory.
///
/// - Parameter body: gets a tile and the samples in it; empty tiles are left out.
/// - Throws: the source's errors and those of `body`.
public func forEachMidSurfaceTile(
  of mask: any VolumeSource<Int8>, workers: Workers,
  _ body: (Region, [MidSurfaceSample]) throws -> Void
) throws {
  for tile in midSurfaceTiles(of: mask.geometry.bounds) {
    let samples = try midSurface(of: mask, in: tile, workers: workers)
    if !samples.isEmpty { try body(tile, samples) }
  }
}
