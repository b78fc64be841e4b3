import LinearAlgebra
import Meshes
import RealModule
import TestSupport
import Testing
import Volumes

/// A function at the points of a cubic grid.
private func sampled(_ edge: Int, _ value: (SIMD3<Double>) -> Double) -> Block<Float> {
  var block = Block<Float>(
    region: Region(VolumeSize(x: edge, y: edge, z: edge)), repeating: 0)
  for z in 0..<edge {
    for y in 0..<edge {
      for x in 0..<edge {
        block[VoxelIndex(x: x, y: y, z: z)] = Float(value(SIMD3(Double(x), Double(y), Double(z))))
      }
    }
  }
  return block
}

@Suite struct MarchingCubesTests {
  private let center = SIMD3(15.3, 14.8, 15.1)

  @Test("A ball's surface is closed, outward, and has a sphere's area and volume")
  func sphere() {
    let mesh = MarchingCubes().mesh(of: sampled(31) { ($0 - center).length - 11 })
    #expect(mesh.isClosed && mesh.isConsistentlyOriented)
    #expect(mesh.eulerCharacteristic == 2)
    #expect(abs(mesh.areaAngstrom2 / (4 * .pi * 121) - 1) < 0.01)
    #expect(abs(mesh.signedVolumeAngstrom3 / (4 / 3 * .pi * 1331) - 1) < 0.01)
  }

  @Test("A ring's surface has one handle")
  func torus() {
    let mesh = MarchingCubes().mesh(
      of: sampled(31) { place in
        let away = place - center
        let ring = (away.x * away.x + away.y * away.y).squareRoot() - 9
        return (ring * ring + away.z * away.z).squareRoot() - 4
      })
    #expect(mesh.isClosed && mesh.eulerCharacteristic == 0)
    #expect(abs(mesh.areaAngstrom2 / (4 * .pi * .pi * 36) - 1) < 0.02)
  }

  @Test("Noise, with every sign pattern in it, gives no crack and no edge of four triangles")
  func noise() {
    for seed in 1...4 as ClosedRange<UInt64> {
      var state = seed
      let mesh = MarchingCubes().mesh(
        of: sampled(14) { place in
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          let border = place.min() == 0 || place.max() == 13
          return border ? 1 : Double(state >> 11) / 9_007_199_254_740_992 - 0.5
        })
      #expect(mesh.isClosed)
      #expect(mesh.isConsistentlyOriented)
      #expect(0 < mesh.signedVolumeAngstrom3)
    }
  }

  @Test("A grid worked in parts that share a layer gives the surface of the whole")
  func parts() {
    let block = sampled(24) { ($0 - SIMD3(11, 12, 11.5)).length - 8.3 }
    let whole = MarchingCubes().mesh(of: block)
    let cubes = MarchingCubes()
    let parts = block.region.tiles(of: VolumeSize(x: 7, y: 9, z: 24)).map {
      tile -> MarchingCubes.Part in
      let upper = VoxelIndex(x: tile.upper.x + 1, y: tile.upper.y + 1, z: tile.upper.z)
      let grown = Region(lower: tile.lower, upper: upper).clamped(to: block.region)
      return cubes.part(of: block.cropped(to: grown))
    }
    let joined = MarchingCubes.joined(parts)
    #expect(joined.isClosed && joined.eulerCharacteristic == 2)
    #expect(joined.vertices.count == whole.vertices.count)
    #expect(abs(joined.areaAngstrom2 - whole.areaAngstrom2) < 1e-9)
  }

  @Test("Cells with a value that is not finite leave a hole")
  func hole() {
    var block = sampled(15) { ($0 - SIMD3(7, 7, 7)).length - 5 }
    block[VoxelIndex(x: 12, y: 7, z: 7)] = .nan
    let mesh = MarchingCubes().mesh(of: block)
    #expect(mesh.boundaryLoops().count == 1)
    #expect(mesh.eulerCharacteristic == 1)
  }

  @Test("A block of one sample or one layer has no surface")
  func degenerate() {
    #expect(MarchingCubes().mesh(of: sampled(1) { _ in -1 }).triangles.isEmpty)
    #expect(MarchingCubes().mesh(of: sampled(0) { _ in -1 }).triangles.isEmpty)
  }
}
