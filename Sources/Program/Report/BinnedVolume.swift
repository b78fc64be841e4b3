public import Volumes

/// A tomogram and its labels small enough for a page: mean over cubes of `factor`³ voxels.
public struct BinnedVolume: Sendable {
  /// Of the volume before it was binned.
  public let whole: VolumeGeometry
  /// Place of the binned voxels; each centre is the mean of the centres it stands for.
  public let geometry: VolumeGeometry
  /// Voxels a binned voxel replaces along each axis.
  public let factor: Int
  /// Grey values 0...255 between `limits`, x fastest; empty where there is no tomogram.
  public internal(set) var density: [UInt8]
  /// Densities that 0 and 255 stand for, in the tomogram's own unit.
  public internal(set) var limits: ClosedRange<Float>
  /// Membrane labels, x fastest; empty where there are none.
  public internal(set) var labels: [UInt16]
  /// Raw values of `Provenance`, x fastest; empty where it is not known.
  public internal(set) var provenance: [UInt8]

  init(geometry: VolumeGeometry, voxelLimit: Int) {
    factor = Self.factor(for: geometry.size, voxelLimit: voxelLimit)
    (whole, self.geometry) = (geometry, Self.binned(geometry, factor: factor))
    (density, labels, provenance, limits) = ([], [], [], 0...1)
  }

  /// The smallest factor that leaves at most `voxelLimit` voxels.
  static func factor(for size: VolumeSize, voxelLimit: Int) -> Int {
    precondition(0 < voxelLimit, "A page has room for at least one voxel.")
    var factor = 1
    while voxelLimit < binnedSize(size, factor: factor).count { factor += 1 }
    return factor
  }

  /// Edge voxels may stand for fewer: the size is rounded up.
  static func binnedSize(_ size: VolumeSize, factor: Int) -> VolumeSize {
    func divided(_ count: Int) -> Int { (count + factor - 1) / factor }
    return VolumeSize(x: divided(size.x), y: divided(size.y), z: divided(size.z))
  }

  private static func binned(_ geometry: VolumeGeometry, factor: Int) -> VolumeGeometry {
    let edge = geometry.voxelSizeAngstrom
    return VolumeGeometry(
      size: binnedSize(geometry.size, factor: factor), voxelSizeAngstrom: edge * Double(factor),
      originAngstrom: geometry.originAngstrom + edge * (Double(factor - 1) / 2))
  }

  /// Boxes of whole binned rows: what is in memory at a time, about 16 million voxels or the least there
  /// can be.
  func boxes(of bounds: Region) -> [Region] {
    let size = bounds.size
    func thickness(_ voxelsAside: Int, most: Int) -> Int {
      factor * max(min(most, (1 << 24) / max(voxelsAside, 1)) / factor, 1)
    }
    let z = thickness(size.x * size.y, most: 32)
    let y = thickness(size.x * z, most: size.y + factor)
    return bounds.tiles(of: VolumeSize(x: max(size.x, 1), y: y, z: z))
  }
}
