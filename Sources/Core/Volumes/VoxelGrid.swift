/// A voxel's place in a volume: whole numbers, counted from the volume's first voxel.
///
/// The index names the **centre** of a voxel. It is not a position: multiply by the voxel size and
/// add the origin (`VolumeGeometry.position(of:)`) to get one.
public struct VoxelIndex: Hashable, Sendable, Codable {
  /// Column, fastest in memory.
  public var x: Int
  /// Row.
  public var y: Int
  /// Section, slowest in memory; the beam runs along it.
  public var z: Int

  /// Makes an index from its three components.
  @inlinable
  public init(x: Int, y: Int, z: Int) {
    (self.x, self.y, self.z) = (x, y, z)
  }

  /// The first voxel of a volume.
  public static let zero = VoxelIndex(x: 0, y: 0, z: 0)
}

/// Numbers of voxels along x, y and z.
public struct VolumeSize: Hashable, Sendable, Codable {
  /// Voxels in a row.
  public var x: Int
  /// Rows in a section.
  public var y: Int
  /// Sections.
  public var z: Int

  /// Makes a size from its three components.
  ///
  /// - Precondition: no component is negative.
  @inlinable
  public init(x: Int, y: Int, z: Int) {
    precondition(0 <= min(x, y, z), "A volume cannot have a negative size.")
    (self.x, self.y, self.z) = (x, y, z)
  }

  /// Number of voxels.
  @inlinable
  public var count: Int { x * y * z }
  /// Number of rows, each of `x` voxels.
  @inlinable
  public var rowCount: Int { y * z }
  /// Whether there is no voxel.
  @inlinable
  public var isEmpty: Bool { count == 0 }
}

/// A half-open box of voxels: `lower` inside, `upper` just outside.
///
/// A region may reach beyond a volume (a halo does); `clamped(to:)` brings it back.
public struct Region: Hashable, Sendable, Codable {
  /// First voxel.
  public var lower: VoxelIndex
  /// One past the last voxel along each axis.
  public var upper: VoxelIndex

  /// Makes the box of voxels from `lower` up to, not including, `upper`.
  ///
  /// - Precondition: `lower` is not beyond `upper` along any axis.
  @inlinable
  public init(lower: VoxelIndex, upper: VoxelIndex) {
    precondition(
      lower.x <= upper.x && lower.y <= upper.y && lower.z <= upper.z,
      "A region's lower corner lies at or before its upper corner.")
    (self.lower, self.upper) = (lower, upper)
  }

  /// The region that covers a whole volume of the given size.
  @inlinable
  public init(_ size: VolumeSize) {
    self.init(lower: .zero, upper: VoxelIndex(x: size.x, y: size.y, z: size.z))
  }

  /// The region of a single voxel.
  @inlinable
  public init(_ voxel: VoxelIndex) {
    self.init(
      lower: voxel, upper: VoxelIndex(x: voxel.x + 1, y: voxel.y + 1, z: voxel.z + 1))
  }

  /// Extent along the axes.
  @inlinable
  public var size: VolumeSize {
    VolumeSize(x: upper.x - lower.x, y: upper.y - lower.y, z: upper.z - lower.z)
  }

  /// Whether the region holds no voxel.
  @inlinable
  public var isEmpty: Bool { size.isEmpty }

  /// Whether `index` lies inside.
  @inlinable
  public func contains(_ index: VoxelIndex) -> Bool {
    lower.x <= index.x && index.x < upper.x && lower.y <= index.y && index.y < upper.y
      && lower.z <= index.z && index.z < upper.z
  }

  /// Whether every voxel of `other` lies inside.
  @inlinable
  public func contains(_ other: Region) -> Bool {
    lower.x <= other.lower.x && lower.y <= other.lower.y && lower.z <= other.lower.z
      && other.upper.x <= upper.x && other.upper.y <= upper.y && other.upper.z <= upper.z
  }

  /// The region grown by `margin` voxels on every side.
  @inlinable
  public func expanded(by margin: Int) -> Region {
    Region(
      lower: VoxelIndex(x: lower.x - margin, y: lower.y - margin, z: lower.z - margin),
      upper: VoxelIndex(x: upper.x + margin, y: upper.y + margin, z: upper.z + margin))
  }

  /// The part of the region inside `bounds`; empty, at the nearest corner, where they do not meet.
  @inlinable
  public func clamped(to bounds: Region) -> Region {
    func clamp(_ value: Int, _ low: Int, _ high: Int) -> Int { min(max(value, low), high) }
    let low = VoxelIndex(
      x: clamp(lower.x, bounds.lower.x, bounds.upper.x),
      y: clamp(lower.y, bounds.lower.y, bounds.upper.y),
      z: clamp(lower.z, bounds.lower.z, bounds.upper.z))
    let high = VoxelIndex(
      x: clamp(upper.x, low.x, bounds.upper.x), y: clamp(upper.y, low.y, bounds.upper.y),
      z: clamp(upper.z, low.z, bounds.upper.z))
    return Region(lower: low, upper: high)
  }

  /// The smallest region that holds both.
  @inlinable
  public func union(_ other: Region) -> Region {
    Region(
      lower: VoxelIndex(
        x: min(lower.x, other.lower.x), y: min(lower.y, other.lower.y),
        z: min(lower.z, other.lower.z)),
      upper: VoxelIndex(
        x: max(upper.x, other.upper.x), y: max(upper.y, other.upper.y),
        z: max(upper.z, other.upper.z)))
  }

  /// Voxels of the largest slab, unless a single section has more: 64 MiB of 32-bit samples.
  static let largestSlab = 1 << 24

  /// The region cut into slabs of at most `thickness` sections, in order of z; of fewer where sections
  /// are so large that a slab would not be small beside memory.
  public func slabs(thickness: Int) -> [Region] {
    precondition(0 < thickness, "A slab has at least one section.")
    let sections = min(thickness, max(Self.largestSlab / max(size.x * size.y, 1), 1))
    return stride(from: lower.z, to: upper.z, by: sections).map { first in
      Region(
        lower: VoxelIndex(x: lower.x, y: lower.y, z: first),
        upper: VoxelIndex(x: upper.x, y: upper.y, z: min(first + sections, upper.z)))
    }
  }

  /// The region cut into boxes of at most `size`, x fastest.
  public func tiles(of size: VolumeSize) -> [Region] {
    precondition(!size.isEmpty, "A tile holds at least one voxel.")
    var tiles: [Region] = []
    for z in stride(from: lower.z, to: upper.z, by: size.z) {
      for y in stride(from: lower.y, to: upper.y, by: size.y) {
        for x in stride(from: lower.x, to: upper.x, by: size.x) {
          let first = VoxelIndex(x: x, y: y, z: z)
          tiles.append(
            Region(
              lower: first,
              upper: VoxelIndex(
                x: min(x + size.x, upper.x), y: min(y + size.y, upper.y),
                z: min(z + size.z, upper.z))))
        }
      }
    }
    return tiles
  }
}
