/// A place in the specimen, in angstrom, order x y z.
public struct Position: Hashable, Sendable, Codable {
  /// Components in Å.
  public var angstrom: SIMD3<Double>

  /// Makes a position from components in Å.
  @inlinable
  public init(angstrom: SIMD3<Double>) { self.angstrom = angstrom }

  /// Makes a position from components in Å.
  @inlinable
  public init(x: Double, y: Double, z: Double) { angstrom = SIMD3(x, y, z) }
}

/// Where a volume's voxels lie in the specimen: size, voxel size and origin.
///
/// Position of voxel `i` along an axis = `origin + i * voxelSize` (ChimeraX's and mrcfile's
/// convention), the voxel's centre.
public struct VolumeGeometry: Hashable, Sendable, Codable {
  /// Voxels along x, y and z.
  public var size: VolumeSize
  /// Voxel edge lengths in Å, order x y z; all above 0.
  public var voxelSizeAngstrom: SIMD3<Double>
  /// Position of voxel (0, 0, 0) in Å, order x y z.
  public var originAngstrom: SIMD3<Double>

  /// Makes a geometry.
  ///
  /// - Precondition: each voxel edge is finite and above 0, the origin is finite.
  public init(
    size: VolumeSize, voxelSizeAngstrom: SIMD3<Double>, originAngstrom: SIMD3<Double> = .zero
  ) {
    for axis in 0..<3 {
      precondition(
        0 < voxelSizeAngstrom[axis] && voxelSizeAngstrom[axis].isFinite,
        "A voxel's edge is finite and above 0 Å.")
      precondition(originAngstrom[axis].isFinite, "A volume's origin is finite.")
    }
    self.size = size
    self.voxelSizeAngstrom = voxelSizeAngstrom
    self.originAngstrom = originAngstrom
  }

  /// Makes a geometry of cubic voxels.
  public init(size: VolumeSize, voxelSizeAngstrom edge: Double) {
    self.init(size: size, voxelSizeAngstrom: SIMD3(repeating: edge))
  }

  /// All voxels.
  public var bounds: Region { Region(size) }

  /// Geometric mean of the voxel's edges, in Å.
  public var meanVoxelSizeAngstrom: Double {
    let edges = voxelSizeAngstrom
    return cubeRoot(edges.x * edges.y * edges.z)
  }

  /// Volume of one voxel in nm³.
  public var voxelVolumeNm3: Double {
    let edges = voxelSizeAngstrom / 10
    return edges.x * edges.y * edges.z
  }

  /// Position of a voxel's centre.
  public func position(of index: VoxelIndex) -> Position {
    position(ofCoordinate: SIMD3(Double(index.x), Double(index.y), Double(index.z)))
  }

  /// Position of a fractional voxel coordinate (order x y z, whole numbers at voxel centres).
  public func position(ofCoordinate coordinate: SIMD3<Double>) -> Position {
    Position(angstrom: originAngstrom + coordinate * voxelSizeAngstrom)
  }

  /// Fractional voxel coordinate (order x y z, whole numbers at voxel centres) of a position.
  public func coordinate(of position: Position) -> SIMD3<Double> {
    (position.angstrom - originAngstrom) / voxelSizeAngstrom
  }

  /// The voxels around a box, corners in Å: from the last centre at or before its lower corner to the first
  /// at or after its upper one, as far as they lie in the volume.
  public func voxels(from lower: SIMD3<Double>, to upper: SIMD3<Double>) -> Region {
    let low = coordinate(of: Position(angstrom: lower)).rounded(.down)
    let high = coordinate(of: Position(angstrom: upper)).rounded(.up)
    return Region(
      lower: VoxelIndex(x: Int(low.x), y: Int(low.y), z: Int(low.z)),
      upper: VoxelIndex(x: Int(high.x) + 1, y: Int(high.y) + 1, z: Int(high.z) + 1)
    ).clamped(to: bounds)
  }

  /// Geometry of a region of this volume, as a volume of its own whose voxels keep their position.
  public func cropped(to region: Region) -> VolumeGeometry {
    VolumeGeometry(
      size: region.size, voxelSizeAngstrom: voxelSizeAngstrom,
      originAngstrom: position(of: region.lower).angstrom)
  }
}
