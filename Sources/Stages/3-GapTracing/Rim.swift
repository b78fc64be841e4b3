import LinearAlgebra
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
  /// How the membrane bends towards the normal as it comes to the rim, in 1/Å.
  var curvature: Double

  /// Unit tangent along the rim; its sign goes with the normal's.
  var along: SIMD3<Double> { normal.cross(outward) }
}

/// Finds rims among the mid-surface samples of a tile.
struct RimFinder {
  /// Radius of the neighbourhood that tells a rim, in voxels: wide enough to average the rim's
  /// raggedness, not much wider than the smallest holes that matter.
  private static let reachVoxels = 5.0
  /// Radius of the piece of surface whose fit gives the rim's place and tangent, in voxels.
  static let fitVoxels = 9.0
  /// Where nothing of the sheet may lie straight ahead of a rim, in voxels.
  private static let aheadVoxels = 2.5
  /// How far, in reaches, the centre of the neighbourhood lies from the sample: 0 inside a sheet,
  /// 4/3π = 0.42 on a straight rim, 0.15 on the rim of a hole as wide as the reach.
  private static let leastImbalance = 0.1

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
    let neighbours = sheet(around: sample, radius: Self.reachVoxels * voxel)
    guard 6 <= neighbours.count else { return nil }
    var (centre, weight) = (SIMD3<Double>.zero, 0.0)
    for neighbour in neighbours {
      centre += neighbour.area * neighbour.offset
      weight += neighbour.area
    }
    centre /= weight
    let distance = centre.length
    guard Self.leastImbalance * Self.reachVoxels * voxel < distance else { return nil }
    let outward = -centre / distance
    // Only the outermost samples: none near and straight ahead.
    let farthest = Self.aheadVoxels * Self.aheadVoxels * voxel * voxel
    let ahead = neighbours.contains { neighbour in
      let forward = neighbour.offset.dot(outward)
      let square = neighbour.offset.squaredLength
      return 0.6 * voxel < forward && square < 2 * forward * forward && square < farthest
    }
    guard !ahead, !leavesVolume(sample.position, outward) else { return nil }
    return fittedRim(at: sample, outward: outward)
  }

  /// The rim's place and tangent from a quadratic fit to the sheet behind it: single normals are off
  /// by degrees, and the mean of many lags behind on a curved sheet.
  private func fittedRim(at sample: MidSurfaceSample, outward: SIMD3<Double>) -> Rim? {
    let radius = Self.fitVoxels * voxel
    let along = sample.normal.cross(outward)
    // The outermost voxel's positions are the least sure: the mask's end draws them to its corners.
    var patch = QuadraticPatch()
    var halfThickness = (sum: 0.0, count: 0.0)
    for neighbour in sheet(around: sample, radius: radius) {
      let x = neighbour.offset.dot(outward) / radius
      let y = neighbour.offset.dot(along) / radius
      patch.add(
        x: x, y: y, height: neighbour.height / radius,
        weight: neighbour.area * max(1 - x * x - y * y, 0.05) * (-x * radius < voxel ? 0.1 : 1))
      halfThickness.sum += neighbour.halfThickness
      halfThickness.count += 1
    }
    guard let fit = patch.coefficients() else { return nil }
    let normal = (sample.normal - fit[1] * outward - fit[2] * along).normalized
    let tangent = outward - outward.dot(normal) * normal
    return Rim(
      position: sample.position + fit[0] * radius * sample.normal, normal: normal,
      outward: tangent.normalized,
      halfThickness: halfThickness.sum / max(halfThickness.count, 1),
      curvature: 2 * fit[3] / radius)
  }

  /// A sample of the same sheet near another.
  private struct Neighbour {
    /// From the other, projected to its tangent plane.
    var offset: SIMD3<Double>
    /// Above that plane.
    var height: Double
    var area: Double
    var halfThickness: Double
  }

  private func sheet(around sample: MidSurfaceSample, radius: Double) -> [Neighbour] {
    var neighbours: [Neighbour] = []
    grid.forEachPoint(near: sample.position, radius: radius) { index in
      let other = samples[index]
      let away = other.position - sample.position
      let height = away.dot(sample.normal)
      // A fold or a second sheet is told by its height, which on a sheet bent to the tightest radius
      // stays below this cone, or by its normal.
      guard abs(height) < 2 * voxel + 0.25 * away.length,
        abs(other.normal.dot(sample.normal)) > 0.5
      else { return }
      neighbours.append(
        Neighbour(
          offset: away - height * sample.normal, height: height, area: other.areaSquareAngstrom,
          halfThickness: other.halfThicknessAngstrom))
    }
    return neighbours
  }

  /// A membrane that ends at the volume's border does not end.
  private func leavesVolume(_ position: SIMD3<Double>, _ outward: SIMD3<Double>) -> Bool {
    let ahead = geometry.coordinate(of: Position(angstrom: position + 3 * voxel * outward))
    let size = geometry.size
    let last = SIMD3(Double(size.x - 1), Double(size.y - 1), Double(size.z - 1))
    return ahead.min() < 0 || 0 < (ahead - last).max()
  }
}
