import Morphology
import TestSupport
import Testing
import Volumes

/// Every pair of voxels, as the definition says.
private func naiveDistance(
  of mask: Block<Int8>, spacing: SIMD3<Double>, to target: (Int8) -> Bool
) -> [Float] {
  var places: [SIMD3<Double>] = []
  let region = mask.region
  for z in region.lower.z..<region.upper.z {
    for y in region.lower.y..<region.upper.y {
      for x in region.lower.x..<region.upper.x {
        places.append(SIMD3(Double(x), Double(y), Double(z)) * spacing)
      }
    }
  }
  let targets = zip(places, mask.samples).filter { target($0.1) }.map(\.0)
  return places.map { place in
    targets.map { Float((($0 - place) * ($0 - place)).sum().squareRoot()) }.min() ?? .infinity
  }
}

@Suite("Distance transform") struct DistanceTransformTests {
  @Test(
    "equals the distance over all pairs",
    arguments: [
      (VolumeSize(x: 1, y: 1, z: 1), 0.5), (VolumeSize(x: 7, y: 1, z: 5), 0.1),
      (VolumeSize(x: 11, y: 9, z: 8), 0.02), (VolumeSize(x: 6, y: 7, z: 13), 0.9),
    ])
  func matchesNaive(size: VolumeSize, density: Double) {
    for spacing in [SIMD3(1.0, 1, 1), SIMD3(13.5, 10.2, 27)] {
      let mask = randomMask(size: size, density: density, seed: 7)
      let near = euclideanDistance(toNonzeroOf: mask, spacing: spacing, workers: .one)
      for (a, b) in zip(near.samples, naiveDistance(of: mask, spacing: spacing) { $0 != 0 }) {
        #expect(a == b || abs(a - b) < 1e-4 * b)
      }
      let deep = euclideanDistance(toZeroOf: mask, spacing: spacing, workers: Workers(count: 3))
      for (a, b) in zip(deep.samples, naiveDistance(of: mask, spacing: spacing) { $0 == 0 }) {
        #expect(a == b || abs(a - b) < 1e-4 * b)
      }
    }
  }

  @Test("An empty mask is infinitely far, a block without voxels has no distance")
  func empty() {
    let mask = Block<Int8>(region: Region(VolumeSize(x: 3, y: 4, z: 5)), repeating: 0)
    let distance = euclideanDistance(
      toNonzeroOf: mask, spacing: SIMD3(repeating: 1), workers: .one)
    #expect(distance.samples.allSatisfy { $0 == .infinity })
    let none = Block<Int8>(region: Region(VolumeSize(x: 0, y: 4, z: 5)), samples: [])
    #expect(
      euclideanDistance(toNonzeroOf: none, spacing: SIMD3(repeating: 1), workers: .one).samples
        .isEmpty)
  }

  @Test("Growing a point gives a ball, shrinking the ball gives back the point")
  func dilation() {
    var mask = Block<Int8>(region: Region(VolumeSize(x: 13, y: 13, z: 13)), repeating: 0)
    let centre = VoxelIndex(x: 6, y: 6, z: 6)
    mask[centre] = 1
    let spacing = SIMD3(2.0, 2, 2)
    let ball = mask.dilated(by: 6, spacing: spacing, workers: .one)
    let whole = { (x: Int) in (x - 6) * (x - 6) }
    for z in 0..<13 {
      for y in 0..<13 {
        for x in 0..<13 {
          let inside = whole(x) + whole(y) + whole(z) <= 9
          #expect(ball[VoxelIndex(x: x, y: y, z: z)] == (inside ? 1 : 0))
        }
      }
    }
    #expect(ball.eroded(by: 6, spacing: spacing, workers: .one) == mask)
  }

  @Test("Shrinking takes nothing away at the border, which is unknown")
  func erosionAtBorder() {
    let full = Block<Int8>(region: Region(VolumeSize(x: 4, y: 3, z: 2)), repeating: 1)
    #expect(full.eroded(by: 5, spacing: SIMD3(repeating: 1), workers: .one) == full)
  }
}
