public import Volumes

/// Another source with `factor`³ voxels averaged into one; voxels left over at the far end are dropped.
///
/// A binned voxel's centre is the mean of its voxels' centres, so physical positions are kept:
/// origin' = origin + (factor − 1)/2 · voxel size.
public struct BinnedSource: VolumeSource {
  public let geometry: VolumeGeometry
  private let base: any VolumeSource<Float>
  private let factor: Int

  /// Makes the binned view.
  ///
  /// - Precondition: `factor` is at least 1 and at most the base's shortest edge.
  public init(_ base: any VolumeSource<Float>, factor: Int) {
    let (size, edge) = (base.geometry.size, base.geometry.voxelSizeAngstrom)
    precondition(
      0 < factor && factor <= min(size.x, size.y, size.z), "A binned volume has voxels.")
    (self.base, self.factor) = (base, factor)
    geometry = VolumeGeometry(
      size: VolumeSize(x: size.x / factor, y: size.y / factor, z: size.z / factor),
      voxelSizeAngstrom: edge * Double(factor),
      originAngstrom: base.geometry.originAngstrom + edge * (Double(factor - 1) / 2))
  }

  public func read(_ region: Region) throws -> Block<Float> {
    var result = Block<Float>(region: region, repeating: 0)
    let scale = 1 / Float(factor * factor * factor)
    // One binned section at a time, so that no more than `factor` full sections are alive.
    for z in region.lower.z..<region.upper.z {
      let section = Region(
        lower: VoxelIndex(x: region.lower.x * factor, y: region.lower.y * factor, z: z * factor),
        upper: VoxelIndex(
          x: region.upper.x * factor, y: region.upper.y * factor, z: (z + 1) * factor))
      guard !section.isEmpty else { continue }
      let block = try base.read(section)
      for sourceZ in section.lower.z..<section.upper.z {
        for sourceY in section.lower.y..<section.upper.y {
          let target = result.rowRange(y: sourceY / factor, z: z)
          addBinned(
            block.samples.span.extracting(block.rowRange(y: sourceY, z: sourceZ)), factor: factor,
            scale: scale, to: &result.samples, at: target.lowerBound)
        }
      }
    }
    return result
  }
}

/// Adds the sums of each `factor` neighbours of a row, times `scale`, to a row of `target`.
private func addBinned(
  _ row: Span<Float>, factor: Int, scale: Float, to target: inout [Float], at start: Int
) {
  var sums = target.mutableSpan
  for x in 0..<(row.count / factor) {
    var sum: Float = 0
    for offset in 0..<factor { sum += row[x &* factor &+ offset] }
    sums[start &+ x] += sum * scale
  }
}
