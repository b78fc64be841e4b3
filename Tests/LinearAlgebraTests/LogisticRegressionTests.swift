import LinearAlgebra
import Testing

@Suite("Logistic regression") struct LogisticRegressionTests {
  /// Examples whose targets are the probabilities that some weights give.
  private func examples(_ weights: [Double]) -> [LogisticExample] {
    (0..<60).map { number in
      let row = [1, Double(number % 7) - 3, Double(number * number % 11) / 4]
      let odds = zip(row, weights).reduce(0) { $0 + $1.0 * $1.1 }
      return LogisticExample(row: row, target: sigmoid(odds), weight: 1 + Double(number % 3))
    }
  }

  @Test("Weights that made the targets are found, from any start")
  func recovery() throws {
    for truth in [[0.4, -1.2, 2], [-6, 3.5, 0]] {
      for start in [[0.0, 0, 0], [3, 1, -2]] {
        let found = try #require(
          logisticWeights(examples(truth), pulledTo: start, ridge: [1e-9, 1e-9, 1e-9]))
        for (weight, expected) in zip(found, truth) { #expect(abs(weight - expected) < 1e-4) }
      }
    }
  }

  @Test("A ridge balances the slope of the likelihood, and keeps separable examples finite")
  func ridge() throws {
    let separable = [-1.0, 1].map { LogisticExample(row: [$0], target: $0 < 0 ? 0 : 1) }
    let weight = try #require(logisticWeights(separable, pulledTo: [0.5], ridge: [2]))[0]
    // Slope of the log likelihood, 2 (1 − p), against that of the ridge.
    #expect(abs(2 * (1 - sigmoid(weight)) - 2 * (weight - 0.5)) < 1e-6)
  }

  @Test("Weights that no example tells are left open without a ridge")
  func open() {
    let examples = [LogisticExample(row: [1, 0], target: 0.3)]
    #expect(logisticWeights(examples, pulledTo: [0, 0], ridge: [0, 0]) == nil)
    #expect(logisticWeights(examples, pulledTo: [0, 7], ridge: [0, 1])?[1] == 7)
  }
}
