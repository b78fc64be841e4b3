public import Volumes

/// A volume seen through a Gaussian, block by block: each block is read with its halo.
///
/// A block is the same whatever region it is read with; at the volume's border the nearest voxel is
/// repeated. Memory: three blocks with halo.
public struct GaussianSource<Base: VolumeSource>: VolumeSource where Base.Sample == Float {
  let base: Base
  let sigmaVoxels: SIMD3<Double>
  let workers: Workers

  /// Makes the smoothed view of `base`.
  ///
  /// - Parameter sigmaVoxels: standard deviations along x, y, z in voxels.
  public init(_ base: Base, sigmaVoxels: SIMD3<Double>, workers: Workers) {
    (self.base, self.sigmaVoxels, self.workers) = (base, sigmaVoxels, workers)
  }

  public var geometry: VolumeGeometry { base.geometry }

  public func read(_ region: Region) throws -> Block<Float> {
    guard !region.isEmpty else { return Block(region: region, samples: []) }
    let radii = (0..<3).map { GaussianKernel(sigma: sigmaVoxels[$0]).radius }
    let halo = Region(
      lower: VoxelIndex(
        x: region.lower.x - radii[0], y: region.lower.y - radii[1], z: region.lower.z - radii[2]),
      upper: VoxelIndex(
        x: region.upper.x + radii[0], y: region.upper.y + radii[1], z: region.upper.z + radii[2]))
    // Inside the volume the block's own replication would be wrong, so the halo is full.
    let block = try base.readReplicatingBorder(halo)
    return gaussianSmoothed(block, sigmaVoxels: sigmaVoxels, workers: workers).cropped(to: region)
  }
}

/// A volume binned by a whole factor: each voxel is the mean of `factor`³ voxels of the base.
///
/// Voxels that do not fill a bin at the upper end of an axis are left out; an axis shorter than the
/// factor is binned whole. A binned voxel's position is the mean position of the voxels it holds.
public struct BinnedSource<Base: VolumeSource>: VolumeSource where Base.Sample == Float {
  /// Size and place of the binned voxels.
  public let geometry: VolumeGeometry
  let base: Base
  let bin: VolumeSize

  /// Makes the binned view of `base`.
  ///
  /// - Precondition: the factor is at least 1, and the base has voxels.
  public init(_ base: Base, factor: Int) {
    precondition(0 < factor, "A bin holds at least one voxel.")
    let old = base.geometry
    precondition(!old.size.isEmpty, "A binned volume has voxels.")
    bin = VolumeSize(
      x: min(factor, old.size.x), y: min(factor, old.size.y), z: min(factor, old.size.z))
    self.base = base
    let factors = SIMD3(Double(bin.x), Double(bin.y), Double(bin.z))
    geometry = VolumeGeometry(
      size: VolumeSize(x: old.size.x / bin.x, y: old.size.y / bin.y, z: old.size.z / bin.z),
      voxelSizeAngstrom: old.voxelSizeAngstrom * factors,
      originAngstrom: old.position(ofCoordinate: (factors - 1) / 2).angstrom)
  }

  public func read(_ region: Region) throws -> Block<Float> {
    var result = Block<Float>(region: region, repeating: 0)
    let scale = 1 / Float(bin.count)
    // One binned section at a time, so that memory is that of `bin.z` sections of the base.
    for z in region.lower.z..<region.upper.z {
      let part = Region(
        lower: VoxelIndex(x: region.lower.x * bin.x, y: region.lower.y * bin.y, z: z * bin.z),
        upper: VoxelIndex(x: region.upper.x * bin.x, y: region.upper.y * bin.y, z: (z + 1) * bin.z))
      let block = try base.read(part)
      for sourceZ in part.lower.z..<part.upper.z {
        for sourceY in part.lower.y..<part.upper.y {
          let source = block.samples.span.extracting(block.rowRange(y: sourceY, z: sourceZ))
          let row = result.rowRange(y: sourceY / bin.y, z: z)
          addBinned(source, bin: bin.x, scale: scale, to: &result.samples, at: row.lowerBound)
        }
      }
    }
    return result
  }
}

private func addBinned(
  _ source: Span<Float>, bin: Int, scale: Float, to target: inout [Float], at start: Int
) {
  for x in 0..<(source.count / bin) {
    var sum: Float = 0
    for k in 0..<bin { sum += source[x &* bin &+ k] }
    target[start &+ x] += sum * scale
  }
}
