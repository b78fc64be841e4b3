import Meshes
import TomogramModel
import Volumes

/// How near fitted surfaces come to the truth: RMSE and 95th percentile in Å, from truth to fitted
/// mesh and back, the share missed, and the error of the Euler characteristic.
///
/// Distances are taken at places spread evenly over the area (of the true mid-surface inside the
/// volume; of the fitted meshes likewise) to the nearest point of the other side. A place whose
/// distance is above 100 Å has no counterpart: it enters `missed_share` (truth) or `spurious_share`
/// (fitted), and no other number. `surface_rmse_A` pools the mean squares of both directions with
/// equal weight, `surface_p95_A` is the larger of the two percentiles. Nil where a side has no
/// area.
///
/// `euler_error` = Σ |χ of its fitted surfaces − χ of the true surface| over the true membranes that
/// have one; a fitted surface belongs to the membrane nearest to most of its vertices. True meshes
/// are first cut to the volume, as a fitted one is. Nil where the truth has no meshes.
public struct FittedSurfaceAgreement: MetricGroup, Equatable {
  /// Numbers of one direction.
  public struct Direction: Equatable, Sendable {
    /// Root mean square distance, Å.
    public var rootMeanSquareAngstrom: Double?
    /// 95th percentile of the distance, Å.
    public var percentile95Angstrom: Double?
    /// Share of the area without counterpart.
    public var lostShare: Double?
  }

  /// From the true mid-surface to the nearest fitted surface.
  public var truthToFit: Direction
  /// From the fitted surfaces to the true mid-surface.
  public var fitToTruth: Direction
  /// Σ |χ fitted − χ true|.
  public var eulerError: Int?

  /// Root of the mean of both directions' mean squares, Å.
  public var rootMeanSquareAngstrom: Double? {
    guard let forth = truthToFit.rootMeanSquareAngstrom,
      let back = fitToTruth.rootMeanSquareAngstrom
    else { return nil }
    return ((forth * forth + back * back) / 2).squareRoot()
  }
  /// The larger of both directions' percentiles, Å.
  public var percentile95Angstrom: Double? {
    guard let forth = truthToFit.percentile95Angstrom, let back = fitToTruth.percentile95Angstrom
    else { return nil }
    return max(forth, back)
  }

  public static let title = "Fitted surfaces"

  public var rows: [MetricRow] {
    [
      MetricRow("surface_rmse_A", rootMeanSquareAngstrom),
      MetricRow("surface_p95_A", percentile95Angstrom),
      MetricRow("truth_to_fit_rmse_A", truthToFit.rootMeanSquareAngstrom),
      MetricRow("truth_to_fit_p95_A", truthToFit.percentile95Angstrom),
      MetricRow("fit_to_truth_rmse_A", fitToTruth.rootMeanSquareAngstrom),
      MetricRow("fit_to_truth_p95_A", fitToTruth.percentile95Angstrom),
      MetricRow("missed_share", truthToFit.lostShare),
      MetricRow("spurious_share", fitToTruth.lostShare),
      MetricRow("euler_error", eulerError.map(Double.init), isCount: true),
    ]
  }
}

extension FittedSurfaceAgreement {
  /// Compares meshes in the truth's frame with the true mid-surface.
  init(
    fitted: [TriangleMesh], surface: ReferenceSurface, volumes: ComparedVolumes,
    missedBeyondAngstrom limit: Double, workers: Workers
  ) {
    let joined = TriangleMesh(joining: fitted)
    let index = MeshIndex(joined)
    let patches = surface.patches
    let forth = workers.map(patches.count) {
      index.closestPoint(to: patches[$0].position, within: limit)?.distance
    }
    truthToFit = Direction(zip(forth, patches.map(\.areaNm2)))
    let samples = joined.surfaceSamples(spacingAngstrom: volumes.voxelAngstrom)
      .filter { volumes.counts($0.position) }
    let back = workers.map(samples.count) {
      surface.nearest(to: samples[$0].position, within: limit)?.distance
    }
    fitToTruth = Direction(zip(back, samples.map { $0.areaAngstrom2 / 100 }))
    eulerError = Self.eulerError(
      fitted: fitted, surface: surface, volumes: volumes, limit: limit)
  }

  private static func eulerError(
    fitted: [TriangleMesh], surface: ReferenceSurface, volumes: ComparedVolumes, limit: Double
  ) -> Int? {
    guard surface.isExact else { return nil }
    var found: [UInt16: Int] = [:]
    for mesh in fitted {
      var votes: [UInt16: Int] = [:]
      for vertex in mesh.vertices {
        guard let label = surface.nearest(to: vertex, within: limit)?.label else { continue }
        votes[label, default: 0] += 1
      }
      guard let most = votes.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })?.key else {
        continue
      }
      found[most, default: 0] += mesh.eulerCharacteristic
    }
    let expected = surface.meshes.reduce(into: [UInt16: Int]()) { sum, entry in
      sum[entry.label, default: 0] += entry.mesh.clipped(to: volumes).eulerCharacteristic
    }
    return found.reduce(0) { $0 + abs($1.value - expected[$1.key, default: 0]) }
  }
}

extension FittedSurfaceAgreement.Direction {
  /// Sums up places with the area each stands for; nil distances are beyond the limit.
  init(_ places: Zip2Sequence<[Double?], [Double]>) {
    var near = WeightedDistances()
    var lost = AreaShare()
    for (distance, area) in places {
      lost.add(area, found: distance == nil)
      if let distance { near.entries.append((distance, area)) }
    }
    rootMeanSquareAngstrom = near.rootMeanSquare
    percentile95Angstrom = near.quantile(0.95)
    lostShare = lost.share
  }
}

extension TriangleMesh {
  /// The triangles whose three corners lie inside the volume.
  fileprivate func clipped(to volumes: ComparedVolumes) -> TriangleMesh {
    let inside = vertices.map { volumes.voxel(at: $0) != nil }
    let kept = triangles.indices.filter { triangle in
      let corner = triangles[triangle]
      return inside[Int(corner.x)] && inside[Int(corner.y)] && inside[Int(corner.z)]
    }
    return keeping(triangles: kept).mesh
  }
}
