/// P-values of several tests made together, raised so that the chance of any false finding among
/// them stays below the level (Holm 1979), whatever depends on what.
///
/// - Returns: adjusted values in the order given, each at least the one given and at most 1.
/// - Complexity: O(n log n).
public func holmAdjusted(_ pValues: [Double]) -> [Double] {
  var adjusted = pValues
  var least = 0.0
  let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
  for (rank, index) in order.enumerated() {
    least = max(least, min(1, pValues[index] * Double(pValues.count - rank)))
    adjusted[index] = least
  }
  return adjusted
}
