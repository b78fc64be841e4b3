import LinearAlgebra
import Meshes
import Volumes

/// Moves vertices onto the surface and tells how far they lie beyond the samples' rim.
struct RimTrim: Sendable {
  private let samples: OrientedSamples
  private let index: PointIndex
  private let reach: Double
  private let extent: LabelExtent

  init(_ samples: OrientedSamples, reach: Double, extent: LabelExtent) {
    (self.samples, self.reach, self.extent) = (samples, reach, extent)
    index = PointIndex(samples.positions)
  }

  /// The mesh with each vertex on the zero of the signed distance itself, not of its linear
  /// interpolation, and for each vertex how far off, along the surface, the weighted mean of the
  /// samples lies, less what it does on the rim: 0 on the rim, above it beyond.
  func settle(
    _ mesh: TriangleMesh, within limit: Double, workers: Workers
  ) -> (mesh: TriangleMesh, offsets: [Double]) {
    let chunk = 512
    let count = mesh.vertices.count
    let onEdge = KernelSums.rimOffset(inset: 0) * reach
    let onRim = KernelSums.rimOffset(inset: extent.rimInsetAngstrom / reach) * reach
    let settled = workers.map((count + chunk - 1) / chunk) { part in
      (part * chunk..<min((part + 1) * chunk, count)).map {
        settle(mesh.vertices[$0], within: limit)
      }
    }.flatMap { $0 }
    var result = mesh
    result.vertices = settled.map { $0.position }
    let offsets = settled.map { vertex in
      vertex.offset - (extent.isCut(at: vertex.position, within: reach) ? onEdge : onRim)
    }
    return (result, offsets)
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

/// Where a label ends, and why.
struct LabelExtent: Sendable {
  /// How far inside the outermost samples the sheet's own rim lies, in Å.
  let rimInsetAngstrom: Double
  private let lower: SIMD3<Double>
  private let upper: SIMD3<Double>

  /// - Parameters:
  ///   - halfThicknesses: of the label at its samples, in Å.
  ///   - geometry: of the whole volume.
  init(halfThicknesses: [Double], geometry: VolumeGeometry) {
    let voxel = geometry.meanVoxelSizeAngstrom
    let median = halfThicknesses.sorted()[halfThicknesses.count / 2]
    rimInsetAngstrom = voxel * Self.overhang(halfThickness: median / voxel)
    lower = geometry.position(of: .zero).angstrom
    let last = geometry.bounds.upper
    upper = geometry.position(of: VoxelIndex(x: last.x - 1, y: last.y - 1, z: last.z - 1)).angstrom
  }

  /// How far the mid-surface samples of a label with a round edge, all voxels within half a
  /// thickness of a sheet, run beyond the sheet's rim. Voxels; measured on spherical caps of two
  /// curvatures, at 2.0 on half spheres and cylinders of three radii (`bilayer-bench analytic rims`), which
  /// agree with the rest to 0.1. Thick labels are smoothed more, and their ends are lost.
  private static func overhang(halfThickness: Double) -> Double {
    let measured = [(0.0, 0.0), (1.2, 1.16), (1.6, 1.56), (2.0, 1.25), (2.5, 0.79), (3.0, 0.67)]
    for (low, high) in zip(measured, measured.dropFirst()) where halfThickness < high.0 {
      let share = max(halfThickness - low.0, 0) / (high.0 - low.0)
      return low.1 + share * (high.1 - low.1)
    }
    return 0.67
  }

  /// Whether the volume's border is so near that it, and not the membrane, ends the label.
  func isCut(at place: SIMD3<Double>, within reach: Double) -> Bool {
    pointwiseMin(place - lower, upper - place).min() < reach
  }
}
