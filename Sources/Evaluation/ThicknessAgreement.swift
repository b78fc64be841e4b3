import Morphology
import Volumes

/// `thickness_ratio`: median thickness of the predicted mask over that of the truth.
///
/// Both are measured in the same way, along the normal at the mid-surface's samples, so that the
/// ratio of a mask and itself is 1 whatever the estimator's bias. Above 1 the prediction is fat.
/// Nil where a side has no mid-surface.
public struct ThicknessAgreement: MetricGroup, Equatable {
  /// Median thickness of the predicted mask, Å.
  public var predictedAngstrom: Double?
  /// Median thickness of the truth's labels, Å.
  public var truthAngstrom: Double?

  /// Predicted over true.
  public var thicknessRatio: Double? {
    guard let predictedAngstrom, let truthAngstrom else { return nil }
    return ratio(predictedAngstrom, truthAngstrom)
  }

  public static let title = "Thickness"

  public var rows: [MetricRow] {
    [
      MetricRow("thickness_ratio", thicknessRatio),
      MetricRow("thickness_predicted_A", predictedAngstrom),
      MetricRow("thickness_truth_A", truthAngstrom),
    ]
  }
}

extension ThicknessAgreement {
  /// Takes medians over the samples off ignored voxels.
  init(predicted: [MidSurfaceSample], truth: [MidSurfaceSample], volumes: ComparedVolumes) {
    func thickness(_ samples: [MidSurfaceSample]) -> Double? {
      let counted = samples.filter { volumes.roles[$0.voxel] != LabelRoles.ignored }
      return median(counted.map { 2 * $0.halfThicknessAngstrom })
    }
    predictedAngstrom = thickness(predicted)
    truthAngstrom = thickness(truth)
  }
}
