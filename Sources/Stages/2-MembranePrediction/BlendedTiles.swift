import Volumes
import WorkLedger

/// A volume made of overlapping tiles, blended as it is read.
///
/// Tiles lie in a file as the network gave them, halos cut off, so that each is written once and
/// may have been written by an earlier run. Every voxel is the sum of its tiles in their order,
/// whatever order they came in.
struct BlendedTiles: VolumeSource {
  let geometry: VolumeGeometry
  private let plan: TilePlan
  private let journal: BlockJournal
  /// What is kept of each tile.
  private let cores: [Region]

  /// Opens the file of tiles; those of the same work are there already.
  ///
  /// - Parameter joins: whether another rank has made the file.
  init(
    _ plan: TilePlan, geometry: VolumeGeometry, keeping: TileKeeping, joins: Bool = false
  ) throws(FileError) {
    (self.plan, self.geometry) = (plan, geometry)
    cores = (0..<plan.count).map { plan.core(of: $0, in: geometry.size) }
    let lengths = cores.map { $0.size.count * MemoryLayout<Float>.stride }
    switch keeping {
    case .scratch(let folder):
      journal = try BlockJournal(scratchFolder: folder, blockByteCounts: lengths)
    case .file(let path, let work) where joins:
      journal = try BlockJournal(joining: path, work: work, blockByteCounts: lengths)
    case .file(let path, let work):
      journal = try BlockJournal(path: path, work: work, blockByteCounts: lengths)
    }
  }

  /// Whether a tile is there.
  func holds(_ tile: Int) throws(FileError) -> Bool { try journal.holds(tile) }

  /// Keeps what a network said.
  ///
  /// - Parameter values: one for each voxel of the tile's region, halo and all.
  func keep(_ values: [Float], tile: Int) throws(FileError) {
    let kept = Block(region: plan.region(of: tile), samples: values).cropped(to: cores[tile])
    try journal.write(unsafe kept.samples.span.bytes, block: tile)
  }

  func read(_ region: Region) throws -> Block<Float> {
    precondition(geometry.bounds.contains(region), "A region read lies inside its volume.")
    var sum = Block<Float>(region: region, repeating: 0)
    for tile in cores.indices where !cores[tile].clamped(to: region).isEmpty {
      try add(tile, to: &sum)
    }
    return sum
  }

  /// Adds the weighted values of a tile to those voxels of a block that it has.
  private func add(_ tile: Int, to sum: inout Block<Float>) throws {
    let (place, start, core) = (plan.place(of: tile), plan.region(of: tile).lower, cores[tile])
    let common = core.clamped(to: sum.region)
    let along = plan.x.weights(ofTile: place.x)
    let (rows, sections) = (plan.y.weights(ofTile: place.y), plan.z.weights(ofTile: place.z))
    let values = try sectionsOf(tile, common.lower.z..<common.upper.z)
    let (source, weights) = (values.samples.span, along.span)
    let sourceX = common.lower.x - core.lower.x
    let weightX = common.lower.x - start.x
    let targetX = common.lower.x - sum.region.lower.x
    for z in common.lower.z..<common.upper.z {
      for y in common.lower.y..<common.upper.y {
        let weight = sections[z - start.z] * rows[y - start.y]
        let from = values.rowRange(y: y, z: z).lowerBound + sourceX
        let to = sum.rowRange(y: y, z: z).lowerBound + targetX
        var target = sum.samples.mutableSpan
        for x in 0..<common.size.x {
          target[to &+ x] += weight * weights[weightX &+ x] * source[from &+ x]
        }
      }
    }
  }

  /// Whole sections of a tile's core: bytes that lie together.
  private func sectionsOf(_ tile: Int, _ range: Range<Int>) throws(FileError) -> Block<Float> {
    let core = cores[tile]
    let region = Region(
      lower: VoxelIndex(x: core.lower.x, y: core.lower.y, z: range.lowerBound),
      upper: VoxelIndex(x: core.upper.x, y: core.upper.y, z: range.upperBound))
    var block = Block<Float>(region: region, repeating: 0)
    let section = core.size.x * core.size.y * MemoryLayout<Float>.stride
    var samples = block.samples.mutableSpan
    var bytes = unsafe samples.mutableBytes
    try journal.read(
      into: &bytes, block: tile, offset: (range.lowerBound - core.lower.z) * section)
    return block
  }
}
