import Testing
import Volumes

@Suite struct InterpolationTests {
  private let block: Block<Float> = {
    let region = Region(
      lower: VoxelIndex(x: -2, y: 3, z: 5), upper: VoxelIndex(x: 3, y: 7, z: 8))
    var block = Block<Float>(region: region, repeating: 0)
    for z in 5..<8 {
      for y in 3..<7 {
        for x in -2..<3 {
          block[VoxelIndex(x: x, y: y, z: z)] = 2 * Float(x) - 3 * Float(y) + 5 * Float(z)
        }
      }
    }
    return block
  }()

  @Test("A linear function is met between the voxels, and a voxel's value on its centre")
  func linear() throws {
    for place in [SIMD3(-2, 3, 5), SIMD3(0.25, 4.5, 6.75), SIMD3(1.9, 5.1, 5.5)] {
      let value = try #require(block.interpolated(at: place))
      #expect(abs(value - (2 * place.x - 3 * place.y + 5 * place.z)) < 1e-12)
    }
  }

  @Test("Beyond the outermost centres there is no value")
  func outside() {
    for place in [SIMD3(-2.1, 4, 6), SIMD3(2.1, 4, 6), SIMD3(0, 2.9, 6), SIMD3(0, 4, 7.1)] {
      #expect(block.interpolated(at: place) == nil)
    }
  }
}
