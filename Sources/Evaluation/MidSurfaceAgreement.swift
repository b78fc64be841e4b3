import TomogramModel
import Volumes

/// Agreement with the true mid-surface: `surface_precision`, `surface_recall`, `surface_f1`, and
/// recall for seen, hidden and the θ bins.
///
///     surface_precision = predicted voxels within half thickness + 1.5 voxels of the true
///                         mid-surface / predicted voxels
///     surface_recall    = true mid-surface area within 1.5 voxels of a predicted voxel / area
///
/// Distances are from centres of voxels. The mid-surface is exact where the truth has meshes, else
/// the ridge of its labels. Area outside the volume and in ignored voxels counts nowhere. A patch
/// is hidden, or in a θ bin (angle between normal and beam), by its own normal. A part without area
/// has no recall (nil); a precision without prediction is nil, and so is then `surface_f1`.
///
/// `surface_f1_seen` is the harmonic mean of `surface_precision` and `recall_seen`: voxels of the
/// prediction cannot be told seen from hidden, so all count against it.
public struct MidSurfaceAgreement: MetricGroup, Equatable {
  /// Share of predicted voxels near the mid-surface.
  public var precision: Double?
  /// The whole mid-surface.
  public var all = AreaShare()
  /// The part that the wedge does not hide.
  public var seen = AreaShare()
  /// The part that the wedge hides.
  public var hidden = AreaShare()
  /// The parts with θ in 0...30, 30...60 and 60...90°; a limit belongs to the bin above it.
  public var thetaBins = [AreaShare](repeating: AreaShare(), count: 3)
  /// Half thickness that precision allows for, in Å.
  public var halfThicknessAngstrom: Double

  /// Harmonic mean of precision and recall.
  public var f1: Double? { harmonicMean(precision, all.share) }

  public static let title = "Mid-surface"

  public var rows: [MetricRow] {
    [
      MetricRow("surface_precision", precision), MetricRow("surface_recall", all.share),
      MetricRow("surface_f1", f1),
      MetricRow("surface_f1_seen", harmonicMean(precision, seen.share)),
      MetricRow("recall_seen", seen.share), MetricRow("recall_hidden", hidden.share),
      MetricRow("recall_theta_0_30", thetaBins[0].share),
      MetricRow("recall_theta_30_60", thetaBins[1].share),
      MetricRow("recall_theta_60_90", thetaBins[2].share),
      MetricRow("area_truth_nm2", all.total),
      MetricRow("hidden_area_share", ratio(hidden.total, all.total)),
      MetricRow("half_thickness_A", halfThicknessAngstrom),
    ]
  }
}

extension MidSurfaceAgreement {
  /// Voxels of tolerance on both sides (CONTRACT).
  static let toleranceVoxels = 1.5

  /// Compares the predicted voxels with the true mid-surface.
  init(
    _ volumes: ComparedVolumes, surface: ReferenceSurface, halfThicknessAngstrom: Double,
    tilt: TiltGeometry, workers: Workers
  ) {
    self.halfThicknessAngstrom = halfThicknessAngstrom
    let tolerance = Self.toleranceVoxels * volumes.voxelAngstrom
    precision = Self.precision(
      volumes, surface: surface, limit: halfThicknessAngstrom + tolerance, workers: workers)
    let nearby = VoxelsNearby(
      of: volumes.predicted, geometry: volumes.geometry, radiusAngstrom: tolerance)
    let patches = surface.patches
    let found = workers.map(patches.count) { nearby.contains(near: patches[$0].position) }
    for (patch, isFound) in zip(patches, found) {
      add(patch, found: isFound, tilt: tilt)
    }
  }

  private mutating func add(_ patch: ReferenceSurface.Patch, found: Bool, tilt: TiltGeometry) {
    all.add(patch.areaNm2, found: found)
    if tilt.hides(normal: patch.normal) {
      hidden.add(patch.areaNm2, found: found)
    } else {
      seen.add(patch.areaNm2, found: found)
    }
    let theta = TiltGeometry.thetaDegrees(ofNormal: patch.normal)
    thetaBins[min(Int(theta / 30), 2)].add(patch.areaNm2, found: found)
  }

  /// Share of the predicted voxels within `limit` Å of the surface.
  private static func precision(
    _ volumes: ComparedVolumes, surface: ReferenceSurface, limit: Double, workers: Workers
  ) -> Double? {
    let size = volumes.geometry.size
    let counts = workers.map(size.rowCount) { row in
      let (y, z) = (row % size.y, row / size.y)
      var (near, all) = (0, 0)
      for x in 0..<size.x where volumes.predicted.samples[row * size.x + x] != 0 {
        all += 1
        let position = volumes.geometry.position(of: VoxelIndex(x: x, y: y, z: z))
        if surface.nearest(to: position.angstrom, within: limit) != nil { near += 1 }
      }
      return SIMD2(near, all)
    }
    let sum = counts.reduce(SIMD2<Int>.zero, &+)
    return ratio(sum.x, sum.y)
  }
}
