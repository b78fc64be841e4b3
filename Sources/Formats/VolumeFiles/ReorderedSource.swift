import MRCFormat
import Volumes

/// The blocks of a source with their axes in another order, as `--axes` asks for.
struct ReorderedSource {
  let geometry: VolumeGeometry
  /// Axis of the specimen, 0 x, 1 y, 2 z, that each axis of the file runs along.
  private let target: [Int]

  init(_ base: some VolumeSource, axes: String) throws(MRCError) {
    guard axes.utf8.sorted() == Array("xyz".utf8) else { throw MRCError.badAxes(axes) }
    target = axes.utf8.map { Int($0) - Int(UInt8(ascii: "x")) }
    let old = base.geometry
    let size = Self.spread(SIMD3(old.size.x, old.size.y, old.size.z), target)
    geometry = VolumeGeometry(
      size: VolumeSize(x: size.x, y: size.y, z: size.z),
      voxelSizeAngstrom: Self.spread(old.voxelSizeAngstrom, target),
      originAngstrom: Self.spread(old.originAngstrom, target))
  }

  /// A block of the file, put where it lies in the specimen.
  func reordered(_ block: Block<Float>) -> Block<Float> {
    guard target != [0, 1, 2] else { return block }
    let (lower, upper) = (index(block.region.lower), index(block.region.upper))
    let region = Region(lower: lower, upper: upper)
    let old = block.region.size
    let stride = Self.spread(SIMD3(1, old.x, old.x * old.y), target)
    var samples: [Float] = []
    samples.reserveCapacity(block.samples.count)
    for z in 0..<region.size.z {
      for y in 0..<region.size.y {
        for x in 0..<region.size.x {
          samples.append(block.samples[z * stride.z + y * stride.y + x * stride.x])
        }
      }
    }
    return Block(region: region, samples: samples)
  }

  private func index(_ old: VoxelIndex) -> VoxelIndex {
    let new = Self.spread(SIMD3(old.x, old.y, old.z), target)
    return VoxelIndex(x: new.x, y: new.y, z: new.z)
  }

  private static func spread<Scalar>(_ values: SIMD3<Scalar>, _ target: [Int]) -> SIMD3<Scalar> {
    var result = values
    for axis in 0..<3 { result[target[axis]] = values[axis] }
    return result
  }
}
