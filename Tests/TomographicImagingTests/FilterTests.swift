import Glibc
import Testing
import TomographicImaging
import Volumes

@Suite struct ContrastTransferTests {
  @Test(
    "Electrons of 300 kV have 0.01969 Å, of 200 kV 0.02508 Å",
    arguments: [(300.0, 0.019687), (200.0, 0.025079), (100.0, 0.037014)])
  func wavelength(kilovolt: Double, expected: Double) {
    let transfer = ContrastTransfer(defocusAngstrom: 1e4, voltageKilovolt: kilovolt)
    #expect(abs(transfer.wavelengthAngstrom - expected) < 1e-6)
  }

  @Test("Without aberration the zeros lie at √(n / λΔz)", arguments: 1...6)
  func zeros(order: Int) {
    let transfer = ContrastTransfer(
      defocusAngstrom: 30_000, sphericalAberrationMillimetre: 0, amplitudeContrast: 0)
    let zero = (Double(order) / (transfer.wavelengthAngstrom * 30_000)).squareRoot()
    #expect(abs(transfer.value(atFrequency: zero)) < 1e-9)
    let (before, after) = (
      transfer.value(atFrequency: zero * 0.99), transfer.value(atFrequency: zero * 1.01)
    )
    #expect(before * after < 0)
    #expect((0 < before) == !order.isMultiple(of: 2))
  }

  @Test(
    "At frequency zero only the amplitude contrast passes; a phase plate of 90° passes the rest")
  func origin() {
    let plain = ContrastTransfer(defocusAngstrom: 2e4, amplitudeContrast: 0.1)
    #expect(abs(plain.value(atFrequency: 0) - 0.1) < 1e-12)
    let plate = ContrastTransfer(
      defocusAngstrom: 2e4, amplitudeContrast: 0, phaseShiftDegrees: 90)
    #expect(abs(plate.value(atFrequency: 0) - 1) < 1e-12)
  }

  @Test("A corrected coefficient never has the wrong sign", arguments: [-0.9, -0.2, 0.3, 1])
  func correction(transfer: Double) {
    #expect(transfer * TransferCorrection.phaseFlip.gain(believedTransfer: transfer) > 0)
    #expect(transfer * TransferCorrection.wiener.gain(believedTransfer: transfer) > 0)
    #expect(TransferCorrection.none.gain(believedTransfer: transfer) == 1)
  }

  @Test("Exposure takes fine detail first and nothing at frequency zero")
  func exposure() {
    func left(_ frequency: Double, _ exposure: Double) -> Double {
      exposureEnvelope(atFrequency: frequency, electronsPerSquareAngstrom: exposure)
    }
    #expect(left(0, 100) == 1)
    #expect(left(0.02, 50) > left(0.05, 50))
    #expect(left(0.05, 20) > left(0.05, 50))
    // Nc(1/20 Å) = 0.245 · 20^1.665 + 2.81 = 38.7 e/Å²: half of that squared leaves exp(−1/2).
    let critical = 0.245 * pow(20, 1.665) + 2.81
    #expect(abs(left(0.05, critical) - exp(-0.5)) < 1e-12)
  }
}

@Suite struct ProjectionFilterTests {
  private func irregular(_ width: Int, _ height: Int) -> ProjectionStack {
    var stack = ProjectionStack(anglesDegrees: [0, 5], width: width, height: height)
    let random = CounterRandom(seed: 9, stream: 9)
    Workers.one.fillRows(of: &stack.samples, rowLength: stack.samples.count) { _, row in
      random.fillNormal(&row, first: 0)
    }
    return stack
  }

