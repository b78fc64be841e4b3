import GroupComparison
import RealModule

extension Cohort {
  /// One group's side of a comparison.
  struct Side: Equatable {
    /// Name of the group.
    var group: String
    /// Values of its independent units: tomograms, or samples where they were named.
    var values: [Double]
    /// Mean; nil where there is no value.
    var mean: Double?
    /// Standard deviation between units.
    var deviation: Double?
    /// Root mean square of the units' measured standard deviations: how much of `deviation` the
    /// measurement alone explains. Nil where any is unknown.
    var measuredDeviation: Double?
  }

  /// What a comparison says.
  enum Verdict: Equatable {
    /// The groups differ, also after correction for all tests.
    case differs
    /// They differ by this test alone.
    case uncertain
    /// Nothing was found.
    case noneShown
    /// All units have one value.
    case constant
    /// Whatever the values, so few could not be found to differ.
    case tooFew(String)
    /// They differ by this test alone, and so few could hardly do better after correction.
    case tooFewForSoMany(String)
  }

  /// Two groups compared in one quantity.
  struct Comparison {
    /// Index of the quantity.
    let quantity: Int
    let first: Side
    let second: Side
    /// Set-up test; nil where a group is too small for any verdict.
    let test: PermutationTest?
    /// The two-sided p-value.
    var pValue: Double?
    /// 95 % interval of the second group's mean less the first's.
    var interval: ClosedRange<Double>?
    /// Corrected by Holm for all tests of the cohort.
    var adjusted: Double?
    var verdict: Verdict

    /// Mean of the second group less that of the first.
    var difference: Double? {
      guard let from = first.mean, let to = second.mean else { return nil }
      return to - from
    }

    /// Standard deviation between units within groups, pooled; nil where it is unknown.
    var pooledDeviation: Double? {
      guard let one = first.deviation, let other = second.deviation else { return nil }
      let (m, n) = (Double(first.values.count - 1), Double(second.values.count - 1))
      return Double.sqrt((m * one * one + n * other * other) / (m + n))
    }
  }

  /// Level of the verdicts.
  static let level = 0.05

  /// Whether tomograms stand for samples.
  var hasSamples: Bool { rows.contains { !$0.sample.isEmpty } }

  /// What is independent, in words.
  var unitName: String { hasSamples ? "sample" : "tomogram" }

  /// One side: values of a group's units.
  func side(_ name: String, quantity: Int) -> Side {
    var units: [(sample: String, values: [Value])] = []
    for row in rows where row.group == name {
      guard let value = row.values[quantity] else { continue }
      // A tomogram without a sample is one of its own.
      if !row.sample.isEmpty, let known = units.firstIndex(where: { $0.sample == row.sample }) {
        units[known].values.append(value)
      } else {
        units.append((row.sample, [value]))
      }
    }
    let values = units.map { unit in
      unit.values.reduce(0) { $0 + $1.value } / Double(unit.values.count)
    }
    let measured = units.compactMap { unit -> Double? in
      let squares = unit.values.compactMap { value in value.deviation.map { $0 * $0 } }
      guard squares.count == unit.values.count else { return nil }
      return squares.reduce(0, +) / Double(squares.count * squares.count)
    }
    let spread = Self.spread(values)
    return Side(
      group: name, values: values, mean: spread?.mean, deviation: spread?.deviation,
      measuredDeviation: measured.isEmpty || measured.count < units.count
        ? nil : Double.sqrt(measured.reduce(0, +) / Double(measured.count)))
  }

  /// Every pair of named groups in every tested quantity, corrected together.
  func comparisons() -> [Comparison] {
    let names = grouped.map(\.name).filter { !$0.isEmpty }
    var found: [Comparison] = []
    for quantity in quantities.indices where quantities[quantity].isTested {
      let sides = names.map { side($0, quantity: quantity) }
      for second in sides.indices {
        for first in 0..<second {
          found.append(comparison(quantity, sides[first], sides[second]))
        }
      }
    }
    return Self.corrected(found)
  }

  private func comparison(_ quantity: Int, _ first: Side, _ second: Side) -> Comparison {
    let sizes = "\(first.values.count) and \(second.values.count) \(unitName)s"
    let least = PermutationTest.smallestGroup
    func silent(_ reason: String, _ test: PermutationTest? = nil) -> Comparison {
      Comparison(
        quantity: quantity, first: first, second: second, test: test, verdict: .tooFew(reason))
    }
    guard least <= min(first.values.count, second.values.count) else {
      return silent("Too few: \(sizes), where each group needs \(least).")
    }
    let test = PermutationTest(first.values, second.values)
    guard test.smallestPValue <= Self.level else {
      return silent(
        "Too few: with \(sizes) no p-value can be below "
          + "\(shown(test.smallestPValue, significantDigits: 2)).", test)
    }
    return Comparison(
      quantity: quantity, first: first, second: second, test: test, pValue: test.pValue,
      interval: test.interval(level: 1 - Self.level),
      verdict: test.isConstant ? .constant : .noneShown)
  }

  /// Sizes alone decide who takes part in the correction, never a value: the level holds.
  private static func corrected(_ comparisons: [Comparison]) -> [Comparison] {
    var result = comparisons
    let tested = comparisons.indices.filter { comparisons[$0].pValue != nil }
    let adjusted = holmAdjusted(tested.compactMap { comparisons[$0].pValue })
    for (index, value) in zip(tested, adjusted) {
      result[index].adjusted = value
      guard result[index].verdict != .constant, let pValue = result[index].pValue,
        let smallest = result[index].test?.smallestPValue
      else { continue }
      if value <= level {
        result[index].verdict = .differs
      } else if level < smallest * Double(tested.count) && pValue <= level {
        result[index].verdict = .tooFewForSoMany(
          "May differ; \(tested.count) tests are too many for so few (see --quantities).")
      } else if pValue <= level {
        result[index].verdict = .uncertain
      }
    }
    return result
  }
}
