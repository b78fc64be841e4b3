/// Precision, recall and F1 of closed area, for gaps of one kind.
public struct GapScore: Equatable, Sendable {
  /// Area that was added, and of it what is right, nm².
  public var added = AreaShare()
  /// True area of the gaps, and of it what is closed, nm².
  public var closed = AreaShare()

  /// Harmonic mean; nil where there is no gap of the kind, 0 where none of it is closed.
  public var f1: Double? {
    guard let recall = closed.share else { return nil }
    return recall == 0 ? 0 : harmonicMean(added.share, recall)
  }

  func rows(_ kind: String) -> [MetricRow] {
    [
      MetricRow("gap_precision_\(kind)", added.share),
      MetricRow("gap_recall_\(kind)", closed.share), MetricRow("gap_f1_\(kind)", f1),
    ]
  }

  static func + (first: GapScore, second: GapScore) -> GapScore {
    var sum = first
    sum.added.found += second.added.found
    sum.added.total += second.added.total
    sum.closed.found += second.closed.found
    sum.closed.total += second.closed.total
    return sum
  }
}
