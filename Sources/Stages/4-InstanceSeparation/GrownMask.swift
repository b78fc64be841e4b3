import Volumes

/// A mask with every voxel grown into its six neighbours, some times over.
struct GrownMask: VolumeSource {
  let base: any VolumeSource<Int8>
  /// How many voxels the mask grows by.
  let voxels: Int

  var geometry: VolumeGeometry { base.geometry }

  func read(_ region: Region) throws -> Block<Int8> {
    var block = try base.read(region.expanded(by: voxels).clamped(to: geometry.bounds))
    for _ in 0..<voxels { block = Self.grown(block) }
    return block.cropped(to: region)
  }

  private static func grown(_ block: Block<Int8>) -> Block<Int8> {
    var result = block
    let size = block.region.size
    let (dy, dz) = (size.x, size.x * size.y)
    for place in block.samples.indices where block.samples[place] != 0 {
      let (x, y, z) = (place % dy, place / dy % size.y, place / dz)
      if 0 < x { result.samples[place - 1] = 1 }
      if x + 1 < size.x { result.samples[place + 1] = 1 }
      if 0 < y { result.samples[place - dy] = 1 }
      if y + 1 < size.y { result.samples[place + dy] = 1 }
      if 0 < z { result.samples[place - dz] = 1 }
      if z + 1 < size.z { result.samples[place + dz] = 1 }
    }
    return result
  }
}
