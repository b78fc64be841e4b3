import RealModule
import Testing
import TomographicImaging

@testable import GroupComparison

@Suite("Comparing groups") struct PermutationTestTests {
  /// Welch's T and its permutations straight from the definitions.
  private func naive(_ first: [Double], _ second: [Double], shift: Double) -> Double {
    let all = first + second.map { $0 - shift }
    func statistic(_ mask: Int) -> Double {
      let a = all.indices.filter { mask >> $0 & 1 == 1 }.map { all[$0] }
      let b = all.indices.filter { mask >> $0 & 1 == 0 }.map { all[$0] }
      func mean(_ x: [Double]) -> Double { x.reduce(0, +) / Double(x.count) }
      func scatter(_ x: [Double]) -> Double {
        x.reduce(0) { $0 + ($1 - mean(x)) * ($1 - mean(x)) } / Double(x.count * (x.count - 1))
      }
      return (mean(b) - mean(a)) / (scatter(a) + scatter(b)).squareRoot()
    }
    let masks = (0..<(1 << all.count)).filter { $0.nonzeroBitCount == first.count }
    let observed = abs(statistic((1 << first.count) - 1))
    return Double(masks.count { observed * (1 - 1e-9) <= abs(statistic($0)) })
      / Double(masks.count)
  }

  @Test("The exact p-value is that of the definition, whatever the shift", arguments: 0..<6)
  func definition(trial: Int) {
    var random = CounterRandom(seed: 7, stream: UInt64(trial))
    let first = (0..<(3 + trial % 3)).map { _ in 500 + Double.exp(random.normal()) }
    let second = (0..<(3 + trial / 2)).map { _ in 501 + Double.exp(random.normal()) }
    let test = PermutationTest(first, second)
    #expect(test.isExact)
    for shift in [0, 0.7, -3] {
      #expect(abs(test.pValue(ofShift: shift) - naive(first, second, shift: shift)) < 1e-12)
    }
    #expect(test.pValue == test.pValue(ofShift: 0))
  }

  @Test("Groups far apart reach the smallest p-value: twice a way for equal sizes, else one way")
  func smallest() {
    let low = [1.0, 2, 3, 4.5]
    let equal = PermutationTest(low, [100, 101, 103, 104])
    #expect(equal.wayCount == 70 && equal.smallestPValue == 2.0 / 70)
    #expect(equal.pValue == equal.smallestPValue)
    let unequal = PermutationTest(low, [100, 101, 103])
    #expect(unequal.wayCount == 35 && unequal.pValue == 1.0 / 35)
    // Three against three can never be significant: no interval either.
    #expect(PermutationTest([1, 2, 3], [7, 8, 9]).smallestPValue == 0.1)
    #expect(PermutationTest([1, 2, 3], [7, 8, 9]).interval() == nil)
  }

  @Test("The interval ends where the test begins to refuse, and moves with the data")
  func interval() throws {
    let (first, second) = ([3.1, 2.7, 4.4, 3.9, 3.3], [5.2, 4.1, 6.6, 5.0, 5.9, 4.8])
    let test = PermutationTest(first, second)
    let interval = try #require(test.interval())
    #expect(interval.contains(test.difference))
    #expect(0.05 < test.pValue(ofShift: interval.lowerBound + 0.01))
    #expect(test.pValue(ofShift: interval.lowerBound - 0.01) <= 0.05)
    #expect(0.05 < test.pValue(ofShift: interval.upperBound - 0.01))
    #expect(test.pValue(ofShift: interval.upperBound + 0.01) <= 0.05)
    // In another unit, from another zero, groups exchanged.
    let other = PermutationTest(second.map { 1e4 + 10 * $0 }, first.map { 1e4 + 10 * $0 })
    let mirrored = try #require(other.interval())
    #expect(abs(mirrored.lowerBound + 10 * interval.upperBound) < 1e-2)
    #expect(abs(mirrored.upperBound + 10 * interval.lowerBound) < 1e-2)
    #expect(other.pValue == test.pValue)
  }

  @Test("Drawn ways agree with all ways, and the same seed draws the same")
  func drawn() {
    var random = CounterRandom(seed: 3, stream: 0)
    let first = (0..<8).map { _ in random.normal() }
    let second = (0..<8).map { _ in random.normal() + 0.9 }
    let exact = PermutationTest(first, second)
    let drawn = PermutationTest(first, second, wayLimit: 8000)
    #expect(exact.isExact && !drawn.isExact && drawn.wayCount == 8000)
    let deviation = (exact.pValue * (1 - exact.pValue) / 8000).squareRoot()
    #expect(abs(exact.pValue - drawn.pValue) < 4 * deviation)
    #expect(drawn.pValue == PermutationTest(first, second, wayLimit: 8000).pValue)
  }

  @Test("Equal values are no difference; a difference without scatter is one")
  func degenerate() {
    let constant = PermutationTest([2, 2, 2], [2, 2, 2, 2])
    #expect(constant.isConstant && constant.pValue == 1 && constant.interval() == nil)
    let split = PermutationTest([1, 1, 1, 1], [5, 5, 5, 5])
    #expect(split.pValue == 2.0 / 70)
    // The one value that differs lies in either group: |T| is 1 in all ways, and ties count in full.
    let tied = PermutationTest([0, 0, 0, 1], [0, 0, 0, 0])
    #expect(tied.pValue == 1)
  }

  @Test("Ways are counted without overflow")
  func counts() {
    #expect(Assignments.count(10, 5, limit: 1000) == 252)
    #expect(Assignments.count(18, 9, limit: 50_000) == 48620)
    #expect(Assignments.count(19, 9, limit: 50_000) == nil)
    #expect(Assignments.count(100_000, 50_000, limit: 50_000) == nil)
    #expect(Assignments.count(7, 7, limit: 10) == 1)
  }

  @Test("Holm's values are those worked out by hand")
  func holm() {
    let adjusted = holmAdjusted([0.01, 0.04, 0.03, 0.005])
    for (found, expected) in zip(adjusted, [0.03, 0.06, 0.06, 0.02]) {
      #expect(abs(found - expected) < 1e-12)
    }
    #expect(holmAdjusted([]) == [] && holmAdjusted([0.7, 0.8]) == [1, 1])
  }
}
