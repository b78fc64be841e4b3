import Meshes
import Volumes

/// Moves vertices onto the surface and tells how far they lie beyond the samples' rim.
struct RimTrim: Sendable {
  private let samples: OrientedSamples
  private let index: PointIndex
  private let reach: Double

  init(_ samples: OrientedSamples, reach: Double) {
    (self.samples, self.reach) = (samples, reach)
    index = PointIndex(samples.positions)
  }

  /// The mesh with each vertex on the zero of the signed distance itself, not of its linear
  /// interpolation, and for each vertex how far off, along the surface, the weighted mean of the
  /// samples lies: 0 inside a sheet, `rimOffset` × reach on its rim, more beyond.
  func settle(
    _ mesh: TriangleMesh, within limit: Double, workers: Workers
  ) -> (mesh: TriangleMesh, offsets: [Double]) {
    let chunk = 512
    let count = mesh.vertices.count
    let settled = workers.map((count + chunk - 1) / chunk) { part in
      (part * chunk..<min((part + 1) * chunk, count)).map {
        settle(mesh.vertices[$0], within: limit)
      }
    }.flatMap { $0 }
    var result = mesh
    result.vertices = settled.map { $0.position }
    return (result, settled.map { $0.offset })
  }

  private func settle(
    _ vertex: SIMD3<Double>, within limit: Double
  ) -> (position: SIMD3<Double>, offset: Double) {
    var sums = KernelSums()
    index.forEach(within: reach, of: vertex) { number in
      let step = samples.positions[number] - vertex
      let position = SIMD3(Float(step.x), Float(step.y), Float(step.z))
      let normal = samples.normals[number]
      sums.add(
        KernelSums.sample(
          position: position, normal: SIMD3(Float(normal.x), Float(normal.y), Float(normal.z)),
          area: Float(samples.areas[number])),
        squaredShare: Float(min(step.dot(step) / (reach * reach), 1)))
    }
    guard 0 < sums.weight else { return (vertex, reach) }
    let sum = sums.normalSum
    let normal = SIMD3(Double(sum.x), Double(sum.y), Double(sum.z)).normalized
    let mean = SIMD3(Double(sums.mean.x), Double(sums.mean.y), Double(sums.mean.z))
    let along = mean - mean.dot(normal) * normal
    let distance = Double(sums.distance(of: .zero))
    let step = min(max(distance, -limit), limit)
    return (vertex - step * normal, along.length)
  }
}
