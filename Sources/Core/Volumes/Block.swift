/// What a voxel may hold: a number whose bytes can be copied and written as they are.
public protocol VolumeSample: BitwiseCopyable, Comparable, Sendable, SendableMetatype {
  /// The value of empty space.
  static var zero: Self { get }
}

extension Float: VolumeSample {}
extension Int8: VolumeSample {}
extension UInt8: VolumeSample {}
extension Int16: VolumeSample {}
extension UInt16: VolumeSample {}
extension Int32: VolumeSample {}
extension Float16: VolumeSample {}

/// The voxels of a region, held in memory: the unit of work of every kernel.
///
///     samples:  row (z, y) starts at ((z - lower.z) * size.y + (y - lower.y)) * size.x
///
/// Kernels take rows, not voxels: `block.samples.span.extracting(block.rowRange(y:z:))`.
///
/// What is generic here is inlinable, so that other modules get it compiled for their sample type.
public struct Block<Sample: VolumeSample>: Equatable, Sendable {
  /// Which voxels of the volume these are. May reach beyond the volume when read with a halo.
  public let region: Region
  /// Values, x fastest, then y, then z; exactly `region.size.count` of them.
  public var samples: [Sample]

  /// Makes a block from its samples.
  ///
  /// - Precondition: as many samples as the region has voxels.
  @inlinable
  public init(region: Region, samples: [Sample]) {
    precondition(
      samples.count == region.size.count, "A block holds one sample for each voxel of its region.")
    self.region = region
    self.samples = samples
  }

  /// Makes a block of one repeated value.
  @inlinable
  public init(region: Region, repeating value: Sample) {
    self.init(region: region, samples: Array(repeating: value, count: region.size.count))
  }

  /// Offset of a voxel in `samples`; the index is the volume's, not the block's.
  @inlinable
  public func offset(of index: VoxelIndex) -> Int {
    let size = region.size
    return ((index.z - region.lower.z) * size.y + (index.y - region.lower.y)) * size.x
      + (index.x - region.lower.x)
  }

  /// Where row (y, z) of the volume lies in `samples`.
  @inlinable
  public func rowRange(y: Int, z: Int) -> Range<Int> {
    let start = offset(of: VoxelIndex(x: region.lower.x, y: y, z: z))
    return start..<(start + region.size.x)
  }

  /// One voxel, for tests and sparse access. Rows are 20 times faster in loops.
  @inlinable
  public subscript(index: VoxelIndex) -> Sample {
    get { samples[offset(of: index)] }
    set { samples[offset(of: index)] = newValue }
  }

  /// The part of the block in `part`.
  ///
  /// - Precondition: `part` lies inside the block.
  @inlinable
  public func cropped(to part: Region) -> Block {
    precondition(region.contains(part), "A crop lies inside its block.")
    var cropped: [Sample] = []
    cropped.reserveCapacity(part.size.count)
    for z in part.lower.z..<part.upper.z {
      for y in part.lower.y..<part.upper.y {
        let start = offset(of: VoxelIndex(x: part.lower.x, y: y, z: z))
        cropped.append(contentsOf: samples[start..<(start + part.size.x)])
      }
    }
    return Block(region: part, samples: cropped)
  }

  /// Copies the voxels that both blocks hold from `other` into this block.
  @inlinable
  public mutating func overwrite(with other: Block) {
    let shared = other.region.clamped(to: region)
    guard !shared.isEmpty else { return }
    for z in shared.lower.z..<shared.upper.z {
      for y in shared.lower.y..<shared.upper.y {
        let first = VoxelIndex(x: shared.lower.x, y: y, z: z)
        let (target, source) = (offset(of: first), other.offset(of: first))
        samples.replaceSubrange(
          target..<(target + shared.size.x), with: other.samples[source..<(source + shared.size.x)])
      }
    }
  }

  /// The same voxels with every sample transformed.
  @inlinable
  public func map<Other: VolumeSample>(_ transform: (Sample) -> Other) -> Block<Other> {
    Block<Other>(region: region, samples: samples.map(transform))
  }
}
