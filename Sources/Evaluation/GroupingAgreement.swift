import RealModule

/// Whether voxels are grouped into the same membranes: `voi_bits` and `grouping_f1`.
///
/// Both look only at the voxels that carry a label on both sides, so that they judge grouping and
/// not detection; `grouping_coverage`, the share of true membrane voxels that carry a predicted
/// label, says how many those are. With n_pg voxels of predicted instance p and true instance g out
/// of n:
///
/// - Variation of information (Meilă 2007, eq. 17), in bits: H(P|G) + H(G|P).
///   H(P|G) = −Σ n_pg/n log₂(n_pg/n_g) grows when true instances are split (`voi_split_bits`);
///   H(G|P) = −Σ n_pg/n log₂(n_pg/n_p) grows when they are merged (`voi_merge_bits`).
/// - Pairwise F1: precision and recall of "these two voxels are of the same membrane" over all
///   pairs of voxels, 2 Σ C(n_pg, 2) / (Σ C(n_p, 2) + Σ C(n_g, 2)).
///
/// Nil where no voxel carries both labels.
public struct GroupingAgreement: MetricGroup, Equatable {
  /// H(P|G), in bits.
  public var splitBits: Double?
  /// H(G|P), in bits.
  public var mergeBits: Double?
  /// Pairwise F1.
  public var pairF1: Double?
  /// Share of the truth's voxels that carry a predicted label.
  public var coverage: Double?

  /// H(P|G) + H(G|P).
  public var voiBits: Double? {
    guard let splitBits, let mergeBits else { return nil }
    return splitBits + mergeBits
  }

  public static let title = "Grouping"

  public var rows: [MetricRow] {
    [
      MetricRow("voi_bits", voiBits), MetricRow("voi_split_bits", splitBits),
      MetricRow("voi_merge_bits", mergeBits), MetricRow("grouping_f1", pairF1),
      MetricRow("grouping_coverage", coverage),
    ]
  }
}

extension GroupingAgreement {
  /// Computes both from shared voxels, nothing grown.
  init(_ overlap: InstanceOverlap) {
    let pairs = overlap.sortedPairs
    var (predicted, truth): ([UInt16: Double], [UInt16: Double]) = ([:], [:])
    var total = 0.0
    for (pair, voxels) in pairs {
      predicted[pair.predicted, default: 0] += Double(voxels)
      truth[pair.truth, default: 0] += Double(voxels)
      total += Double(voxels)
    }
    coverage = ratio(total, Double(overlap.truthVoxels.values.reduce(0, +)))
    guard 0 < total else { return }
    var (split, merge, together) = (0.0, 0.0, 0.0)
    for (pair, voxels) in pairs {
      let shared = Double(voxels)
      split += shared / total * Double.log2(truth[pair.truth, default: 0] / shared)
      merge += shared / total * Double.log2(predicted[pair.predicted, default: 0] / shared)
      together += Self.pairs(of: shared)
    }
    (splitBits, mergeBits) = (split, merge)
    let sides = [predicted, truth].map { side in
      side.sorted { $0.key < $1.key }.reduce(0.0) { $0 + Self.pairs(of: $1.value) }
    }
    // A single voxel each has no pairs, and nothing to get wrong.
    pairF1 = ratio(2 * together, sides[0] + sides[1]) ?? 1
  }

  /// n choose 2.
  private static func pairs(of count: Double) -> Double { count * (count - 1) / 2 }
}
