import LinearAlgebra

/// The probability that a bridge is right: logistic regression on `BridgeFeatures` and their squares.
///
///     probability = 1 / (1 + exp(−(b + Σ wᵢ zᵢ))),   z: standardised features, then their squares
///
/// Fitted by maximum likelihood with a weak ridge to bridges of all kinds. Gaps that a network leaves
/// are harder than gaps cut into what is known, and there are few of them to learn from, so for these
/// only offset and slope of the log odds are fitted anew (Platt 1999), on tomograms that the weights
/// were not fitted to.
public struct BridgeJudge: Codable, Hashable, Sendable {
  /// Means and standard deviations of the features.
  var means: [Double]
  var deviations: [Double]
  /// The offset, then a weight for each standardised feature and for each square.
  var weights: [Double]
  /// Offset and slope of the log odds where a network has left the gap; nil: as elsewhere.
  var leftGaps: [Double]?

  /// Pulls the weights to 0, as much as so many bridges would.
  private static let ridge = 10.0
  /// Pulls offset and slope for the gaps of a network to 0 and 1.
  private static let leftRidge = 2.0
  /// Standardised features beyond this count as this: bridges unlike those it knows.
  private static let limit = 3.0

  /// Whether the numbers belong to the features of this version.
  var isValid: Bool {
    let count = BridgeFeatures.names.count
    return means.count == count && deviations.count == count && weights.count == 2 * count + 1
      && deviations.allSatisfy { 0 < $0 } && leftGaps.map { $0.count == 2 } ?? true
  }

  /// How likely a bridge is right.
  ///
  /// - Parameter isLeft: whether a network has left the gap, in the mask its probability makes.
  func probability(of features: BridgeFeatures, isLeft: Bool) -> Double {
    let odds = logOdds(of: features)
    guard isLeft, let leftGaps else { return sigmoid(odds) }
    return sigmoid(leftGaps[0] + leftGaps[1] * odds)
  }

  private func logOdds(of features: BridgeFeatures) -> Double {
    zip(row(of: features.values), weights).map(*).reduce(0, +)
  }

  private func row(of values: [Double]) -> [Double] {
    let standard = values.indices.map { index in
      min(max((values[index] - means[index]) / deviations[index], -Self.limit), Self.limit)
    }
    return [1] + standard + standard.map { $0 * $0 }
  }
}

extension BridgeJudge {
  /// Fits a judge to bridges of which it is known whether they are right.
  ///
  /// - Parameter tomograms: the bridges of each; all of one tomogram are left out together.
  /// - Returns: nil without bridges of both kinds.
  init?(_ tomograms: [[JudgedBridge]]) {
    self.init(regression: tomograms.flatMap { $0 })
    var examples: [LogisticExample] = []
    for (left, bridges) in tomograms.enumerated() {
      let leftGaps = bridges.filter(\.isLeft)
      guard !leftGaps.isEmpty else { continue }
      let others = tomograms.indices.filter { $0 != left }.flatMap { tomograms[$0] }
      guard let judge = BridgeJudge(regression: others) else { continue }
      examples += leftGaps.map {
        LogisticExample(row: [1, judge.logOdds(of: $0.features)], target: $0.isRight ? 1 : 0)
      }
    }
    guard Set(examples.map(\.target)).count == 2 else { return }
    leftGaps = logisticWeights(
      examples, pulledTo: [0, 1], ridge: [Self.leftRidge, Self.leftRidge])
  }

  /// The weights alone.
  private init?(regression examples: [JudgedBridge]) {
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
    weights = []
    guard
      let fitted = logisticWeights(
        examples.map {
          LogisticExample(row: row(of: $0.features.values), target: $0.isRight ? 1 : 0)
        },
        pulledTo: Array(repeating: 0, count: 2 * count + 1),
        ridge: [0] + Array(repeating: Self.ridge, count: 2 * count))
    else { return nil }
    weights = fitted
  }
}

/// A bridge of which it is known whether it is right.
struct JudgedBridge: Sendable {
  let features: BridgeFeatures
  let isRight: Bool
  /// Whether a network has left the gap.
  let isLeft: Bool
}
