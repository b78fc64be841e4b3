/// Pearson's correlation of two equally long lists of values, neither of them constant.
public func correlation(_ first: [Float], _ second: [Float]) -> Double {
  func centred(_ values: [Float]) -> [Double] {
    let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
    return values.map { Double($0) - mean }
  }
  let (x, y) = (centred(first), centred(second))
  func product(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }
  return product(x, y) / (product(x, x) * product(y, y)).squareRoot()
}
