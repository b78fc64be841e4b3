import MembranePrediction
import Testing

@Suite struct CalibrationTests {
  /// Logits x with p(target = 1) = sigmoid(slope x + offset), as weights instead of by chance.
  private func data(
    slope: Float, offset: Float
  ) -> (logits: [Float], targets: [Float], weights: [Float]) {
    var (logits, targets, weights): ([Float], [Float], [Float]) = ([], [], [])
    for step in -40...40 {
      let logit = Float(step) / 10
      let probability = 1 / (1 + power(-(slope * logit + offset)))
      logits += [logit, logit]
      targets += [1, 0]
      weights += [probability, 1 - probability]
    }
    return (logits, targets, weights)
  }

  /// e to the power of x: ((1 + x / 2^20))^(2^20), by squaring.
  private func power(_ x: Float) -> Float {
    var value = 1 + Double(x) / 1_048_576
    for _ in 0..<20 { value *= value }
    return Float(value)
  }

  @Test(
    "The slope and offset that made the data are found",
    arguments: [(1, 0), (0.5, -1), (2, 0.7)] as [(Float, Float)])
  func recovery(slope: Float, offset: Float) {
    let data = data(slope: slope, offset: offset)
    let fit = LogitCalibration(
      fitting: data.logits, targets: data.targets, weights: data.weights)
    #expect(abs(fit.slope - Double(slope)) < 1e-3 && abs(fit.offset - Double(offset)) < 1e-3)
  }

  @Test("Where there is nothing to fit, or nonsense, probabilities are left alone")
  func nothing() {
    let none = LogitCalibration()
    #expect(LogitCalibration(fitting: [], targets: [], weights: []) == none)
    #expect(LogitCalibration(fitting: [1, 2], targets: [1, 1], weights: [1, 1]) == none)
    let inverted = data(slope: -1, offset: 0)
    #expect(
      LogitCalibration(
        fitting: inverted.logits, targets: inverted.targets, weights: inverted.weights) == none)
    #expect(LogitCalibration(fitting: [1, -1], targets: [1, 0], weights: [1, 1]) == none)
  }
}
