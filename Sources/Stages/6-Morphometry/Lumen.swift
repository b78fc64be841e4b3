import LinearAlgebra
public import TomogramModel
public import Volumes

/// Writes, for each voxel that is no membrane, the label of the innermost membrane around it; 0
/// where there is none, and on membranes.
///
/// Cubes of voxels far from every surface are decided at once (`Enclosure.containsBall`), so that
/// the cost grows with the membranes' area and not with their volume.
///
/// - Parameters:
///   - enclosures: of the membranes that enclose something, in any order.
///   - instances: the membranes' labels.
///   - lumen: gets the labels and is committed at the end.
/// - Complexity: memory is a few tiles of 64³ voxels a thread beside the surfaces.
public func fillLumen(
  of enclosures: [Enclosure], around instances: any VolumeSource<UInt16>,
  into lumen: any VolumeSink<UInt16>, workers: Workers, monitor: StageMonitor
) throws {
  let geometry = instances.geometry
  // From the outside in: what lies further in is written later.
  let nested = enclosures.map { BoxedEnclosure($0, in: geometry) }
    .sorted { ($1.region.size.count, $1.base.label) < ($0.region.size.count, $0.base.label) }
  let tiles = geometry.bounds.tiles(of: VolumeSize(x: 64, y: 64, z: 64))
  let stride = 4 * workers.count
  for first in Swift.stride(from: 0, to: tiles.count, by: stride) {
    let batch = tiles[first..<min(first + stride, tiles.count)].filter { tile in
      nested.contains { !$0.region.clamped(to: tile).isEmpty }
    }
    let blocks = try batch.map { try instances.read($0) }
    let filled = workers.map(blocks.count) { number in
      LumenTile(blocks[number], geometry: geometry).filled(by: nested)
    }
    for block in filled { try lumen.write(block) }
    try monitor.report(completed: min(first + stride, tiles.count), of: tiles.count)
  }
  try lumen.commit()
}

/// An enclosure and the voxels that may lie inside it.
private struct BoxedEnclosure: Sendable {
  let base: Enclosure
  let region: Region

  init(_ base: Enclosure, in geometry: VolumeGeometry) {
    self.base = base
    region = geometry.voxels(from: base.lower, to: base.upper)
  }
}

/// The lumen in one tile.
private struct LumenTile {
  private let instances: Block<UInt16>
  private let geometry: VolumeGeometry
  private var lumen: Block<UInt16>

  init(_ instances: Block<UInt16>, geometry: VolumeGeometry) {
    (self.instances, self.geometry) = (instances, geometry)
    lumen = Block(region: instances.region, repeating: 0)
  }

  func filled(by enclosures: [BoxedEnclosure]) -> Block<UInt16> {
    var tile = self
    for enclosure in enclosures {
      tile.fill(enclosure.region.clamped(to: instances.region), enclosure.base)
    }
    return tile.lumen
  }

  /// Decides a box at once, or its halves.
  private mutating func fill(_ box: Region, _ enclosure: Enclosure) {
    if box.isEmpty { return }
    let size = box.size
    let last = VoxelIndex(x: box.upper.x - 1, y: box.upper.y - 1, z: box.upper.z - 1)
    let ends = (geometry.position(of: box.lower).angstrom, geometry.position(of: last).angstrom)
    let center = (ends.0 + ends.1) / 2
    if size.count == 1 {
      if instances[box.lower] == 0 && enclosure.contains(center) { set(box, enclosure.label) }
      return
    }
    if let isInside = enclosure.containsBall(
      center: center, radius: (ends.1 - ends.0).length / 2)
    {
      if isInside { set(box, enclosure.label) }
      return
    }
    let axis = size.x >= size.y && size.x >= size.z ? 0 : size.y >= size.z ? 1 : 2
    let (lower, upper) = box.halves(along: axis)
    fill(lower, enclosure)
    fill(upper, enclosure)
  }

  private mutating func set(_ box: Region, _ label: Int) {
    for z in box.lower.z..<box.upper.z {
      for y in box.lower.y..<box.upper.y {
        let start = lumen.offset(of: VoxelIndex(x: box.lower.x, y: y, z: z))
        for place in start..<(start + box.size.x) where instances.samples[place] == 0 {
          lumen.samples[place] = UInt16(label)
        }
      }
    }
  }
}

extension Region {
  /// The region cut in the middle along x (0), y (1) or z (2).
  fileprivate func halves(along axis: Int) -> (Region, Region) {
    var (first, second) = (self, self)
    switch axis {
    case 0:
      first.upper.x = (lower.x + upper.x) / 2
      second.lower.x = first.upper.x
    case 1:
      first.upper.y = (lower.y + upper.y) / 2
      second.lower.y = first.upper.y
    default:
      first.upper.z = (lower.z + upper.z) / 2
      second.lower.z = first.upper.z
    }
    return (first, second)
  }
}
