import LinearAlgebra
import RealModule
import TomogramModel
import Volumes

/// What tells a right bridge from a wrong one, as numbers of the order of 1.
struct BridgeFeatures: Sendable {
  /// In the order of `names`.
  let values: [Double]

  /// What each number is.
  static let names = [
    "worth", "log length", "width over length", "support", "agreement", "bend", "misfit angle",
    "misfit height", "contrast", "contrast where seen", "hidden share", "probability",
    "probability where seen", "unevenness", "crossing", "paths",
  ]

}

extension BridgeFeatures {
  /// Patches that are looked at together: all threads then touch the same part of the volumes.
  private static let atOnce = 256

  /// Looks at each patch.
  ///
  /// - Parameter rims: all rims that paths may have set out from.
  static func of(
    _ patches: [BridgePatch], rims: [Rim], scene: TracingScene, workers: Workers
  ) -> [BridgeFeatures] {
    let voxel = scene.geometry.meanVoxelSizeAngstrom
    let grid = PointGrid(rims.map(\.position), edge: 4 * voxel)
    return stride(from: 0, to: patches.count, by: atOnce).flatMap { first in
      let count = min(atOnce, patches.count - first)
      scene.prefetch(around: patches[first..<first + count].map(\.paths[0].start))
      return workers.map(count) { number in
        BridgeFeatures(patches[first + number], rims: rims, grid: grid, scene: scene, voxel: voxel)
      }
    }
  }

  private init(
    _ patch: BridgePatch, rims: [Rim], grid: PointGrid, scene: TracingScene, voxel: Double
  ) {
    let paths = patch.paths
    func mean(_ value: (BridgePath) -> Double) -> Double {
      paths.map(value).reduce(0, +) / Double(paths.count)
    }
    let length = max(patch.middle.length, voxel)
    let density = DensityAlong(patch, scene: scene)
    let ends = EndStatistics(patch, rims: rims, grid: grid, voxel: voxel)
    values = [
      mean(\.worth),
      Double.log(length / 100),
      min(Double(paths.count) * voxel / length, 4),
      ends.support,
      ends.agreement,
      mean { $0.totalBend },
      mean { $0.misfit.angle },
      mean { $0.misfit.height } / 20,
      density.contrast,
      density.contrast * (1 - density.hiddenShare),
      density.hiddenShare,
      density.probability,
      density.probability * (1 - density.hiddenShare),
      patch.unevenness(voxel: voxel) / voxel,
      mean(\.crossingShare),
      min(Double.log(Double(paths.count)), 5),
    ]
  }
}

/// Density and probability along a patch, against what lies beside it.
private struct DensityAlong {
  /// Density on the patch less that 60 to 80 Å to either side, in standard deviations.
  let contrast: Double
  /// Mean probability, 0...1.
  let probability: Double
  /// Share of the patch that the wedge hides.
  let hiddenShare: Double

  init(_ patch: BridgePatch, scene: TracingScene) {
    var (on, beside, likely) = (0.0, 0.0, 0.0)
    var (places, placesBeside, hidden) = (0.0, 0.0, 0.0)
    for path in patch.paths {
      // The ends lie on membrane that is there.
      for k in path.innerRange {
        let (point, normal) = (path.points[k], path.normals[k])
        on += Double(scene.fine[0].value(near: point) ?? TracingScene.background)
        likely += Double(scene.fine[1].value(near: point) ?? 0)
        hidden += scene.tilt.hides(normal: normal) ? 1 : 0
        places += 1
        for height in [-80.0, -60, 60, 80] {
          let place = point + height * normal
          // Other membranes are no background.
          guard scene.fragments.value(near: place) == 0 else { continue }
          beside += Double(scene.fine[0].value(near: place) ?? TracingScene.background)
          placesBeside += 1
        }
      }
    }
    let background =
      placesBeside == 0 ? Double(TracingScene.background) : beside / placesBeside
    contrast = places == 0 ? 0 : (on / places - background) / Double(TracingScene.greyPerDeviation)
    probability = places == 0 ? 0 : likely / places / 255
    hiddenShare = places == 0 ? 0 : hidden / places
  }
}

/// How the ends of a patch lie among the rims.
private struct EndStatistics {
  /// Share of the rims at the patch's ends that set out along it.
  let support: Double
  /// Share of its paths whose end lies at the start of another.
  let agreement: Double

  init(_ patch: BridgePatch, rims: [Rim], grid: PointGrid, voxel: Double) {
    var (around, own): (Set<Int>, Set<Int>) = ([], [])
    for path in patch.paths {
      own.insert(path.rim)
      for end in [path.start, path.end] {
        grid.forEachPoint(near: end, radius: 3 * voxel) { around.insert($0) }
      }
    }
    support = Double(own.count) / Double(max(around.union(own).count, 1))
    let starts = PointGrid(patch.paths.map(\.start), edge: 5 * voxel)
    let met = patch.paths.count { path in
      var isMet = false
      starts.forEachPoint(near: path.end, radius: 5 * voxel) { _ in isMet = true }
      return isMet
    }
    agreement = Double(met) / Double(patch.paths.count)
  }
}

extension BridgePath {
  /// Places of the points that are clear of both ends.
  var innerRange: Range<Int> {
    let margin = min(4, (points.count - 1) / 2)
    return margin..<max(points.count - margin, margin + 1)
  }

  /// Angle between the normals at its ends, in radians.
  var totalBend: Double {
    Double.acos(min(max(normals[0].dot(normals[normals.count - 1]), -1), 1))
  }
}

extension BridgePatch {
  /// Root of the mean square of the height between paths side by side, in Å.
  func unevenness(voxel: Double) -> Double {
    let places = paths.flatMap { path in
      path.innerRange.map { (path.points[$0], path.normals[$0]) }
    }
    let grid = PointGrid(places.map(\.0), edge: 2 * voxel)
    var (sum, count) = (0.0, 0.0)
    // A sample of them tells it.
    for index in stride(from: 0, to: places.count, by: max(places.count / 300, 1)) {
      let (point, normal) = places[index]
      grid.forEachPoint(near: point, radius: 2 * voxel) { other in
        let height = (places[other].0 - point).dot(normal)
        sum += height * height
        count += 1
      }
    }
    return count == 0 ? 0 : (sum / count).squareRoot()
  }
}
