import Volumes

/// `surface_dice_membrain`: clDice with a skeleton surface (CONTRACT; Lamm et al. 2024).
///
///     Tp = |S_P ∩ G| / |S_P|,   Ts = |S_G ∩ P| / |S_G|,   2·Tp·Ts / (Tp + Ts)
///
/// S is the skeleton surface of a mask, one voxel thick; no tolerance. Skeletons are taken of whole
/// masks and then freed of ignored voxels, whose removal beforehand would bend them. Masks that are
/// too thick are hardly punished, as their skeleton stays in place: never read it without `nsd_1`
/// and `thickness_ratio`. Nil where a mask has no skeleton.
public struct SkeletonDice: MetricGroup, Equatable {
  /// Tp, the skeleton's precision.
  public var precision: Double?
  /// Ts, the skeleton's sensitivity.
  public var sensitivity: Double?

  /// 2·Tp·Ts / (Tp + Ts).
  public var dice: Double? { harmonicMean(precision, sensitivity) }

  public static let title = "Skeleton surface"

  public var rows: [MetricRow] {
    [
      MetricRow("surface_dice_membrain", dice),
      MetricRow("skeleton_precision", precision),
      MetricRow("skeleton_sensitivity", sensitivity),
    ]
  }
}

extension SkeletonDice {
  /// Compares the skeletons' voxels, given as lists, with the other's mask.
  init(predictedSkeleton: [VoxelIndex], truthSkeleton: [VoxelIndex], volumes: ComparedVolumes) {
    func share(of skeleton: [VoxelIndex], in mask: Block<Int8>) -> Double? {
      let counted = skeleton.filter { volumes.roles[$0] != LabelRoles.ignored }
      return ratio(counted.count { mask[$0] != 0 }, counted.count)
    }
    precision = share(of: predictedSkeleton, in: volumes.truth)
    sensitivity = share(of: truthSkeleton, in: volumes.predicted)
  }
}
