import Graphs

/// Gives clusters of patches that cannot be membranes to a neighbour.
///
/// A membrane has some extent, and two faces. A cluster that is too small, or whose faces look through
/// the mask at another cluster's nearly everywhere, is a crumb at a rung or one side of a membrane
/// thicker than usual. It becomes one with the neighbour it is least held apart from, smallest first.
struct WeakClusters {
  /// Least share of the lines through a cluster that end on the cluster itself.
  static let leastOwnShare: Float = 0.2

  private var faces: [Int]
  private var ownLines: [Float]
  private var allLines: [Float]
  /// Weight for being one and number of lines, by neighbour.
  private var neighbours: [[Int: (weight: Float, lines: Float)]]
  private let leastFaces: Int
  private var sets: UnionFind

  /// - Parameters:
  ///   - clusters: of each patch.
  ///   - weighted: links with their weight.
  init(
    clusters: [Int], faces: [Int], weighted: [(pair: PatchPair, link: PatchLink, weight: Float)],
    leastFaces: Int
  ) {
    let count = clusters.count
    self.leastFaces = leastFaces
    self.faces = Array(repeating: 0, count: count)
    ownLines = Array(repeating: 0, count: count)
    allLines = Array(repeating: 0, count: count)
    neighbours = Array(repeating: [:], count: count)
    sets = UnionFind(count: count)
    for (patch, cluster) in clusters.enumerated() { self.faces[cluster] += faces[patch] }
    for (pair, link, weight) in weighted {
      let (a, b) = (clusters[Int(pair.first)], clusters[Int(pair.second)])
      allLines[a] += link.lines
      if a == b {
        ownLines[a] += link.lines
        continue
      }
      allLines[b] += link.lines
      for (from, to) in [(a, b), (b, a)] {
        let known = neighbours[from][to] ?? (0, 0)
        neighbours[from][to] = (known.weight + weight, known.lines + link.lines)
      }
    }
  }

  private func isWeak(_ cluster: Int) -> Bool {
    faces[cluster] < leastFaces || ownLines[cluster] < Self.leastOwnShare * allLines[cluster]
  }

  /// The cluster of each cluster after the weak ones have been given away.
  mutating func resolved() -> [Int] {
    var pending = faces.indices.filter { 0 < faces[$0] && isWeak($0) }
    while !pending.isEmpty {
      let order = pending.sorted { (faces[$0], $0) < (faces[$1], $1) }
      var changed = false
      for cluster in order where sets.root(of: cluster) == cluster && isWeak(cluster) {
        let best = neighbours[cluster].min { a, b in
          (-a.value.weight, a.key) < (-b.value.weight, b.key)
        }
        guard let best else { continue }
        unite(cluster, best.key)
        changed = true
      }
      guard changed else { break }
      pending = pending.filter { sets.root(of: $0) == $0 && isWeak($0) }
    }
    return faces.indices.map { sets.root(of: $0) }
  }

  private mutating func unite(_ first: Int, _ second: Int) {
    let (kept, gone) = (min(first, second), max(first, second))
    sets.unite(first, second)
    let between = neighbours[kept].removeValue(forKey: gone)?.lines ?? 0
    faces[kept] += faces[gone]
    ownLines[kept] += ownLines[gone] + between
    allLines[kept] += allLines[gone] - between
    for (other, value) in neighbours[gone] where other != kept {
      let known = neighbours[kept][other] ?? (0, 0)
      let sum = (weight: known.weight + value.weight, lines: known.lines + value.lines)
      neighbours[kept][other] = sum
      neighbours[other][gone] = nil
      neighbours[other][kept] = sum
    }
    neighbours[gone] = [:]
  }
}
