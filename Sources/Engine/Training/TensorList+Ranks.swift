import Collective
import Tensors

extension TensorList {
  /// Replaces each gradient by its sum over all ranks, bucket by bucket.
  ///
  /// A message for each of a hundred tensors would cost a hundred latencies, one for all a second copy
  /// of all gradients; a bucket of 4 MB costs about a thousandth of a second on ordinary networks,
  /// many times a latency.
  func sumGradients(
    over ranks: any Communicator, bucketLimit: Int = 1 << 20
  ) throws {
    guard 1 < ranks.size else { return }
    for bucket in Self.buckets(valueCounts, limit: bucketLimit) {
      let part = TensorList(Array(tensors[bucket]))
      var values = try part.gradientValues()
      try ranks.sum(&values)
      try part.setGradients(values)
    }
  }

  /// Neighbours put together while they hold no more than `limit` values; a larger one is alone.
  ///
  /// - Parameter counts: number of values of each tensor.
  /// - Returns: ranges of tensors, in order, that cover all; the same on all ranks.
  static func buckets(_ counts: [Int], limit: Int) -> [Range<Int>] {
    var buckets: [Range<Int>] = []
    var (first, sum) = (0, 0)
    for (index, count) in counts.enumerated() {
      if first < index && limit < sum + count {
        buckets.append(first..<index)
        (first, sum) = (index, 0)
      }
      sum += count
    }
    if first < counts.count { buckets.append(first..<counts.count) }
    return buckets
  }
}
