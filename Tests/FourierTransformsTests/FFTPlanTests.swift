import FourierTransforms
import Testing
import Volumes

/// Samples without symmetry, the same each time.
private func irregularSamples(_ count: Int) -> [Float] {
  var state: UInt64 = 42
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(state >> 40) / Float(1 << 24) - 0.5
  }
}

@Suite struct FFTPlanTests {
  /// Single precision: about 1e-7 a sample, times the square root of a few hundred samples.
  static let rounding: Float = 2e-5

  @Test(
    "The inverse undoes the forward transform",
    arguments: [[1], [2], [7], [12], [5, 6], [3, 1, 8], [7, 5, 3], [4, 6, 9]])
  func roundTrip(shape: [Int]) {
    let plan = FFTPlan(shape: shape)
    let samples = irregularSamples(plan.sampleCount)
    let back = plan.inverse(plan.forward(samples))
    #expect(zip(back, samples).allSatisfy { abs($0 - $1) < Self.rounding })
  }

  @Test("A delta has a flat spectrum")
  func delta() {
    let plan = FFTPlan(shape: [3, 4, 5])
    var samples = [Float](repeating: 0, count: 60)
    samples[0] = 1
    #expect(
      plan.forward(samples).allSatisfy {
        abs($0.real - 1) < Self.rounding && abs($0.imaginary) < Self.rounding
      })
  }

  @Test("A shifted delta in one dimension turns the phase the negative way")
  func sign() {
    let spectrum = FFTPlan(shape: [4]).forward([0, 1, 0, 0])
    #expect(abs(spectrum[1].real) < Self.rounding)
    #expect(abs(spectrum[1].imaginary + 1) < Self.rounding)
  }

  @Test("A gain of one changes nothing and a gain of zero leaves nothing", arguments: [1, 2])
  func filterIdentity(threads: Int) {
    let plan = FFTPlan(shape: [4, 6, 5])
    let samples = irregularSamples(plan.sampleCount)
    let workers = Workers(count: threads)
    let same = plan.filtered(samples, workers: workers) { _ in 1 }
    #expect(zip(same, samples).allSatisfy { abs($0 - $1) < Self.rounding })
    #expect(plan.filtered(samples, workers: workers) { _ in 0 }.allSatisfy { $0 == 0 })
  }

  @Test("A low-pass below the first frequency leaves the mean")
  func filterKeepsMean() {
    let plan = FFTPlan(shape: [6, 8])
    let samples = irregularSamples(48)
    let mean = samples.reduce(0, +) / 48
    let smooth = plan.filtered(samples) { $0 < 0.05 ? 1 : 0 }
    #expect(smooth.allSatisfy { abs($0 - mean) < Self.rounding })
  }

  @Test("Fast sizes are even, large enough, and have no prime factor above 7")
  func fastSizes() {
    #expect([1, 2, 3, 11, 13, 121, 211].map(FFTPlan.fastSize) == [2, 2, 4, 12, 14, 126, 216])
  }
}
