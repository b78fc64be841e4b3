import Graphs
import Testing

@Suite("Additive contraction") struct AdditiveContractionTests {
  /// Looks at all pairs of clusters for each contraction.
  static func naive(count: Int, edges: [SignedEdge]) -> [Int] {
    var names = Array(0..<count)
    while true {
      var sums: [[Int]: Double] = [:]
      for edge in edges {
        let (a, b) = (names[edge.source], names[edge.target])
        if a != b { sums[[min(a, b), max(a, b)], default: 0] += edge.weight }
      }
      guard let best = sums.max(by: { $0.value < $1.value }), 0 < best.value else { return names }
      for node in names.indices where names[node] == best.key[1] { names[node] = best.key[0] }
    }
  }

  @Test("Equals looking at all pairs each time", arguments: 1...20)
  func equalsNaive(seed: UInt64) {
    var state = seed
    func draw() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
    let count = 12
    // Whole numbers over powers of two: sums are exact and ties rare.
    let edges = (0..<40).map { _ in
      SignedEdge(
        source: Int(draw() % 12), target: Int(draw() % 12),
        weight: Double(Int(draw() % 1_000_003) - 500_000) / 1024)
    }
    let found = contractedAdditively(sizes: Array(repeating: 1, count: count), edges: edges)
    #expect(found == Self.naive(count: count, edges: edges))
  }

  @Test("Apart wins where more speaks for it, and a least weight holds large clusters apart")
  func signs() {
    let edges = [
      SignedEdge(source: 0, target: 1, weight: 4), SignedEdge(source: 2, target: 3, weight: 4),
      SignedEdge(source: 1, target: 2, weight: 2), SignedEdge(source: 0, target: 3, weight: -1),
    ]
    let sizes = [1.0, 1, 1, 1]
    #expect(contractedAdditively(sizes: sizes, edges: edges) == [0, 0, 0, 0])
    let held = contractedAdditively(sizes: sizes, edges: edges) { $0 }
    #expect(held == [0, 0, 2, 2], "of two clusters of size 2 a sum of 1 is not enough")
    let apart = edges + [SignedEdge(source: 0, target: 2, weight: -1.5)]
    #expect(contractedAdditively(sizes: sizes, edges: apart) == [0, 0, 2, 2])
  }

  @Test("No nodes, no clusters")
  func empty() {
    #expect(contractedAdditively(sizes: [], edges: []).isEmpty)
  }
}
