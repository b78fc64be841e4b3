import Morphology
import Volumes

/// A place where a membrane ends in free space: one voxel of a fragment's rim.
struct Rim: Sendable {
  /// On the mid-surface, in Å.
  var position: SIMD3<Double>
  /// Unit normal of the surface at the rim; either sign.
  var normal: SIMD3<Double>
  /// Unit tangent that leaves the membrane across the rim.
  var outward: SIMD3<Double>
  /// Half of the membrane's thickness in Å.
  var halfThickness: Double

  /// Unit tangent along the rim; its sign goes with the normal's.
  var along: SIMD3<Double> { cross(normal, outward) }
}

/// Finds rims among the mid-surface samples of a tile.
struct RimFinder {
  /// Radius of the neighbourhood that decides, in voxels: wide enough to average the rim's raggedness,
  /// small against the radii of vesicles.
  static let reachVoxels = 5.0
  /// How far, in reaches, the centre of the neighbourhood lies from the sample: 0 inside a sheet,
  /// 4/3π = 0.42 on a straight rim.
  private static let leastImbalance = 0.22

  private let samples: [MidSurfaceSample]
  private let grid: PointGrid
  private let geometry: VolumeGeometry
  private let voxel: Double
  private let tile: Region

  /// Takes the samples in and around a tile, from fragments that may have rims.
  init(_ samples: [MidSurfaceSample], tile: Region, geometry: VolumeGeometry) {
    self.samples = samples
    self.tile = tile
    self.geometry = geometry
    voxel = geometry.meanVoxelSizeAngstrom
    grid = PointGrid(samples.map(\.position), edge: Self.reachVoxels * voxel)
  }

  /// The rims of the tile's own voxels.
  func rims(workers: Workers) -> [Rim] {
    workers.map(samples.count) { index -> [Rim] in
      tile.contains(samples[index].voxel) ? rim(at: index).map { [$0] } ?? [] : []
    }.flatMap { $0 }
  }

  /// The rim at a sample, if it is one.
  private func rim(at index: Int) -> Rim? {
    let sample = samples[index]
    let neighbours = sheet(around: sample)
    guard 6 <= neighbours.count else { return nil }
    var (centre, weight) = (SIMD3<Double>.zero, 0.0)
    for neighbour in neighbours {
      centre += neighbour.area * neighbour.offset
      weight += neighbour.area
    }
    centre /= weight
    let distance = dot(centre, centre).squareRoot()
    guard Self.leastImbalance * Self.reachVoxels * voxel < distance else { return nil }
    let outward = -centre / distance
    // Only the outermost samples: none straight ahead.
    let ahead = neighbours.contains { neighbour in
      let forward = dot(neighbour.offset, outward)
      return 0.6 * voxel < forward && neighbour.offset.squaredLength < 2 * forward * forward
    }
    guard !ahead, !leavesVolume(sample.position, outward) else { return nil }
    let normal = extrapolatedNormal(of: sample, neighbours, outward: outward)
    let tangent = outward - dot(outward, normal) * normal
    return Rim(
      position: sample.position, normal: normal, outward: tangent.normalised,
      halfThickness: sample.halfThicknessAngstrom)
  }

  /// A sample of the same sheet near another.
  private struct Neighbour {
    /// From the other, projected to its tangent plane.
    var offset: SIMD3<Double>
    /// Normal, turned to the other's side.
    var normal: SIMD3<Double>
    var area: Double
  }

  private func sheet(around sample: MidSurfaceSample) -> [Neighbour] {
    var neighbours: [Neighbour] = []
    grid.forEachPoint(near: sample.position, radius: Self.reachVoxels * voxel) { index in
      let other = samples[index]
      let away = other.position - sample.position
      let height = dot(away, sample.normal)
      let alignment = dot(other.normal, sample.normal)
      guard abs(height) < 2.5 * voxel, abs(alignment) > 0.5 else { return }
      neighbours.append(
        Neighbour(
          offset: away - height * sample.normal,
          normal: alignment < 0 ? -other.normal : other.normal,
          area: other.areaSquareAngstrom))
    }
    return neighbours
  }

  /// The normal at the rim, extrapolated: on a curved sheet the mean normal lags behind.
  private func extrapolatedNormal(
    of sample: MidSurfaceSample, _ neighbours: [Neighbour], outward: SIMD3<Double>
  ) -> SIMD3<Double> {
    var (sum, sumX, sumXX) = (0.0, 0.0, 0.0)
    var (sumN, sumXN) = (SIMD3<Double>.zero, SIMD3<Double>.zero)
    for neighbour in neighbours {
      let x = dot(neighbour.offset, outward)
      sum += neighbour.area
      sumX += neighbour.area * x
      sumXX += neighbour.area * x * x
      sumN += neighbour.area * neighbour.normal
      sumXN += neighbour.area * x * neighbour.normal
    }
    let determinant = sum * sumXX - sumX * sumX
    guard 1e-6 * sum * sumXX < determinant else { return sample.normal }
    return ((sumXX * sumN - sumX * sumXN) / determinant).normalised
  }

  /// A membrane that ends at the volume's border does not end.
  private func leavesVolume(_ position: SIMD3<Double>, _ outward: SIMD3<Double>) -> Bool {
    let ahead = geometry.coordinate(of: Position(angstrom: position + 3 * voxel * outward))
    let size = geometry.size
    let last = SIMD3(Double(size.x - 1), Double(size.y - 1), Double(size.z - 1))
    return ahead.min() < 0 || 0 < (ahead - last).max()
  }
}

extension SIMD3<Double> {
  /// Square of the length.
  var squaredLength: Double { (self * self).sum() }

  /// The vector of length 1; itself where it has no length.
  var normalised: SIMD3<Double> {
    let length = squaredLength.squareRoot()
    return 0 < length ? self / length : self
  }
}
