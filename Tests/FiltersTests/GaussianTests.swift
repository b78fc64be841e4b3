import Filters
import Testing
import Volumes

@Suite("Filters") struct GaussianTests {
  /// A block of values without symmetry.
  static func block(_ size: VolumeSize) -> Block<Float> {
    let samples = (0..<size.count).map { (index: Int) -> Float in
      let hash = (index * 7919 + index * index * 31) % 1013
      return Float(hash) / 1013
    }
    return Block(region: Region(size), samples: samples)
  }

  /// The three sums at once, with the nearest voxel beyond the border.
  static func naive(_ block: Block<Float>, _ sigma: SIMD3<Double>, at index: VoxelIndex) -> Double {
    let kernels = (0..<3).map { GaussianKernel(sigma: sigma[$0]) }
    let size = block.region.size
    func clamp(_ value: Int, _ count: Int) -> Int { min(max(value, 0), count - 1) }
    var sum = 0.0
    for z in -kernels[2].radius...kernels[2].radius {
      for y in -kernels[1].radius...kernels[1].radius {
        for x in -kernels[0].radius...kernels[0].radius {
          let weight =
            kernels[0].weights[abs(x)] * kernels[1].weights[abs(y)] * kernels[2].weights[abs(z)]
          let place = VoxelIndex(
            x: clamp(index.x + x, size.x), y: clamp(index.y + y, size.y),
            z: clamp(index.z + z, size.z))
          sum += Double(weight) * Double(block[place])
        }
      }
    }
    return sum
  }

  @Test("A kernel's two halves sum to one", arguments: [0, 0.5, 1.25, 4])
  func kernelSum(sigma: Double) {
    let weights = GaussianKernel(sigma: sigma).weights
    #expect(abs(weights[0] + 2 * weights.dropFirst().reduce(0, +) - 1) < 1e-6)
  }

  @Test(
    "Smoothing axis by axis equals the sum over the neighbourhood",
    arguments: [
      VolumeSize(x: 9, y: 7, z: 5), VolumeSize(x: 1, y: 1, z: 1), VolumeSize(x: 2, y: 13, z: 1),
    ])
  func matchesNaive(size: VolumeSize) {
    let block = Self.block(size)
    let sigma = SIMD3(1.2, 0, 0.7)
    let smoothed = gaussianSmoothed(block, sigmaVoxels: sigma, workers: Workers(count: 2))
    for z in 0..<size.z {
      for y in 0..<size.y {
        for x in 0..<size.x {
          let index = VoxelIndex(x: x, y: y, z: z)
          #expect(abs(Double(smoothed[index]) - Self.naive(block, sigma, at: index)) < 1e-5)
        }
      }
    }
  }

  @Test("A smoothed volume is the same read whole and in parts")
  func sourceInParts() throws {
    let size = VolumeSize(x: 11, y: 9, z: 10)
    let volume = Volume(
      geometry: VolumeGeometry(size: size, voxelSizeAngstrom: 2), samples: Self.block(size).samples)
    let sigma = SIMD3(1.0, 1.5, 0.8)
    let source = GaussianSource(volume, sigmaVoxels: sigma, workers: .one)
    let whole = try source.readAll()
    #expect(whole == gaussianSmoothed(volume.block, sigmaVoxels: sigma, workers: .one))
    let part = Region(lower: VoxelIndex(x: 3, y: 0, z: 4), upper: VoxelIndex(x: 9, y: 5, z: 10))
    for (a, b) in zip(try source.read(part).samples, whole.cropped(to: part).samples) {
      #expect(abs(a - b) < 1e-6)
    }
  }

  @Test("A bin is the mean of its voxels and lies in their middle", arguments: [1, 2, 3])
  func binning(factor: Int) throws {
    let size = VolumeSize(x: 9, y: 8, z: 7)
    let geometry = VolumeGeometry(
      size: size, voxelSizeAngstrom: SIMD3(2, 3, 4), originAngstrom: SIMD3(10, 20, -5))
    let volume = Volume(geometry: geometry, samples: Self.block(size).samples)
    let binned = BinnedSource(volume, factor: factor)
    #expect(
      binned.geometry.size
        == VolumeSize(x: 9 / factor, y: 8 / factor, z: 7 / factor))
    let block = try binned.readAll()
    let index = VoxelIndex(x: 1, y: 1, z: 1)
    var (sum, place) = (0.0, SIMD3<Double>.zero)
    for z in factor..<(2 * factor) {
      for y in factor..<(2 * factor) {
        for x in factor..<(2 * factor) {
          sum += Double(volume[VoxelIndex(x: x, y: y, z: z)])
          place += geometry.position(of: VoxelIndex(x: x, y: y, z: z)).angstrom
        }
      }
    }
    let count = Double(factor * factor * factor)
    #expect(abs(Double(block[index]) - sum / count) < 1e-6)
    let away = binned.geometry.position(of: index).angstrom - place / count
    #expect((away * away).sum() < 1e-18)
    let row = Region(lower: index, upper: VoxelIndex(x: 3, y: 2, z: 2))
    #expect(try binned.read(row) == block.cropped(to: row))
  }
}
