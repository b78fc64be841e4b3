import FoundationEssentials
import Morphometry
import Testing

@Suite("Learned classes") struct LearnedClassTests {
  /// Descriptors with a size and a shape index, and some scatter everywhere.
  private static func features(_ area: Double, _ index: Double, seed: UInt64) -> ShapeFeatures {
    var count = seed &* 64
    return ShapeFeatures { name in
      // SplitMix64: neighbouring seeds have nothing in common.
      count += 1
      var state = count &* 0x9E37_79B9_7F4A_7C15
      state = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
      state = (state ^ state >> 27) &* 0x94D0_49BB_1331_11EB
      state ^= state >> 31
      let scatter = Double(state >> 11) / 9_007_199_254_740_992 - 0.5
      switch name {
      case "area_nm2": return area * (1 + 0.3 * scatter)
      case "shape_index": return index + 0.1 * scatter
      default: return 1 + scatter
      }
    }
  }

  private static func examples(_ count: Int) -> [LearnedClasses.Example] {
    var examples: [LearnedClasses.Example] = []
    for number in 0..<count {
      let seed = UInt64(3 * number)
      let small = features(5000, 1, seed: seed)
      let big = features(90000, 1, seed: seed + 1)
      let tube = features(90000, 0.5, seed: seed + 2)
      examples.append(.init(small, name: "small"))
      examples.append(.init(big, name: "big"))
      examples.append(.init(tube, name: "tube"))
    }
    return examples
  }

  @Test(
    "Classes that differ are told apart, by examples left out and by new ones", arguments: [6, 12])
  func learns(count: Int) {
    let (model, check) = LearnedClasses.learn(Self.examples(count))
    #expect(model.classes.map(\.name) == ["big", "small", "tube"])
    #expect(check.confusion.allSatisfy { $0.reduce(0, +) == count })
    #expect(0.8 < check.accuracy && 0.8 < check.balancedAccuracy)
    var right = 0
    for seed in UInt64(1000)..<1020 {
      if model.classify(Self.features(5000, 1, seed: seed)).name == "small" { right += 1 }
      let verdict = model.classify(Self.features(90000, 0.5, seed: seed))
      if verdict.name == "tube" { right += 1 }
      #expect(verdict.secondProbability <= verdict.probability)
    }
    // Most descriptors are scatter here, and there are fewer examples than descriptors.
    #expect(32 <= right, "\(right) of 40")
  }

  @Test("Where names are drawn by lot, probabilities say that nothing is known")
  func calibrated() {
    let examples = (0..<24).map { number in
      LearnedClasses.Example(
        Self.features(5000, 1, seed: UInt64(number)), name: number % 2 == 0 ? "a" : "b")
    }
    let (_, check) = LearnedClasses.learn(examples)
    #expect(check.meanConfidence < 0.75)
  }

  @Test("A shape unlike all examples has no class")
  func strangers() {
    let (model, _) = LearnedClasses.learn(Self.examples(8))
    #expect(model.classify(Self.features(5e8, -1, seed: 5)).name == nil)
  }

  @Test("A model comes back from its file; another version's is not valid")
  func file() throws {
    let (model, _) = LearnedClasses.learn(Self.examples(3))
    let data = try JSONEncoder().encode(model)
    var read = try JSONDecoder().decode(LearnedClasses.self, from: data)
    #expect(read == model && read.isValid)
    read.format = "bilayer-classes-0"
    #expect(!read.isValid)
  }
}
