import Volumes

/// Agreement voxel by voxel: `dice`, `iou`, `precision`, `recall`.
///
/// With a result P and a truth G, both without the ignored voxels:
///
///     dice = 2|P ∩ G| / (|P| + |G|)        precision = |P ∩ G| / |P|
///     iou  =  |P ∩ G| / |P ∪ G|            recall    = |P ∩ G| / |G|
///
/// Two empty masks are the same mask: Dice and IoU are 1. A precision without prediction and a
/// recall without truth are unknown (nil). A membrane of one voxel's thickness shifted by one voxel
/// scores 0: read these numbers beside `nsd_1`.
public struct VoxelOverlap: MetricGroup, Equatable {
  /// Voxels in both.
  public var shared: Int
  /// Voxels of the result alone.
  public var falsePositives: Int
  /// Voxels of the truth alone.
  public var falseNegatives: Int

  /// Makes the counts.
  public init(shared: Int = 0, falsePositives: Int = 0, falseNegatives: Int = 0) {
    self.shared = shared
    self.falsePositives = falsePositives
    self.falseNegatives = falseNegatives
  }

  /// 2|P ∩ G| / (|P| + |G|).
  public var dice: Double {
    ratio(2 * shared, 2 * shared + falsePositives + falseNegatives) ?? 1
  }
  /// |P ∩ G| / |P ∪ G|.
  public var iou: Double { ratio(shared, shared + falsePositives + falseNegatives) ?? 1 }
  /// |P ∩ G| / |P|.
  public var precision: Double? { ratio(shared, shared + falsePositives) }
  /// |P ∩ G| / |G|.
  public var recall: Double? { ratio(shared, shared + falseNegatives) }

  public static let title = "Voxels"

  public var rows: [MetricRow] {
    [
      MetricRow("dice", dice), MetricRow("iou", iou), MetricRow("precision", precision),
      MetricRow("recall", recall),
    ]
  }
}

/// Counts the voxels that two masks share.
///
/// - Parameters:
///   - predicted: the result, 0 or not, ignored voxels cleared.
///   - truth: the truth, likewise.
func voxelOverlap(_ predicted: Block<Int8>, _ truth: Block<Int8>) -> VoxelOverlap {
  precondition(predicted.region == truth.region, "Two masks compared cover the same voxels.")
  var (inBoth, inResult, inTruth) = (0, 0, 0)
  let (result, reference) = (predicted.samples.span, truth.samples.span)
  for offset in result.indices {
    let (p, g) = (result[offset] != 0, reference[offset] != 0)
    inBoth &+= p && g ? 1 : 0
    inResult &+= p ? 1 : 0
    inTruth &+= g ? 1 : 0
  }
  return VoxelOverlap(
    shared: inBoth, falsePositives: inResult - inBoth, falseNegatives: inTruth - inBoth)
}
