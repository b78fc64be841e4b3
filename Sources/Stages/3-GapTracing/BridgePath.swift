import Graphs
import LinearAlgebra
import Morphology
import RealModule

/// A path across a gap, with the surface's normal along it.
struct BridgePath: Sendable {
  /// Place of the rim it sets out from in the list of all.
  var rim: Int
  /// Places in Å, about half a voxel apart.
  var points: PathVectors
  /// Unit normals at the points.
  var normals: PathVectors
  /// Share of the path's inner part that runs through voxels that are membrane already.
  var crossingShare = 0.0
  /// See `BridgeCost`.
  var cost = 0.0
  /// What an agent that set out here expected of it; 0 where none did.
  var worth = 0.0
  /// How far the surfaces miss each other at the ends: angle in radians, and height in Å.
  var misfit = (angle: 0.0, height: 0.0)
  /// Half of the membrane's thickness, mean of both ends, in Å.
  var halfThickness: Double

  /// Where it leaves one membrane and meets the other, in Å.
  var start: SIMD3<Double> { points[0] }
  var end: SIMD3<Double> { points[points.count - 1] }

  /// Length in Å.
  var length: Double {
    zip(points, points.dropFirst()).map { ($1 - $0).length }.reduce(0, +)
  }

  /// The smooth curve that leaves both rims along their tangents: a cubic Hermite curve whose
  /// tangents have the length that fits a circular arc best, 4 tan(bend/4) × radius.
  init(_ pair: RimPair, rim: Int, spacing: Double) {
    self.rim = rim
    misfit = (pair.unevenness, 0)
    halfThickness = (pair.start.halfThickness + pair.end.halfThickness) / 2
    let half = abs(pair.bend) / 2
    let tangent =
      half < 1e-3
      ? pair.chord : 2 * Double.tan(half / 2) * pair.chord / Double.sin(min(half, 1.6))
    let (p, q) = (pair.start.position, pair.end.position)
    let (u, v) = (pair.start.outward * tangent, -pair.end.outward * tangent)
    let count = max(Int((pair.arcLength / spacing).rounded(.up)), 2)
    var (places, directions): ([SIMD3<Double>], [SIMD3<Double>]) = ([], [])
    for k in 0...count {
      let t = Double(k) / Double(count)
      let (t2, t3) = (t * t, t * t * t)
      places.append(
        (2 * t3 - 3 * t2 + 1) * p + (t3 - 2 * t2 + t) * u + (3 * t2 - 2 * t3) * q + (t3 - t2) * v)
      let direction =
        (6 * t2 - 6 * t) * (p - q) + (3 * t2 - 4 * t + 1) * u + (3 * t2 - 2 * t) * v
      // Along the rim: the end's runs against the start's.
      let along = (1 - t) * pair.start.along - t * pair.end.along
      directions.append(direction.cross(along).normalized)
    }
    (points, normals) = (PathVectors(places), PathVectors(directions))
  }

  /// Moves the points along their normals to the cheapest path through the probability, near the
  /// smooth curve.
  ///
  /// Cost of a place: −log(p + ε) + ½ (shift/σ)², where σ is how far the smooth curve can be trusted:
  /// half a voxel at a rim, growing by an eighth of the distance from the nearer rim (7° in the rim's
  /// tangent). The ends stay where they are.
  mutating func followProbability(
    spacing: Double, _ probability: (SIMD3<Double>) -> Double
  ) {
    let reach = min(max(Int(Double(points.count) / 6), 2), 16)
    let width = 2 * reach + 1
    var costs: [Double] = []
    costs.reserveCapacity(points.count * width)
    for k in points.indices {
      let sigma = spacing * (1 + Double(min(k, points.count - 1 - k)) / 8)
      for shift in -reach...reach {
        guard k != 0 && k != points.count - 1 || shift == 0 else {
          costs.append(.infinity)
          continue
        }
        let height = spacing * Double(shift)
        let data = -Double.log(probability(points[k] + height * normals[k]) + 0.02)
        costs.append(data + height * height / (2 * sigma * sigma))
      }
    }
    guard let path = cheapestLayeredPath(costs: costs, width: width, stepCost: 0.1) else { return }
    for k in points.indices {
      points[k] += spacing * Double(path.nodes[k] - reach) * normals[k]
    }
  }
}
