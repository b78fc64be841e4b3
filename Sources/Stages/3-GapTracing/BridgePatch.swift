import Graphs
import LinearAlgebra
import Morphology
import TomogramModel
import Volumes

/// Neighbouring paths across one gap: a piece of surface.
struct BridgePatch: Sendable {
  var paths: [BridgePath]

  /// Mean cost of the paths.
  var cost: Double { paths.map(\.cost).reduce(0, +) / Double(paths.count) }

  /// The path of median length: stands for the patch in the record.
  var middle: BridgePath {
    let lengths = paths.map(\.length)
    let order = paths.indices.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
    return paths[order[order.count / 2]]
  }

  /// Gathers paths whose ends are neighbours, at both ends, in either direction, and those that cross
  /// each other in the middle of one surface.
  static func patches(of paths: [BridgePath], voxel: Double) -> [BridgePatch] {
    var sets = UnionFind(count: paths.count)
    let ends = PointGrid(
      paths.flatMap { [$0.start, $0.end] }, edge: 3 * voxel)
    for (index, path) in paths.enumerated() {
      ends.forEachPoint(near: path.start, radius: 3 * voxel) { point in
        let other = paths[point / 2]
        let farEnd = point % 2 == 0 ? other.end : other.start
        // Paths fan out across a round hole, so the far ends may be somewhat farther apart.
        if (farEnd - path.end).squaredLength <= 64 * voxel * voxel {
          sets.unite(index, point / 2)
        }
      }
    }
    let middles = PointGrid(paths.map { $0.points[$0.points.count / 2] }, edge: 3 * voxel)
    for (index, path) in paths.enumerated() {
      let half = path.points.count / 2
      middles.forEachPoint(near: path.points[half], radius: 2.5 * voxel) { other in
        let normal = paths[other].normals[paths[other].points.count / 2]
        if 0.8 < abs(normal.dot(path.normals[half])) { sets.unite(index, other) }
      }
    }
    return sets.sets().map { BridgePatch(paths: $0.map { paths[$0] }) }
  }

  /// Makes one surface of paths that cross at slightly different heights: each point moves along its
  /// normal to the mean height of the points around it. The ends stay on the rims.
  mutating func smoothed(voxel: Double) {
    let radius = 2.5 * voxel
    for _ in 0..<2 {
      let points = paths.flatMap(\.points)
      let normals = paths.flatMap(\.normals)
      let grid = PointGrid(points, edge: radius)
      for p in paths.indices {
        let last = paths[p].points.count - 1
        for k in 1..<max(last, 1) {
          let (point, normal) = (paths[p].points[k], paths[p].normals[k])
          var (height, turned, count) = (0.0, SIMD3<Double>.zero, 0.0)
          grid.forEachPoint(near: point, radius: radius) { other in
            let alignment = normals[other].dot(normal)
            guard abs(alignment) > 0.5 else { return }
            height += (points[other] - point).dot(normal)
            turned += alignment < 0 ? -normals[other] : normals[other]
            count += 1
          }
          guard 0 < count else { continue }
          paths[p].points[k] = point + height / count * normal
          paths[p].normals[k] = turned.normalized
        }
      }
    }
  }

  /// The voxels of the patch: those within the membrane's half thickness of a path along its normal
  /// and 1.3 voxels beside it, so that neighbouring paths leave no slit; with each the smallest
  /// distance's normal.
  func voxels(in geometry: VolumeGeometry) -> [VoxelIndex: SIMD3<Double>] {
    let voxel = geometry.meanVoxelSizeAngstrom
    let beside = 1.3 * voxel
    var found: [VoxelIndex: (square: Double, normal: SIMD3<Double>)] = [:]
    for path in paths {
      let reach = (path.halfThickness * path.halfThickness + beside * beside).squareRoot()
      for (point, normal) in zip(path.points, path.normals) {
        let box = geometry.box(around: point, radius: reach)
        for z in box.lower.z..<box.upper.z {
          for y in box.lower.y..<box.upper.y {
            for x in box.lower.x..<box.upper.x {
              let index = VoxelIndex(x: x, y: y, z: z)
              let away = geometry.position(of: index).angstrom - point
              let height = away.dot(normal)
              let square = away.squaredLength
              guard abs(height) <= path.halfThickness,
                square - height * height <= beside * beside
              else { continue }
              if let old = found[index], old.square <= square { continue }
              found[index] = (square, normal)
            }
          }
        }
      }
    }
    return found.mapValues(\.normal)
  }
}

extension VolumeGeometry {
  /// The voxels whose centres lie in the cube around a place, clamped to the volume.
  func box(around place: SIMD3<Double>, radius: Double) -> Region {
    let lower = coordinate(of: Position(angstrom: place - radius)).rounded(.up)
    let upper = coordinate(of: Position(angstrom: place + radius)).rounded(.down)
    return Region(
      lower: VoxelIndex(x: Int(lower.x), y: Int(lower.y), z: Int(lower.z)),
      upper: VoxelIndex(
        x: max(Int(upper.x) + 1, Int(lower.x)), y: max(Int(upper.y) + 1, Int(lower.y)),
        z: max(Int(upper.z) + 1, Int(lower.z)))
    ).clamped(to: bounds)
  }

  /// Place of a voxel among all samples, x fastest.
  func offset(of index: VoxelIndex) -> Int { (index.z * size.y + index.y) * size.x + index.x }

  /// The voxel nearest to a place; nil outside the volume.
  func nearestVoxel(to place: SIMD3<Double>) -> VoxelIndex? {
    let nearest = coordinate(of: Position(angstrom: place)).rounded(.toNearestOrEven)
    let index = VoxelIndex(x: Int(nearest.x), y: Int(nearest.y), z: Int(nearest.z))
    return bounds.contains(index) ? index : nil
  }
}
