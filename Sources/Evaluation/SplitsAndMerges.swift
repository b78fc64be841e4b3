/// How often a membrane fell apart and how often two became one: `split_count`, `merge_count`.
///
/// A predicted and a true instance belong together where they share at least a tenth of what any
/// prediction covers of the true instance. A true instance that belongs with k predicted ones has
/// been split k − 1 times; a predicted one that belongs with k true ones has merged k − 1 times.
/// Measuring against the covered part keeps a thin prediction of a thick label from hiding a split,
/// and a big neighbour from hiding the merge of a small membrane. Missed instances count in `pq`,
/// not here.
public struct SplitsAndMerges: MetricGroup, Equatable {
  /// The least share of a true instance's covered voxels that counts as a part: pieces below it are
  /// crumbs at the rims of labels.
  public static let leastShare = 0.1

  /// Extra pieces of true instances.
  public var splitCount: Int
  /// Extra membranes in predicted instances.
  public var mergeCount: Int

  public static let title = "Splits and merges"

  public var rows: [MetricRow] {
    [MetricRow("split_count", count: splitCount), MetricRow("merge_count", count: mergeCount)]
  }
}

extension SplitsAndMerges {
  /// Counts from shared voxels, nothing grown.
  init(_ overlap: InstanceOverlap) {
    let covered = overlap.sortedPairs.reduce(into: [UInt16: Int]()) {
      $0[$1.pair.truth, default: 0] += $1.voxels
    }
    var (pieces, contents): ([UInt16: Int], [UInt16: Int]) = ([:], [:])
    for (pair, voxels) in overlap.sortedPairs {
      let least = Self.leastShare * Double(covered[pair.truth, default: 0])
      guard least <= Double(voxels) else { continue }
      pieces[pair.truth, default: 0] += 1
      contents[pair.predicted, default: 0] += 1
    }
    splitCount = pieces.values.reduce(0) { $0 + $1 - 1 }
    mergeCount = contents.values.reduce(0) { $0 + $1 - 1 }
  }
}
