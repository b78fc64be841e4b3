import FoundationEssentials
import Tensors
import Testing
import Training

private let engine = try? Engine.open()
private let isRequired = ProcessInfo.processInfo.environment["BILAYER_REQUIRE_ENGINE"] == "1"

@Suite(
  .serialized, .enabled(if: engine != nil || isRequired, "No engine: run `make engine` first."))
struct SegmentationLossTests {
  private let engine: Engine

  init() throws { engine = try Engine.open() }

  private func loss(
    _ logits: [Float], _ target: [Float], _ weight: [Float], diceShare: Double = 0.5
  ) throws -> SegmentationLoss {
    func tensor(_ values: [Float]) throws -> Tensor {
      try Tensor(values, shape: [values.count], engine: engine)
    }
    return try SegmentationLoss(
      logits: tensor(logits), target: tensor(target), weight: tensor(weight), diceShare: diceShare)
  }

  @Test("The loss is the formula, written out")
  func formula() throws {
    let logits: [Float] = [1.5, -0.5, 0.25, -2]
    let (target, weight): ([Float], [Float]) = ([1, 0, 1, 0], [1, 2, 0.5, 1])
    var (entropy, overlap, volume, weights) = (0.0, 0.0, 0.0, 0.0)
    for index in 0..<4 {
      let (x, t, w) = (Double(logits[index]), Double(target[index]), Double(weight[index]))
      let p = 1 / (1 + exponential(-x))
      entropy -= w * (t * logarithm(p) + (1 - t) * logarithm(1 - p))
      overlap += 2 * w * p * t
      volume += w * (p + t)
      weights += w
    }
    let expected = entropy / weights + 0.5 * (1 - (overlap + 10) / (volume + 10))
    let result = try loss(logits, target, weight)
    #expect(abs(Double(try result.total.item()) - expected) < 1e-6)
    #expect(abs(try result.softDice() - overlap / volume) < 1e-6)
  }

  @Test("What is right costs nothing, also where there is nothing to find")
  func perfect() throws {
    let right = try loss([50, -50, -50], [1, 0, 0], [1, 1, 1])
    #expect(abs(try right.total.item()) < 1e-6)
    let empty = try loss([-50, -50], [0, 0], [1, 1])
    #expect(abs(try empty.total.item()) < 1e-6)
    #expect(try empty.softDice() == 1)
  }

  @Test("Values of weight 0 change nothing")
  func ignored() throws {
    let with = try loss([1, -1, 3], [1, 0, 0], [1, 1, 0]).total.item()
    let without = try loss([1, -1], [1, 0], [1, 1]).total.item()
    #expect(with == without)
  }

  private func exponential(_ x: Double) -> Double {
    // The series converges fast for |x| <= 2.
    var (term, sum) = (1.0, 1.0)
    for n in 1..<40 {
      term *= x / Double(n)
      sum += term
    }
    return sum
  }

  /// Newton's iteration on exp(y) = x.
  private func logarithm(_ x: Double) -> Double {
    var y = 0.0
    for _ in 0..<60 { y += x / exponential(y) - 1 }
    return y
  }
}
