import RealModule
import Volumes

/// Where a patch lies in a tomogram: patch offset d from its middle falls on
/// `centre + mirrored * zoom * (turned about z)(d)`.
struct PatchPlacement {
  var centre: SIMD3<Float>
  var zoom: Float = 1
  /// Turn about z, radians.
  var turn: Float = 0
  /// 1 or −1 along x, y, z.
  var mirrored = SIMD3<Float>(1, 1, 1)

  init(centre: SIMD3<Float>) { self.centre = centre }

  /// Moves the patch so that it sticks out of the volume no more than it must.
  mutating func pull(inside size: VolumeSize, patch: VolumeSize) {
    let lengths = SIMD3(Float(size.x), Float(size.y), Float(size.z))
    let half = SIMD3(Float(patch.x), Float(patch.y), Float(patch.z)) * (zoom / 2)
    for axis in 0..<3 {
      let (low, high) = (half[axis] - 0.5, lengths[axis] - half[axis] - 0.5)
      centre[axis] =
        low < high ? min(max(centre[axis], low), high) : (lengths[axis] - 1) / 2
    }
  }
}

/// A patch cut out of an example.
struct SegmentationPatch: Sendable {
  var density: [Float]
  var target: [Float]
  var weight: [Float]

  init(
    _ example: SegmentationExample, _ place: PatchPlacement, size patch: VolumeSize,
    hiddenWeight: Float
  ) {
    var density = [Float](repeating: 0, count: patch.count)
    var (target, weight) = (density, density)
    let (cosine, sine) = (Float.cos(place.turn) * place.zoom, Float.sin(place.turn) * place.zoom)
    let stepX = SIMD2(cosine * place.mirrored.x, sine * place.mirrored.y)
    let stepY = SIMD2(-sine * place.mirrored.x, cosine * place.mirrored.y)
    let middle = SIMD3(Float(patch.x - 1), Float(patch.y - 1), Float(patch.z - 1)) / 2
    let sampler = PatchSampler(example, step: stepX, hiddenWeight: hiddenWeight)
    var densities = density.mutableSpan
    var targets = target.mutableSpan
    var weights = weight.mutableSpan
    for z in 0..<patch.z {
      let depth = place.centre.z + (Float(z) - middle.z) * place.zoom * place.mirrored.z
      for y in 0..<patch.y {
        let start =
          SIMD2(place.centre.x, place.centre.y) + (Float(y) - middle.y) * stepY - middle.x * stepX
        let row = (z * patch.y + y) * patch.x
        sampler.fill(
          row..<row + patch.x, density: &densities, target: &targets, weight: &weights,
          depth: depth, start: start)
      }
    }
    (self.density, self.target, self.weight) = (density, target, weight)
  }
}
