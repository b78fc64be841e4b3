import Morphology
import TestSupport
import Testing
import TomogramModel
import Volumes

@testable import GapTracing

private let size = VolumeSize(x: 40, y: 40, z: 24)

/// A level sheet three voxels thick with a round hole of the given radius, in voxels.
private func sheet(hole: Double) -> Block<Int8> {
  var block = Block<Int8>(region: Region(size), repeating: 0)
  for z in 11..<14 {
    for y in 0..<40 {
      for x in 0..<40 {
        let (dx, dy) = (Double(x) - 19.5, Double(y) - 19.5)
        if hole * hole < dx * dx + dy * dy { block[VoxelIndex(x: x, y: y, z: z)] = 1 }
      }
    }
  }
  return block
}

private func options(_ method: TracingOptions.Method) -> TracingOptions {
  var options = TracingOptions()
  options.method = method
  options.closingRadiusAngstrom = 80
  options.votingScaleAngstrom = 160
  options.votingThreshold = 0.5
  return options
}

/// Voxels within the radius of a place's own, by the definition.
private func ball(_ radius: Double) -> [SIMD3<Int>] {
  let reach = Int(radius)
  var steps: [SIMD3<Int>] = []
  for z in -reach...reach {
    for y in -reach...reach {
      for x in -reach...reach {
        let square = Double(x * x + y * y + z * z)
        if square <= radius * radius { steps.append(SIMD3(x, y, z)) }
      }
    }
  }
  return steps
}

/// Closing by its definition; outside the volume nothing is known, so nothing is taken away there.
private func closed(_ mask: Block<Int8>, radius: Double) -> [Int8] {
  let steps = ball(radius)
  func transformed(_ block: Block<Int8>, to value: Int8) -> Block<Int8> {
    var result = block
    for voxel in places(of: block, where: { $0 == value }) {
      for step in steps {
        let index = VoxelIndex(
          x: Int(voxel.x) + step.x, y: Int(voxel.y) + step.y, z: Int(voxel.z) + step.z)
        if block.region.contains(index) { result[index] = value }
      }
    }
    return result
  }
  return transformed(transformed(mask, to: 1), to: 0).samples
}

@Suite("Baselines of gap tracing") struct BaselineTests {
  @Test("Closing is the closing by its definition, but for parts too small to be gaps")
  func closing() throws {
    let mask = sheet(hole: 6)
    let traced = try Traced(mask, options: options(.closing))
    let expected = closed(mask, radius: 8)
    #expect(traced.mask.samples == expected)
    #expect(traced.bridges.count == 1)
    let bridge = try #require(traced.bridges.first)
    #expect(bridge.method == "closing" && bridge.accepted && bridge.probability == nil)
    #expect(bridge.voxels == traced.added.count && bridge.hiddenShare == 1)
  }

  @Test("Closing with a ball smaller than the hole leaves the middle open")
  func smallBall() throws {
    let traced = try Traced(sheet(hole: 11), options: options(.closing))
    #expect(traced.mask[VoxelIndex(x: 19, y: 19, z: 12)] == 0)
  }

  @Test("Tensor voting closes a hole narrower than its scale in the plane, and no straight rim")
  func tensorVoting() throws {
    let traced = try Traced(sheet(hole: 6), options: options(.tensorVoting))
    #expect(traced.mask[VoxelIndex(x: 19, y: 19, z: 12)] == 1)
    #expect(traced.added.allSatisfy { abs($0.z - 12) <= 2 })
    #expect(traced.bridges.count == 1 && traced.bridges[0].hiddenShare == 1)
    var half = sheet(hole: 0)
    for z in 0..<24 {
      for y in 0..<40 {
        for x in 20..<40 { half[VoxelIndex(x: x, y: y, z: z)] = 0 }
      }
    }
    let rim = try Traced(half, options: options(.tensorVoting))
    #expect(rim.added.allSatisfy { $0.x <= 24 })
  }

  @Test("Inside a whole flat membrane the saliency is about 1, and its normal the membrane's")
  func saliency() {
    var samples: [MidSurfaceSample] = []
    for y in 0..<60 {
      for x in 0..<60 {
        let position = SIMD3<Double>(Double(x) * 10, Double(y) * 10, 100)
        let normal = SIMD3<Double>(0, 0, x % 2 == 0 ? 1 : -1)
        samples.append(
          MidSurfaceSample(
            voxel: .zero, position: position, normal: normal, halfThicknessAngstrom: 20,
            areaSquareAngstrom: 100))
      }
    }
    let geometry = VolumeGeometry(
      size: VolumeSize(x: 60, y: 60, z: 20), voxelSizeAngstrom: 10)
    let field = VotingField(samples, geometry: geometry, scale: 120, workers: .one)
    let ridge = field.ridge(threshold: 0.9)
    #expect(!ridge.isEmpty)
    #expect(ridge.allSatisfy { abs($0.position.z - 100) < 2 && 0.99 < abs($0.normal.z) })
    let peak = field.saliency.max() ?? 0
    // Votes below 3 % of the strongest are not cast.
    #expect(0.9 < peak && peak < 1.05)
  }
}
