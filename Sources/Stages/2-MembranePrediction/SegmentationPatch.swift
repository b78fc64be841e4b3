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
    // By code: background, membrane, not known, hidden.
    let weights = SIMD4<Float>(1, 1, 0, hiddenWeight)
    density = [Float](repeating: 0, count: patch.count)
    target = density
    weight = density
    let (cosine, sine) = (Float.cos(place.turn) * place.zoom, Float.sin(place.turn) * place.zoom)
    let stepX = SIMD2(cosine * place.mirrored.x, sine * place.mirrored.y)
    let stepY = SIMD2(-sine * place.mirrored.x, cosine * place.mirrored.y)
    let middle = SIMD3(Float(patch.x - 1), Float(patch.y - 1), Float(patch.z - 1)) / 2
    let size = example.size
    for z in 0..<patch.z {
      let depth = place.centre.z + (Float(z) - middle.z) * place.zoom * place.mirrored.z
      for y in 0..<patch.y {
        let start =
          SIMD2(place.centre.x, place.centre.y) + (Float(y) - middle.y) * stepY - middle.x * stepX
        let row = (z * patch.y + y) * patch.x
        sampleRow(
          example, size, depth: depth, start: start, step: stepX, weights: weights,
          into: row..<row + patch.x)
      }
    }
  }

  /// One row of the patch: a straight line through one depth of the volume.
  private mutating func sampleRow(
    _ example: SegmentationExample, _ size: VolumeSize, depth: Float, start: SIMD2<Float>,
    step: SIMD2<Float>, weights: SIMD4<Float>, into range: Range<Int>
  ) {
    let (lastX, lastY, lastZ) = (size.x - 1, size.y - 1, size.z - 1)
    let floorZ = depth.rounded(.down)
    let fz = depth - floorZ
    let sectionSize = size.x &* size.y
    let lowZ = min(max(Int(floorZ), 0), lastZ) &* sectionSize
    let highZ = min(max(Int(floorZ) &+ 1, 0), lastZ) &* sectionSize
    let nearZ = fz < 0.5 ? lowZ : highZ
    let depthIsInside = -0.5 <= depth && depth < Float(size.z) - 0.5
    let values = example.density.span
    let truth = example.truth.span
    for place in range {
      let position = start + Float(place &- range.lowerBound) * step
      let floorX = position.x.rounded(.down)
      let floorY = position.y.rounded(.down)
      let (fx, fy) = (position.x - floorX, position.y - floorY)
      let x0 = min(max(Int(floorX), 0), lastX)
      let x1 = min(max(Int(floorX) &+ 1, 0), lastX)
      let y0 = min(max(Int(floorY), 0), lastY) &* size.x
      let y1 = min(max(Int(floorY) &+ 1, 0), lastY) &* size.x
      func line(_ offset: Int) -> Float {
        let (a, b) = (Float(values[offset &+ x0]), Float(values[offset &+ x1]))
        return a + fx * (b - a)
      }
      let (a, b) = (line(lowZ &+ y0), line(lowZ &+ y1))
      let (c, d) = (line(highZ &+ y0), line(highZ &+ y1))
      let (low, high) = (a + fy * (b - a), c + fy * (d - c))
      density[place] = (low + fz * (high - low)) * SegmentationExample.step
      let code = truth[nearZ &+ (fy < 0.5 ? y0 : y1) &+ (fx < 0.5 ? x0 : x1)]
      let isInside =
        depthIsInside && -0.5 <= position.x && position.x < Float(size.x) - 0.5
        && -0.5 <= position.y && position.y < Float(size.y) - 0.5
      target[place] = code == 1 || code == SegmentationExample.hiddenCode ? 1 : 0
      weight[place] = isInside ? weights[Int(code)] : 0
    }
  }
}
