import LinearAlgebra
import Meshes
import RealModule
import Volumes

/// A tubule of changing radius along a curved axis, closed by half spheres.
///
/// The axis is a chain of short segments; the distance is that to the nearest of them minus the
/// radius there.
struct TubeShape: MembraneShape {
  let kind: String
  let axis: [SIMD3<Double>]
  let radiiAngstrom: [Double]
  private let segments: [Segment]

  private struct Segment: Sendable {
    let start: SIMD3<Float>
    let along: SIMD3<Float>
    let inverseSquare: Float
    let radius: Float
    let radiusChange: Float
    let lower: SIMD3<Float>
    let upper: SIMD3<Float>
  }

  /// - Parameter axis: at least two different points.
  init(kind: String, axis: [SIMD3<Double>], radiiAngstrom: [Double]) {
    precondition(1 < axis.count && axis.count == radiiAngstrom.count, "A tube has an axis.")
    self.kind = kind
    self.axis = axis
    self.radiiAngstrom = radiiAngstrom
    segments = (1..<axis.count).map { index in
      let start = SIMD3<Float>(axis[index - 1])
      let end = SIMD3<Float>(axis[index])
      let radius = Float(max(radiiAngstrom[index - 1], radiiAngstrom[index]))
      return Segment(
        start: start, along: end - start, inverseSquare: 1 / (end - start).squaredLength,
        radius: Float(radiiAngstrom[index - 1]),
        radiusChange: Float(radiiAngstrom[index] - radiiAngstrom[index - 1]),
        lower: pointwiseMin(start, end) - radius, upper: pointwiseMax(start, end) + radius)
    }
  }

  var enclosesVolume: Bool { true }

  var lower: SIMD3<Double> {
    axis.reduce(axis[0]) { pointwiseMin($0, $1) } - (radiiAngstrom.max() ?? 0)
  }

  var upper: SIMD3<Double> {
    axis.reduce(axis[0]) { pointwiseMax($0, $1) } + (radiiAngstrom.max() ?? 0)
  }

  func fillDistances(
    _ row: inout MutableSpan<Float>, start: SIMD3<Float>, step: Float, band: Float
  ) {
    for x in row.indices { row[x] = band }
    for segment in segments {
      let (low, high) = (segment.lower - band, segment.upper + band)
      if start.y < low.y || high.y < start.y || start.z < low.z || high.z < start.z { continue }
      let first = max(0, Int(((low.x - start.x) / step).rounded(.up)))
      let last = min(row.count - 1, Int(((high.x - start.x) / step).rounded(.down)))
      guard first <= last else { continue }
      for x in first...last {
        let offset = start + SIMD3(Float(x) * step, 0, 0) - segment.start
        let share = min(max(offset.dot(segment.along) * segment.inverseSquare, 0), 1)
        let rest = offset - segment.along * share
        let distance =
          rest.length - segment.radius - segment.radiusChange * share
        row[x] = min(row[x], max(distance, -band))
      }
    }
  }

  func mesh(edgeAngstrom: Double) -> TriangleMesh {
    let widest = radiiAngstrom.max() ?? 0
    let around = max(12, Int((2 * .pi * widest / edgeAngstrom).rounded(.up)))
    let cap = max(3, around / 4)
    var rings: [(centre: SIMD3<Double>, radius: Double, frame: Frame)] = []
    let frames = transportedFrames()
    func appendCap(_ frame: Frame, radius: Double, sign: Double, steps: [Int]) {
      for step in steps {
        let angle = Double(step) / Double(cap) * .pi / 2
        rings.append(
          (
            frame.origin + frame.normal * (sign * radius * .cos(angle)), radius * .sin(angle),
            frame
          ))
      }
    }
    appendCap(frames[0], radius: radiiAngstrom[0], sign: -1, steps: Array(1..<cap))
    for index in axis.indices { rings.append((axis[index], radiiAngstrom[index], frames[index])) }
    let last = axis.count - 1
    appendCap(
      frames[last], radius: radiiAngstrom[last], sign: 1, steps: Array((1..<cap).reversed()))
    var mesh = TriangleMesh()
    for ring in rings {
      for step in 0..<around {
        let angle = 2 * .pi * Double(step) / Double(around)
        mesh.vertices.append(
          ring.centre
            + (ring.frame.first * .cos(angle) + ring.frame.second * .sin(angle)) * ring.radius)
      }
    }
    mesh.vertices.append(axis[0] - frames[0].normal * radiiAngstrom[0])
    mesh.vertices.append(axis[last] + frames[last].normal * radiiAngstrom[last])
    mesh.triangles = ringTriangles(rings: rings.count, around: around)
    return mesh
  }

  /// Frames along the axis whose first direction turns as little as possible.
  private func transportedFrames() -> [Frame] {
    var frames: [Frame] = []
    for index in axis.indices {
      let before = axis[max(index - 1, 0)]
      let after = axis[min(index + 1, axis.count - 1)]
      var frame = Frame(origin: axis[index], normal: after - before, turn: 0)
      if let last = frames.last {
        frame.first = (last.first - frame.normal * last.first.dot(frame.normal)).normalized
        frame.second = frame.normal.cross(frame.first)
      }
      frames.append(frame)
    }
    return frames
  }
}

/// Triangles of rings of vertices stacked along an axis, the two poles being the last vertices.
func ringTriangles(rings: Int, around: Int) -> [SIMD3<Int32>] {
  var triangles: [SIMD3<Int32>] = []
  func vertex(_ ring: Int, _ step: Int) -> Int32 { Int32(ring * around + step % around) }
  for step in 0..<around {
    triangles.append(SIMD3(Int32(rings * around), vertex(0, step + 1), vertex(0, step)))
    triangles.append(
      SIMD3(Int32(rings * around + 1), vertex(rings - 1, step), vertex(rings - 1, step + 1)))
    for ring in 1..<max(rings, 1) {
      let (a, b) = (vertex(ring - 1, step), vertex(ring - 1, step + 1))
      let (c, d) = (vertex(ring, step), vertex(ring, step + 1))
      triangles.append(SIMD3(a, b, d))
      triangles.append(SIMD3(a, d, c))
    }
  }
  return triangles
}
