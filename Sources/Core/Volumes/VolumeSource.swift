/// A volume that can be read block by block: a file, a mapped scratch volume or memory.
///
/// A tomogram is never a plain array between stages, so that memory stays bounded and a block is a
/// unit of work that can be redone.
public protocol VolumeSource<Sample>: Sendable {
  /// What a voxel holds.
  associatedtype Sample: VolumeSample

  /// Size and place of the voxels.
  var geometry: VolumeGeometry { get }

  /// Reads the voxels of a region.
  ///
  /// - Parameter region: lies inside `geometry.bounds`.
  /// - Throws: the source's error where the data cannot be had.
  func read(_ region: Region) throws -> Block<Sample>
}

/// A volume that can be written block by block and appears, whole, at the end.
public protocol VolumeSink<Sample>: AnyObject {
  /// What a voxel holds.
  associatedtype Sample: VolumeSample

  /// Size and place of the voxels.
  var geometry: VolumeGeometry { get }

  /// Writes the voxels of a block. Voxels never written are zero.
  ///
  /// - Parameter block: lies inside `geometry.bounds`.
  func write(_ block: Block<Sample>) throws

  /// Makes the volume visible under its name, atomically. Without it nothing is left behind.
  func commit() throws
}

extension VolumeSource {
  /// Reads a region that may reach beyond the volume; voxels outside repeat the nearest inside.
  ///
  /// - Parameter region: meets the volume in at least one voxel.
  @inlinable
  public func readReplicatingBorder(_ region: Region) throws -> Block<Sample> {
    let inside = region.clamped(to: geometry.bounds)
    precondition(!inside.isEmpty, "A region read with a halo meets the volume.")
    let block = try read(inside)
    guard inside != region else { return block }
    return block.replicatingBorder(to: region)
  }

  /// The whole volume as one block. Only for volumes known to be small.
  @inlinable
  public func readAll() throws -> Block<Sample> { try read(geometry.bounds) }
}

extension Block {
  /// The block grown to `outer`, new voxels repeating the nearest old one.
  ///
  /// - Precondition: the block has voxels, and all lie inside `outer`.
  @inlinable
  public func replicatingBorder(to outer: Region) -> Block {
    precondition(
      !region.isEmpty && outer.contains(region), "A block grows around voxels that it has.")
    var samples: [Sample] = []
    samples.reserveCapacity(outer.size.count)
    let leading = region.lower.x - outer.lower.x
    let trailing = outer.upper.x - region.upper.x
    for z in outer.lower.z..<outer.upper.z {
      let sourceZ = min(max(z, region.lower.z), region.upper.z - 1)
      for y in outer.lower.y..<outer.upper.y {
        let row = rowRange(y: min(max(y, region.lower.y), region.upper.y - 1), z: sourceZ)
        samples.append(contentsOf: repeatElement(self.samples[row.lowerBound], count: leading))
        samples.append(contentsOf: self.samples[row])
        samples.append(contentsOf: repeatElement(self.samples[row.upperBound - 1], count: trailing))
      }
    }
    return Block(region: outer, samples: samples)
  }
}

/// A volume in memory.
public struct Volume<Sample: VolumeSample>: VolumeSource, Equatable {
  /// Size and place of the voxels.
  public let geometry: VolumeGeometry
  /// All voxels.
  public var block: Block<Sample>

  /// Makes a volume from samples, x fastest.
  ///
  /// - Precondition: one sample for each voxel.
  @inlinable
  public init(geometry: VolumeGeometry, samples: [Sample]) {
    self.geometry = geometry
    block = Block(region: geometry.bounds, samples: samples)
  }

  /// Makes a volume of one repeated value.
  @inlinable
  public init(geometry: VolumeGeometry, repeating value: Sample = .zero) {
    self.geometry = geometry
    block = Block(region: geometry.bounds, repeating: value)
  }

  /// All samples, x fastest; changed in place.
  @inlinable
  public var samples: [Sample] {
    get { block.samples }
    // Not `set`: changing one sample would then copy all of them.
    _modify {
      yield &block.samples
      precondition(
        block.samples.count == geometry.size.count, "A volume holds one sample for each voxel.")
    }
  }

  /// One voxel, for tests and sparse access.
  @inlinable
  public subscript(index: VoxelIndex) -> Sample {
    get { block[index] }
    set { block[index] = newValue }
  }

  @inlinable
  public func read(_ region: Region) throws -> Block<Sample> {
    region == block.region ? block : block.cropped(to: region)
  }
}

/// A sink that keeps what is written in memory.
public final class MemorySink<Sample: VolumeSample>: VolumeSink {
  /// What has been written so far; zero elsewhere.
  public private(set) var volume: Volume<Sample>

  /// Makes an empty sink.
  public init(geometry: VolumeGeometry) { volume = Volume(geometry: geometry) }

  public var geometry: VolumeGeometry { volume.geometry }

  public func write(_ block: Block<Sample>) { volume.block.overwrite(with: block) }

  public func commit() {}
}

/// A source whose samples are transformed as they are read.
public struct MappedSource<Base: VolumeSource, Sample: VolumeSample>: VolumeSource {
  @usableFromInline let base: Base
  @usableFromInline let transform: @Sendable (Base.Sample) -> Sample

  /// Makes the transformed view of `base`.
  @inlinable
  public init(_ base: Base, _ transform: @escaping @Sendable (Base.Sample) -> Sample) {
    (self.base, self.transform) = (base, transform)
  }

  public var geometry: VolumeGeometry { base.geometry }

  @inlinable
  public func read(_ region: Region) throws -> Block<Sample> {
    try base.read(region).map(transform)
  }
}

/// A region of another source, as a volume of its own whose voxels keep their positions.
public struct CroppedSource<Base: VolumeSource>: VolumeSource {
  let base: Base
  let region: Region

  /// Makes a view of the voxels of `region`, which lies inside the base.
  public init(_ base: Base, region: Region) {
    precondition(base.geometry.bounds.contains(region), "A crop lies inside its volume.")
    (self.base, self.region) = (base, region)
  }

  public var geometry: VolumeGeometry { base.geometry.cropped(to: region) }

  public func read(_ part: Region) throws -> Block<Base.Sample> {
    let shifted = part.translated(by: region.lower)
    return Block(region: part, samples: try base.read(shifted).samples)
  }
}

extension Region {
  /// The region moved by an offset.
  public func translated(by offset: VoxelIndex) -> Region {
    Region(
      lower: VoxelIndex(x: lower.x + offset.x, y: lower.y + offset.y, z: lower.z + offset.z),
      upper: VoxelIndex(x: upper.x + offset.x, y: upper.y + offset.y, z: upper.z + offset.z))
  }
}
