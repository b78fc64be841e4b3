import RealModule

/// Something that is known of one case, and how it turned out.
public struct LogisticExample: Sendable {
  /// A number for each unknown weight; 1 for the offset.
  public var row: [Double]
  /// How likely it turned out, 0...1.
  public var target: Double
  /// How much the example counts.
  public var weight: Double

  /// Puts it together.
  public init(row: [Double], target: Double, weight: Double = 1) {
    (self.row, self.target, self.weight) = (row, target, weight)
  }
}

/// 1 / (1 + exp(−x)): a probability from its log odds.
public func sigmoid(_ x: Double) -> Double { 1 / (1 + Double.exp(-x)) }

/// Weights w under which targets are most likely, where each has the probability sigmoid(w · row), with a
/// ridge: by iteratively reweighted least squares (Hastie, Tibshirani & Friedman 2009, equation 4.26).
///
/// - Parameters:
///   - start: the weights where nothing else tells them.
///   - ridge: how strongly each is pulled there.
/// - Returns: nil where the equations leave the weights open.
/// - Precondition: as many numbers in each row, and ridges, as weights.
public func logisticWeights(
  _ examples: some Sequence<LogisticExample>, pulledTo start: [Double], ridge: [Double]
) -> [Double]? {
  precondition(start.count == ridge.count, "Each weight has its ridge.")
  var weights = start
  for _ in 0..<30 {
    // In the differences from the start, so that the ridge pulls them to 0.
    var equations = NormalEquations(unknowns: weights.count)
    for example in examples {
      let logOdds = scalarProduct(example.row, weights)
      let probability = sigmoid(logOdds)
      let curvature = max(probability * (1 - probability), 1e-6)
      let moved = logOdds - scalarProduct(example.row, start)
      equations.add(
        example.row, moved + (example.target - probability) / curvature,
        weight: example.weight * curvature)
    }
    for (unknown, pull) in ridge.enumerated() where 0 < pull {
      equations.pullToZero(unknown, weight: pull)
    }
    guard let moved = equations.solution() else { return nil }
    let step = weights.indices.map { start[$0] + moved[$0] - weights[$0] }
    let longest = step.map(\.magnitude).max() ?? 0
    // No step longer than 1: far from the answer the quadratic model is poor.
    for unknown in weights.indices { weights[unknown] += step[unknown] / max(1, longest) }
    if longest < 1e-6 { break }
  }
  return weights
}
