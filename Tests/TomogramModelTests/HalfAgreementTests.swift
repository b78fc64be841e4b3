import Testing
import TomogramModel

@Suite struct HalfAgreementTests {
  @Test("Halves that say the same agree in every bin; halves that swap contradict each other")
  func extremes() throws {
    let values: [Float] = [0.05, 0.15, 0.95, 1, 0.45]
    var same = HalfAgreement()
    same.add(values, values)
    #expect(same.dice == 1)
    for bin in same.probabilities.bins { #expect(bin.mean == bin.meanOther) }
    // 0.95 and 1, once for each half.
    #expect(same.probabilities.bins[9].voxels == 4)
    #expect(same.probabilities.bins[3].mean == nil)

    var swapped = HalfAgreement()
    swapped.add([0, 1], [1, 0])
    #expect(swapped.dice == 0)
    #expect(
      swapped.probabilities.bins[9].meanOther == 0 && swapped.probabilities.bins[0].meanOther == 1)
    #expect(HalfAgreement().dice == nil)
  }

  @Test("The expected error is the mean distance between what is said and what is so")
  func expectedError() throws {
    var bins = ProbabilityBins()
    #expect(bins.expectedError == nil)
    // Said 0.75 of four voxels, three of them so: no error. Said 0.25 of two, both so: 0.75 each.
    for truth in [1, 1, 1, 0] as [Float] { bins.add(0.75, other: truth) }
    #expect(bins.expectedError == 0)
    for _ in 0..<2 { bins.add(0.25, other: 1) }
    bins.add(.nan, other: 1)
    #expect(abs(try #require(bins.expectedError) - 0.25) < 1e-12)
  }

  @Test("Blocks add up as if they had come at once")
  func additive() {
    let (first, second): ([Float], [Float]) = ([0.2, 0.7, 0.9, 0.6], [0.3, 0.8, 0.4, 0.51])
    var (whole, parted) = (HalfAgreement(), HalfAgreement())
    whole.add(first, second)
    parted.add(Array(first[..<1]), Array(second[..<1]))
    parted.add(Array(first[1...]), Array(second[1...]))
    #expect(whole == parted)
    // 2 voxels above 0.5 in both; 3 in the first half, 2 in the second.
    #expect(whole.dice == 0.8)
  }
}
