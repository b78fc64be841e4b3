import LinearAlgebra
import RealModule

/// The probability that a bridge is right: logistic regression on `BridgeFeatures` and their squares.
///
///     probability = 1 / (1 + exp(−(b + Σ wᵢ zᵢ))),   z: standardised features, then their squares
///
/// Fitted by maximum likelihood with a weak ridge (iteratively reweighted least squares, Hastie,
/// Tibshirani & Friedman 2009, equation 4.26), so that the probabilities are calibrated on the bridges
/// it was fitted to.
public struct BridgeJudge: Codable, Hashable, Sendable {
  /// Means and standard deviations of the features.
  var means: [Double]
  var deviations: [Double]
  /// The offset, then a weight for each standardised feature and for each square.
  var weights: [Double]

  /// Pulls the weights to 0, as much as so many bridges would.
  private static let ridge = 1.0
  /// Standardised features beyond this count as this: bridges unlike those it knows.
  private static let limit = 3.0

  /// Whether the numbers belong to the features of this version.
  var isValid: Bool {
    let count = BridgeFeatures.names.count
    return means.count == count && deviations.count == count && weights.count == 2 * count + 1
      && deviations.allSatisfy { 0 < $0 }
  }

  func probability(of features: BridgeFeatures) -> Double {
    let row = row(of: features.values)
    return Self.sigmoid(zip(row, weights).map(*).reduce(0, +))
  }

  private func row(of values: [Double]) -> [Double] {
    let standard = values.indices.map { index in
      min(max((values[index] - means[index]) / deviations[index], -Self.limit), Self.limit)
    }
    return [1] + standard + standard.map { $0 * $0 }
  }

  private static func sigmoid(_ x: Double) -> Double { 1 / (1 + Double.exp(-x)) }
}

extension BridgeJudge {
  /// Fits a judge to bridges of which it is known whether they are right.
  ///
  /// - Returns: nil without bridges of both kinds.
  init?(_ examples: [JudgedBridge]) {
    guard examples.contains(where: \.isRight), examples.contains(where: { !$0.isRight }) else {
      return nil
    }
    let count = BridgeFeatures.names.count
    let total = Double(examples.count)
    means = (0..<count).map { index in
      examples.map { $0.features.values[index] }.reduce(0, +) / total
    }
    deviations = means.indices.map { [means] index in
      let squares = examples.map { example in
        let away = example.features.values[index] - means[index]
        return away * away
      }
      let deviation = (squares.reduce(0, +) / total).squareRoot()
      return 1e-9 < deviation ? deviation : 1
    }
    weights = Array(repeating: 0, count: 2 * count + 1)
    let rows = examples.map { row(of: $0.features.values) }
    for _ in 0..<30 {
      var equations = NormalEquations(unknowns: weights.count)
      for (row, example) in zip(rows, examples) {
        let linear = zip(row, weights).map(*).reduce(0, +)
        let probability = Self.sigmoid(linear)
        let weight = max(probability * (1 - probability), 1e-6)
        let residual = (example.isRight ? 1 : 0) - probability
        equations.add(row, linear + residual / weight, weight: weight)
      }
      for unknown in 1..<weights.count { equations.pullToZero(unknown, weight: Self.ridge) }
      guard let next = equations.solution() else { return nil }
      let change = zip(next, weights).map { abs($0 - $1) }.max() ?? 0
      weights = next
      if change < 1e-6 { break }
    }
  }
}

/// A bridge of which it is known whether it is right.
struct JudgedBridge: Sendable {
  let features: BridgeFeatures
  let isRight: Bool
}