  @Test("A filter of gain one changes nothing", arguments: [(20, 12), (31, 7), (1, 1)])
  func identity(width: Int, height: Int) {
    let stack = irregular(width, height)
    let bank = ProjectionFilterBank(width: width, height: height)
    let same = bank.filtered(stack, workers: .one) { _ in ProjectionFilter() }
    #expect(zip(same.samples, stack.samples).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test("A whole-pixel shift moves the content")
  func shift() {
    var stack = ProjectionStack(anglesDegrees: [0], width: 24, height: 18)
    stack.samples[7 * 24 + 9] = 1
    let bank = ProjectionFilterBank(width: 24, height: 18)
    let moved = bank.filtered(stack, workers: .one) { _ in ProjectionFilter(shift: SIMD2(3, -2)) }
    #expect(abs(moved.samples[5 * 24 + 12] - 1) < 1e-4)
    #expect(abs(moved.samples[7 * 24 + 9]) < 1e-4)
  }

  @Test("Each projection gets its own filter, on any number of threads")
  func ownFilter() {
    let stack = irregular(16, 10)
    let bank = ProjectionFilterBank(width: 16, height: 10)
    let results = [1, 2].map { count in
      bank.filtered(stack, workers: Workers(count: count)) { tilt in
        ProjectionFilter(radialGain: { _ in Double(tilt + 1) })
      }
    }
    #expect(results[0] == results[1])
    let last = stack.range(ofProjection: 1)
    #expect(
      zip(results[0].samples[last], stack.samples[last]).allSatisfy { abs($0 - 2 * $1) < 1e-4 })
  }

  @Test(
    "Every apodisation is zero at zero and never above the ramp", arguments: Apodisation.allCases)
  func apodisation(_ apodisation: Apodisation) {
    #expect(apodisation.weight(0) == 0)
    for step in 1...50 {
      let frequency = Double(step) / 100
      let weight = apodisation.weight(frequency)
      #expect(0 <= weight && weight <= frequency + 1e-12)
      #expect(weight == apodisation.weight(-frequency))
    }
    #expect(apodisation.weight(0.02) > 0.9 * 0.02)
  }
}

@Suite struct CounterRandomTests {
  @Test("Normal deviates have mean 0, variance 1 and no excess")
  func normal() {
    var samples = [Float](repeating: 0, count: 40_000)
    let random = CounterRandom(seed: 1, stream: 2)
    Workers.one.fillRows(of: &samples, rowLength: 40_000) { _, row in
      random.fillNormal(&row, first: 0)
    }
    let values = samples.map(Double.init)
    let mean = values.reduce(0, +) / 40_000
    let variance = values.reduce(0) { $0 + $1 * $1 } / 40_000
    let fourth = values.reduce(0) { $0 + $1 * $1 * $1 * $1 } / 40_000
    // Five standard errors: 1/√n, √(2/n), √(96/n).
    #expect(abs(mean) < 0.025)
    #expect(abs(variance - 1) < 0.035)
    #expect(abs(fourth - 3) < 0.25)
  }

  @Test("A deviate depends on its number alone, not on the row it is drawn in")
  func rows() {
    let random = CounterRandom(seed: 4, stream: 1)
    func drawn(rowLength: Int) -> [Float] {
      var samples = [Float](repeating: 0, count: 96)
      Workers.one.fillRows(of: &samples, rowLength: rowLength) { row, span in
        random.fillNormal(&span, first: row * rowLength)
      }
      return samples
    }
    #expect(drawn(rowLength: 96) == drawn(rowLength: 24))
  }

  @Test("Streams and seeds differ, and a copy repeats")
  func streams() {
    var (first, same) = (CounterRandom(seed: 1, stream: 1), CounterRandom(seed: 1, stream: 1))
    var (stream, seed) = (CounterRandom(seed: 1, stream: 2), CounterRandom(seed: 2, stream: 1))
    let numbers = (0..<20).map { _ in first.next() }
    #expect(numbers == (0..<20).map { _ in same.next() })
    #expect(Set(numbers).isDisjoint(with: (0..<20).map { _ in stream.next() }))
    #expect(Set(numbers).isDisjoint(with: (0..<20).map { _ in seed.next() }))
  }

  @Test("Directions fill the sphere evenly")
  func directions() {
    var random = CounterRandom(seed: 3, stream: 0)
    var (sum, squares) = (SIMD3<Double>.zero, SIMD3<Double>.zero)
    for _ in 0..<5000 {
      let direction = random.direction()
      sum += direction
      squares += direction * direction
    }
    for axis in 0..<3 {
      #expect(abs(sum[axis] / 5000) < 0.045)
      #expect(abs(squares[axis] / 5000 - 1.0 / 3) < 0.025)
    }
  }
}
