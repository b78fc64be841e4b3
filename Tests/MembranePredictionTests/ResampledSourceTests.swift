import MembranePrediction
import Testing
import Volumes

@Suite struct ResampledSourceTests {
  /// A volume whose value is a function of the position in Å.
  private func volume(
    _ size: VolumeSize, voxel: Double, _ value: (SIMD3<Double>) -> Double
  ) -> Volume<Float> {
    let geometry = VolumeGeometry(size: size, voxelSizeAngstrom: voxel)
    return Volume(
      geometry: geometry,
      samples: (0..<size.count).map { index in
        let place = VoxelIndex(
          x: index % size.x, y: index / size.x % size.y, z: index / (size.x * size.y))
        return Float(value(geometry.position(of: place).angstrom))
      })
  }

  @Test("A linear function is kept, positions and all", arguments: [7.0, 13, 25])
  func linear(voxel: Double) throws {
    func value(_ p: SIMD3<Double>) -> Double { 3 + p.x / 50 - p.y / 70 + p.z / 30 }
    let source = ResampledSource(
      volume(VolumeSize(x: 40, y: 36, z: 32), voxel: 10, value), voxelSizeAngstrom: voxel)
    let block = try source.readAll()
    let size = source.geometry.size
    // Away from the border, where the nearest voxel is repeated.
    let margin = Int((30 / voxel).rounded(.up)) + 2
    // Stretched, the kernel keeps a constant to rounding and a linear function nearly.
    let tolerance = voxel < 10 ? 1e-4 : 0.02
    var worst = 0.0
    for z in margin..<size.z - margin {
      for y in margin..<size.y - margin {
        for x in margin..<size.x - margin {
          let index = VoxelIndex(x: x, y: y, z: z)
          let expected = value(source.geometry.position(of: index).angstrom)
          worst = max(worst, abs(Double(block[index]) - expected))
        }
      }
    }
    #expect(worst < tolerance)
  }

  @Test("What the coarser grid cannot carry is averaged away, not folded back")
  func antiAliasing() throws {
    let size = VolumeSize(x: 64, y: 16, z: 16)
    // Period 2 voxels: beyond what voxels twice as large can carry.
    let fine = volume(size, voxel: 5) { Int(($0.x / 5).rounded()).isMultiple(of: 2) ? 1 : -1 }
    let coarse = try ResampledSource(fine, voxelSizeAngstrom: 10).readAll()
    for x in 3..<29 { #expect(abs(coarse[VoxelIndex(x: x, y: 4, z: 4)]) < 0.1) }
  }

  @Test("A block read alone has the values that it has in the whole")
  func blocks() throws {
    let source = ResampledSource(
      volume(VolumeSize(x: 20, y: 17, z: 13), voxel: 14) { ($0.x * $0.y + $0.z * $0.z) / 9000 },
      voxelSizeAngstrom: 10)
    let whole = try source.readAll()
    for region in source.geometry.bounds.tiles(of: VolumeSize(x: 9, y: 7, z: 5)) {
      #expect(try source.read(region) == whole.cropped(to: region))
    }
  }

  @Test("A tenth of difference is let be, more is not, and each axis counts")
  func isNeeded() {
    let plain = volume(VolumeSize(x: 4, y: 4, z: 4), voxel: 10) { _ in 0 }
    #expect(!ResampledSource(plain, voxelSizeAngstrom: 10.9).isNeeded)
    #expect(!ResampledSource(plain, voxelSizeAngstrom: 9.2).isNeeded)
    #expect(ResampledSource(plain, voxelSizeAngstrom: 11.2).isNeeded)
    let flat = Volume<Float>(
      geometry: VolumeGeometry(
        size: VolumeSize(x: 4, y: 4, z: 4), voxelSizeAngstrom: SIMD3(10, 10, 20)))
    #expect(ResampledSource(flat, voxelSizeAngstrom: 10).isNeeded)
  }

  @Test("A single voxel has something to say at any size")
  func single() throws {
    let one = volume(VolumeSize(x: 1, y: 1, z: 1), voxel: 10) { _ in 5 }
    let values = try ResampledSource(one, voxelSizeAngstrom: 4).readAll().samples
    #expect(values.count == 27 && values.allSatisfy { abs($0 - 5) < 1e-5 })
  }
}
