/// The voxels of a large volume of which few are not 0: cubes of 8³ voxels, kept in memory where there
/// is any.
///
/// A membrane of five voxels' thickness takes two to three times its own voxels, and 4 bytes for each 512
/// voxels of the volume. Reading is safe from many threads at once, as for any value.
public struct SparseVolume: Sendable {
  /// Extents of the volume, in voxels.
  public let size: VolumeSize
  /// Cubes along x, and in a layer.
  private let row: Int
  private let layer: Int
  /// Place of each cube among those kept, x fastest; −1 where all is 0.
  private var places: [Int32]
  /// Lower corners of the cubes kept, in the order they came in.
  private var corners: [VoxelIndex] = []
  /// Their samples, x fastest within each.
  private var samples: [Int32] = []

  /// Makes a volume of zeros.
  public init(size: VolumeSize) {
    self.size = size
    row = (size.x + 7) / 8
    layer = row * ((size.y + 7) / 8)
    places = Array(repeating: -1, count: layer * ((size.z + 7) / 8))
  }

  /// The sample of a voxel.
  ///
  /// - Precondition: it lies inside the volume.
  @inline(__always)
  public subscript(x: Int, y: Int, z: Int) -> Int32 {
    get {
      let place = Int(places[z >> 3 &* layer &+ y >> 3 &* row &+ x >> 3])
      return place < 0 ? 0 : samples[place << 9 | Self.inner(x, y, z)]
    }
    set {
      let cube = z >> 3 &* layer &+ y >> 3 &* row &+ x >> 3
      if places[cube] < 0 {
        guard newValue != 0 else { return }
        places[cube] = Int32(corners.count)
        corners.append(VoxelIndex(x: x & ~7, y: y & ~7, z: z & ~7))
        samples.append(contentsOf: repeatElement(0, count: 512))
      }
      samples[Int(places[cube]) << 9 | Self.inner(x, y, z)] = newValue
    }
  }

  @inline(__always)
  private static func inner(_ x: Int, _ y: Int, _ z: Int) -> Int {
    (z & 7) << 6 | (y & 7) << 3 | x & 7
  }

  /// Hands out the samples that are not 0, in no order that means anything.
  public func forEach(_ body: (VoxelIndex, Int32) -> Void) {
    for (number, corner) in corners.enumerated() {
      for inner in 0..<512 where samples[number << 9 | inner] != 0 {
        body(
          VoxelIndex(
            x: corner.x + inner & 7, y: corner.y + inner >> 3 & 7, z: corner.z + inner >> 6),
          samples[number << 9 | inner])
      }
    }
  }
}
