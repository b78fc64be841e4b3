/// An edge of a graph whose weight says whether its ends belong together (above 0) or apart (below).
public struct SignedEdge: Hashable, Sendable {
  /// One end.
  public var source: Int
  /// The other end.
  public var target: Int
  /// For (above 0) or against (below 0) the two being one.
  public var weight: Double

  /// Makes an edge.
  public init(source: Int, target: Int, weight: Double) {
    (self.source, self.target, self.weight) = (source, target, weight)
  }
}

/// Parts a graph with signed weights: greedy additive edge contraction (Keuper et al., ICCV 2015,
/// 1751, algorithm 1), an approximation to the minimum-cost multicut.
///
/// Again and again the two clusters with the largest sum of weights between them become one, until no
/// sum is above 0. Equal sums go by the smaller numbers of the clusters, so the result depends on
/// nothing but the graph.
///
/// - Parameters:
///   - sizes: of the nodes 0..<count; a cluster's is the sum of its nodes'.
///   - edges: weights of the same pair add up; an edge from a node to itself says nothing.
///   - leastWeight: of the smaller size of two clusters, the sum of weights above which they may
///     become one; it does not fall with size. Default 0, as published.
/// - Returns: for each node the smallest node of its cluster.
/// - Complexity: about n log n for n edges of a graph in which clusters have few neighbours.
public func contractedAdditively(
  sizes: [Double], edges: [SignedEdge], leastWeight: (Double) -> Double = { _ in 0 }
) -> [Int] {
  var graph = ContractedGraph(sizes: sizes, edges: edges)
  while graph.contractBest(leastWeight) {}
  return graph.clusters()
}

/// Clusters, the sums of weights between them, and which to contract next.
private struct ContractedGraph {
  private var neighbours: [[Int: Double]]
  private var sets: UnionFind
  private var queue = MinimumHeap<WaitingEdge>()
  /// Whether a node stands for its cluster.
  private var isAlive: [Bool]
  private var sizes: [Double]

  init(sizes: [Double], edges: [SignedEdge]) {
    self.sizes = sizes
    let count = sizes.count
    neighbours = Array(repeating: [:], count: count)
    sets = UnionFind(count: count)
    isAlive = Array(repeating: true, count: count)
    for edge in edges where edge.source != edge.target {
      neighbours[edge.source][edge.target, default: 0] += edge.weight
      neighbours[edge.target][edge.source, default: 0] += edge.weight
    }
    for node in 0..<count {
      for (other, weight) in neighbours[node] where node < other && 0 < weight {
        queue.push(WaitingEdge(edge: SignedEdge(source: node, target: other, weight: weight)))
      }
    }
  }

  /// Contracts the best edge; false where none is above 0.
  mutating func contractBest(_ leastWeight: (Double) -> Double) -> Bool {
    while let edge = queue.popLeast()?.edge {
      // Sums that have changed since are in the queue again, or no longer above 0; those too small
      // for their clusters stay so until they change, as clusters only grow.
      guard isAlive[edge.source], isAlive[edge.target],
        neighbours[edge.source][edge.target] == edge.weight,
        leastWeight(min(sizes[edge.source], sizes[edge.target])) < edge.weight
      else { continue }
      contract(edge.source, edge.target)
      return true
    }
    return false
  }

  private mutating func contract(_ first: Int, _ second: Int) {
    sets.unite(first, second)
    let moves = neighbours[first].count < neighbours[second].count
    let (kept, gone) = moves ? (second, first) : (first, second)
    isAlive[gone] = false
    sizes[kept] += sizes[gone]
    let moved = neighbours[gone]
    neighbours[gone] = [:]
    neighbours[kept][gone] = nil
    for (other, weight) in moved where other != kept {
      let sum = neighbours[kept][other, default: 0] + weight
      neighbours[kept][other] = sum
      neighbours[other][gone] = nil
      neighbours[other][kept] = sum
      guard 0 < sum else { continue }
      queue.push(
        WaitingEdge(
          edge: SignedEdge(source: min(kept, other), target: max(kept, other), weight: sum)))
    }
  }

  mutating func clusters() -> [Int] {
    (0..<neighbours.count).map { sets.root(of: $0) }
  }
}

/// An edge that waits: the largest weight first, equal weights by rising ends.
private struct WaitingEdge: Comparable {
  let edge: SignedEdge

  static func < (first: WaitingEdge, second: WaitingEdge) -> Bool {
    (second.edge.weight, first.edge.source, first.edge.target)
      < (first.edge.weight, second.edge.source, second.edge.target)
  }
}
