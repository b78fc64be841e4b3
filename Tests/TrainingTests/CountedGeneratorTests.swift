import Testing
import Training

@Suite struct CountedGeneratorTests {
  @Test("The same names give the same numbers, other names others")
  func names() {
    func first(_ generator: CountedGenerator) -> UInt64 {
      var copy = generator
      return copy.next()
    }
    #expect(first(CountedGenerator(1, 2)) == first(CountedGenerator(1, 2)))
    let others = [CountedGenerator(2, 1), CountedGenerator(1, 3), CountedGenerator(1)]
    #expect(others.allSatisfy { first($0) != first(CountedGenerator(1, 2)) })
  }

  @Test("Moments are those of the distributions")
  func moments() {
    var generator = CountedGenerator(3)
    let count = 20_000
    func moments(_ draw: () -> Float) -> (mean: Float, variance: Float) {
      let values = (0..<count).map { _ in draw() }
      let mean = values.reduce(0, +) / Float(count)
      return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(count))
    }
    // Five standard errors of mean and variance.
    let (meanError, varianceError) = (Float(0.036), Float(0.05))
    let uniform = moments { generator.uniform(-1...3) }
    #expect(abs(uniform.mean - 1) < 2 * meanError && abs(uniform.variance - 16 / 12) < 0.06)
    let normal = moments { generator.normal() }
    #expect(abs(normal.mean) < meanError && abs(normal.variance - 1) < varianceError)
    let rough = moments { generator.roughNormal() }
    #expect(abs(rough.mean) < meanError && abs(rough.variance - 1) < varianceError)
  }

  @Test("The rate rises, peaks at the highest, and ends at a hundredth of it")
  func schedule() {
    var options = TrainingOptions()
    (options.steps, options.learningRate, options.warmUpShare) = (1000, 0.01, 0.1)
    let rates = (0..<1000).map { options.learningRate(step: $0) }
    #expect(rates[0] < 0.001 && abs(rates.max()! - 0.01) < 1e-12)
    #expect(zip(rates[..<100], rates[1...100]).allSatisfy { $0 < $1 })
    #expect(zip(rates[100..<999], rates[101...]).allSatisfy { $0 > $1 })
    #expect(abs(rates[999] - 0.0001) < 1e-6)
    #expect(abs(options.learningRate(step: 1000) - 0.0001) < 1e-9)
  }
}
