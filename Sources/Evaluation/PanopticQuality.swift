/// Whether membranes are found as whole instances: `pq` (Kirillov et al. 2019, eq. 1).
///
///     pq = Σ IoU over matched pairs / (|matched| + |unmatched predicted|/2 + |unmatched true|/2)
///
/// A pair is matched where IoU > 0.5 **after both have grown by one voxel** (6-neighbours): a
/// membrane is so thin that a shift of one voxel would undo any match. Grown instances may overlap,
/// so an instance could match two; pairs are taken by falling IoU, each instance once.
///
/// `pq` is 1 where neither side has an instance. `matched_iou` (mean IoU of matched pairs) times
/// `instance_f1` is `pq`.
public struct PanopticQuality: MetricGroup, Equatable {
  /// IoU of each matched pair, falling.
  public var matchedIoU: [Double]
  /// Instances of the result without a match.
  public var unmatchedPredicted: Int
  /// Instances of the truth without a match.
  public var unmatchedTruth: Int

  /// Σ IoU / (matched + unmatched/2).
  public var pq: Double {
    let instances = Double(2 * matchedIoU.count + unmatchedPredicted + unmatchedTruth) / 2
    return ratio(matchedIoU.reduce(0, +), instances) ?? 1
  }
  /// Mean IoU of the matched pairs; nil where there is none.
  public var matchedMeanIoU: Double? {
    ratio(matchedIoU.reduce(0, +), Double(matchedIoU.count))
  }
  /// Share of matched instances among all of both sides; nil where there is none.
  public var instanceF1: Double? {
    ratio(2 * matchedIoU.count, 2 * matchedIoU.count + unmatchedPredicted + unmatchedTruth)
  }

  public static let title = "Instances"

  public var rows: [MetricRow] {
    [
      MetricRow("pq", pq), MetricRow("instance_f1", instanceF1),
      MetricRow("matched_iou", matchedMeanIoU),
      MetricRow("instances_truth", count: matchedIoU.count + unmatchedTruth),
      MetricRow("instances_predicted", count: matchedIoU.count + unmatchedPredicted),
      MetricRow("instances_matched", count: matchedIoU.count),
    ]
  }
}

extension PanopticQuality {
  /// Matches instances by the voxels that they share once grown.
  init(dilated overlap: InstanceOverlap) {
    let candidates = overlap.sortedPairs.compactMap { entry -> (InstanceOverlap.Pair, Double)? in
      let (pair, voxels) = entry
      let union =
        overlap.predictedVoxels[pair.predicted, default: 0]
        + overlap.truthVoxels[pair.truth, default: 0] - voxels
      // In whole numbers, so that an IoU of exactly one half is no match.
      return union < 2 * voxels ? (pair, Double(voxels) / Double(union)) : nil
    }
    // A sort by key and place is stable: equal IoU keep the order of labels.
    let ordered = candidates.enumerated().sorted {
      ($1.element.1, $0.offset) < ($0.element.1, $1.offset)
    }
    var (taken, takenTruth): (Set<UInt16>, Set<UInt16>) = ([], [])
    matchedIoU = []
    for (_, (pair, value)) in ordered {
      if taken.contains(pair.predicted) || takenTruth.contains(pair.truth) { continue }
      taken.insert(pair.predicted)
      takenTruth.insert(pair.truth)
      matchedIoU.append(value)
    }
    unmatchedPredicted = overlap.predictedVoxels.count - matchedIoU.count
    unmatchedTruth = overlap.truthVoxels.count - matchedIoU.count
  }
}
