import Volumes

/// Which axis of the specimen each axis of a file runs along.
struct AxisOrder: Equatable, Sendable {
  /// Specimen axis, 0 x, 1 y, 2 z, of the file's columns, rows and sections.
  let ofFileAxis: SIMD3<Int>
  /// Specimen axis of the header's x, y and z.
  let ofHeaderAxis: SIMD3<Int>

  /// - Parameters:
  ///   - map: the header's axis map, a permutation of 1, 2, 3.
  ///   - axes: the option, a permutation of `xyz`.
  init(map: SIMD3<Int32>, axes: String) {
    let letters = axes.utf8.map { Int($0) - Int(UInt8(ascii: "x")) }
    ofHeaderAxis = SIMD3(letters[0], letters[1], letters[2])
    let header = ofHeaderAxis
    ofFileAxis = SIMD3(
      header[Int(map.x) - 1], header[Int(map.y) - 1], header[Int(map.z) - 1])
  }

  /// Whether the file's samples are in the specimen's order already.
  var isIdentity: Bool { ofFileAxis == SIMD3(0, 1, 2) }

  /// Components along columns, rows, sections, put in the order x y z of the specimen.
  func fromFile<Scalar>(_ components: SIMD3<Scalar>) -> SIMD3<Scalar> {
    Self.spread(components, ofFileAxis)
  }

  /// Components along the header's x, y, z, put in the order of the specimen.
  func fromHeader<Scalar>(_ components: SIMD3<Scalar>) -> SIMD3<Scalar> {
    Self.spread(components, ofHeaderAxis)
  }

  private static func spread<Scalar>(
    _ components: SIMD3<Scalar>, _ target: SIMD3<Int>
  ) -> SIMD3<Scalar> {
    var result = components
    for axis in 0..<3 { result[target[axis]] = components[axis] }
    return result
  }

  /// The samples of the file that make up a region of the specimen.
  func fileRegion(of region: Region) -> Region {
    let lower = SIMD3(region.lower.x, region.lower.y, region.lower.z)
    let upper = SIMD3(region.upper.x, region.upper.y, region.upper.z)
    func corner(_ values: SIMD3<Int>) -> VoxelIndex {
      VoxelIndex(
        x: values[ofFileAxis.x], y: values[ofFileAxis.y], z: values[ofFileAxis.z])
    }
    return Region(lower: corner(lower), upper: corner(upper))
  }

  /// Samples read in file order, put in the order of the specimen.
  ///
  /// - Parameter fileSize: size of the region in the file.
  func reordered(_ samples: [Float], fileSize: VolumeSize) -> [Float] {
    let fileStride = SIMD3(1, fileSize.x, fileSize.x * fileSize.y)
    let size = fromFile(SIMD3(fileSize.x, fileSize.y, fileSize.z))
    let stride = fromFile(fileStride)
    return unsafe [Float](unsafeUninitializedCapacity: samples.count) { buffer, count in
      unsafe samples.withUnsafeBufferPointer { source in
        var target = 0
        for z in 0..<size.z {
          for y in 0..<size.y {
            // Stays inside: the largest offset is the last sample's.
            var offset = z * stride.z + y * stride.y
            for _ in 0..<size.x {
              unsafe buffer[target] = source[offset]
              target &+= 1
              offset &+= stride.x
            }
          }
        }
      }
      count = samples.count
    }
  }
}
