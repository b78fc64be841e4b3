import Graphs
import Testing

@Suite("Graphs") struct GraphsTests {
  @Test("United members share the smallest member as their name")
  func union() {
    var sets = UnionFind(count: 7)
    sets.unite(5, 3)
    sets.unite(6, 5)
    sets.unite(0, 1)
    #expect((0..<7).map { sets.root(of: $0) } == [0, 0, 2, 3, 4, 3, 3])
    #expect(sets.sets() == [[0, 1], [2], [3, 5, 6], [4]])
  }

  @Test("No members, no sets")
  func empty() {
    var sets = UnionFind(count: 0)
    #expect(sets.sets().isEmpty)
  }

  /// Tries every way.
  static func naive(_ costs: [Double], width: Int, stepCost: Double) -> Double {
    let layers = costs.count / width
    func best(_ layer: Int, _ node: Int) -> Double {
      let own = costs[layer * width + node]
      guard layer + 1 < layers else { return own }
      let next = (max(node - 1, 0)...min(node + 1, width - 1)).map {
        best(layer + 1, $0) + ($0 == node ? 0 : stepCost)
      }
      return own + (next.min() ?? 0)
    }
    return (0..<width).map { best(0, $0) }.min() ?? .infinity
  }

  @Test("The layered path costs what the best of all ways costs", arguments: 1...5)
  func layeredPath(width: Int) throws {
    var state: UInt64 = 42
    let costs = (0..<(7 * width)).map { _ -> Double in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 40) / Double(1 << 24)
    }
    let path = try #require(cheapestLayeredPath(costs: costs, width: width, stepCost: 0.1))
    #expect(abs(path.cost - Self.naive(costs, width: width, stepCost: 0.1)) < 1e-12)
    var sum = costs[path.nodes[0]]
    for layer in 1..<7 {
      let move = abs(path.nodes[layer] - path.nodes[layer - 1])
      #expect(move <= 1)
      sum += costs[layer * width + path.nodes[layer]] + 0.1 * Double(move)
    }
    #expect(abs(sum - path.cost) < 1e-12)
  }

  @Test("A closed layer leaves no path, and no layer is no path")
  func closed() {
    let costs = [0, 0, .infinity, .infinity, 0, 0]
    #expect(cheapestLayeredPath(costs: costs, width: 2, stepCost: 1) == nil)
    #expect(cheapestLayeredPath(costs: [], width: 3, stepCost: 1) == nil)
  }
}
