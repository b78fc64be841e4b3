import Morphology
import Volumes

/// Connected parts of a mask that are looked at together, so that not all faces of a large volume are
/// in memory at once.
struct MaskBatch: Sendable {
  /// What the tiles of the batch lie in.
  let tiles: [Region]
  private let mask: any VolumeSource<Int8>
  /// The component of each voxel and the batch of each component; nil where one batch is all.
  private let members: (labels: ScratchVolume<Int32>, batches: [Int32])?
  private let number: Int32

  /// 1 where a region has voxels of the batch.
  func read(_ region: Region) throws -> Block<Int8> {
    guard let members else { return try mask.read(region).map { $0 == 0 ? 0 : 1 } }
    return try members.labels.read(region).map { label in
      label != 0 && members.batches[Int(label)] == number ? 1 : 0
    }
  }

  /// The batches of a mask; their parts are not neighbours of each other's, not even by a corner.
  ///
  /// - Parameters:
  ///   - voxels: about how many a batch has; a larger part is a batch of its own.
  ///   - tileEdge: edge of the tiles, in voxels.
  static func batches(
    of mask: any VolumeSource<Int8>, voxels: Int, tileEdge: Int, scratchFolder: String
  ) throws -> [MaskBatch] {
    let bounds = mask.geometry.bounds
    let tiles = bounds.tiles(of: VolumeSize(x: tileEdge, y: tileEdge, z: tileEdge))
    guard try holdsMore(mask, than: voxels) else {
      return [MaskBatch(tiles: tiles, mask: mask, members: nil, number: 0)]
    }
    let runs = try ComponentRuns(of: mask, connectivity: .twentySix)
    let labels = try runs.labels(of: mask, scratchFolder: scratchFolder)
    let (batches, regions) = gathered(runs.components, voxels: voxels, size: bounds.size)
    return regions.indices.map { number in
      MaskBatch(
        tiles: tiles.filter { tile in
          regions[number].contains { !$0.clamped(to: tile).isEmpty }
        }, mask: mask, members: (labels, batches), number: Int32(number))
    }
  }

  private static func holdsMore(_ mask: any VolumeSource<Int8>, than limit: Int) throws -> Bool {
    if mask.geometry.size.count <= limit { return false }
    var count = 0
    for slab in mask.geometry.bounds.slabs(thickness: 8) {
      count += try mask.read(slab).samples.count { $0 != 0 }
      if limit < count { return true }
    }
    return false
  }

  /// The batch of each component's label, and the boxes of each batch's components. Neighbours along the
  /// longer of y and z come together, so that a batch has few tiles; rows along x stay whole, as disks
  /// like them.
  private static func gathered(
    _ components: [Component], voxels: Int, size: VolumeSize
  ) -> (batches: [Int32], regions: [[Region]]) {
    func place(_ component: Component) -> Int {
      let lower = component.region.lower
      return size.z <= size.y ? lower.y : lower.z
    }
    var batches = [Int32](repeating: 0, count: components.count + 1)
    var regions: [[Region]] = [[]]
    var count = 0
    for component in components.sorted(by: { (place($0), $0.label) < (place($1), $1.label) }) {
      if 0 < count && voxels < count + component.voxels {
        regions.append([])
        count = 0
      }
      batches[component.label] = Int32(regions.count - 1)
      regions[regions.count - 1].append(component.region)
      count += component.voxels
    }
    return (batches, regions)
  }
}
