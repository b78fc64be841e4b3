/// A number and how much it counts.
public typealias WeightedValue = (value: Double, weight: Double)

/// The least value that a share (0...1) of the weight does not exceed; nil where that never happens, as
/// for no values.
public func weightedQuantile(_ share: Double, of values: [WeightedValue]) -> Double? {
  let wanted = share * values.reduce(0) { $0 + $1.weight }
  var sum = 0.0
  for (value, weight) in values.sorted(by: { $0.value < $1.value }) {
    sum += weight
    if wanted <= sum { return value }
  }
  return nil
}
