import GroupComparison
import RealModule
import TomographicImaging
import Volumes

/// `bilayer-bench cohort [EXPERIMENTS]`: how often the cohort report's own test refuses groups that do
/// not differ, how often it finds a difference, and how often its interval holds the truth.
struct CohortValidation {
  let experiments: Int
  let workers: Workers

  /// A distribution of tomograms' values.
  private struct Law: Sendable {
    let name: String
    /// Mean of its draws.
    let mean: Double
    /// Standard deviation; infinite for the heaviest tail.
    let deviation: Double
    let draw: @Sendable (inout CounterRandom) -> Double
  }

  private static let laws = [
    Law(name: "normal", mean: 0, deviation: 1) { $0.normal() },
    Law(name: "log-normal (skewed)", mean: Double.exp(0.5), deviation: 2.161) {
      Double.exp($0.normal())
    },
    Law(name: "exponential (skewed)", mean: 1, deviation: 1) {
      -Double.log(1 - $0.uniform(0, 1))
    },
    Law(name: "Student t, 2 d.f. (heavy tails)", mean: 0, deviation: .infinity) { random in
      random.normal()
        / (-Double.log(1 - random.uniform(0, 1))).squareRoot()
    },
    Law(name: "counts 0-6 (ties)", mean: 3, deviation: Double.sqrt(1.5)) { random in
      Double((0..<6).count { _ in random.chance(0.5) })
    },
  ]

  private static let sizes = [(4, 4), (4, 6), (5, 5), (5, 12), (8, 8), (6, 20)]

  /// Prints all tables.
  func run() {
    print("\(experiments) experiments a cell; standard error of 5 %: \(percent(standardError))")
    print("\nfalse positives at 0.05, both groups of one distribution, %")
    table { sizes, law, stream in
      rejections(sizes, stream: stream) {
        law.draw(&$0)
      } second: {
        law.draw(&$0)
      }
    }
    print("\nfalse positives at 0.05, equal means, second group four times as scattered, %")
    table { sizes, law, stream in
      rejections(sizes, stream: stream) {
        law.draw(&$0) - law.mean
      } second: {
        4 * (law.draw(&$0) - law.mean)
      }
    }
    print("\npower at 0.05, second group moved by 1.5 standard deviations (t: by 3), %")
    table { sizes, law, stream in
      let shift = law.deviation.isFinite ? 1.5 * law.deviation : 3
      return rejections(sizes, stream: stream) {
        law.draw(&$0)
      } second: {
        law.draw(&$0) + shift
      }
    }
    print("\n95 % interval holds the shift, %")
    table(coverage)
    families()
  }

  private var standardError: Double { (0.05 * 0.95 / Double(experiments)).squareRoot() }

  private func percent(_ share: Double) -> String {
    "\((share * 10000).rounded() / 100)"
  }

  private func table(_ share: ((Int, Int), Law, UInt64) -> Double) {
    print("| sizes | " + Self.laws.map(\.name).joined(separator: " | ") + " |")
    print("|---" + String(repeating: "|---", count: Self.laws.count) + "|")
    for (row, sizes) in Self.sizes.enumerated() {
      let cells = Self.laws.enumerated().map { column, law in
        percent(share(sizes, law, UInt64(100 * row + column)))
      }
      print("| \(sizes.0), \(sizes.1) | " + cells.joined(separator: " | ") + " |")
    }
  }

  /// One experiment's groups.
  private func groups(
    _ sizes: (Int, Int), _ random: inout CounterRandom,
    _ first: (inout CounterRandom) -> Double, _ second: (inout CounterRandom) -> Double
  ) -> ([Double], [Double]) {
    ((0..<sizes.0).map { _ in first(&random) }, (0..<sizes.1).map { _ in second(&random) })
  }

  private func rejections(
    _ sizes: (Int, Int), stream: UInt64,
    _ first: @Sendable (inout CounterRandom) -> Double,
    second: @Sendable (inout CounterRandom) -> Double
  ) -> Double {
    let refused = workers.map(experiments) { experiment in
      var random = CounterRandom(seed: 2026, stream: stream).substream(experiment)
      let (a, b) = groups(sizes, &random, first, second)
      return PermutationTest(a, b).pValue <= 0.05
    }
    return Double(refused.count { $0 }) / Double(experiments)
  }

  private func coverage(_ sizes: (Int, Int), _ law: Law, _ stream: UInt64) -> Double {
    let held = workers.map(experiments) { experiment in
      var random = CounterRandom(seed: 2027, stream: stream).substream(experiment)
      let (a, b) = groups(sizes, &random, { law.draw(&$0) }, { law.draw(&$0) + 1.5 })
      // Nil for sizes that can never refuse: none are asked for here; constant groups hold all.
      return PermutationTest(a, b).interval()?.contains(1.5) ?? true
    }
    return Double(held.count { $0 }) / Double(experiments)
  }

  /// Six quantities that depend on each other, as a page has them: any false finding among them.
  private func families() {
    print("\nany false finding among six related quantities after Holm's correction, %")
    for sizes in [(5, 5), (6, 9), (8, 8)] {
      let wrong = workers.map(experiments) { experiment in
        var random = CounterRandom(seed: 2028, stream: UInt64(sizes.0)).substream(experiment)
        let shared = (0..<(sizes.0 + sizes.1)).map { _ in random.normal() }
        let pValues = (0..<6).map { _ in
          let values = shared.map { Double.exp(0.7 * $0 + 0.7 * random.normal()) }
          return PermutationTest(
            Array(values.prefix(sizes.0)), Array(values.dropFirst(sizes.0))
          ).pValue
        }
        return holmAdjusted(pValues).contains { $0 <= 0.05 }
      }
      let share = Double(wrong.count { $0 }) / Double(experiments)
      print("| \(sizes.0), \(sizes.1) | \(percent(share)) |")
    }
  }
}
