/// Sets of whole numbers that can be united, each named by its smallest member.
///
/// Cost per call: nearly constant. The names do not depend on the order of the unions.
public struct UnionFind: Sendable {
  private var parents: [Int]

  /// Makes the sets {0}, {1}, ... {count − 1}.
  public init(count: Int) { parents = Array(0..<count) }

  /// Unites the sets of two members.
  public mutating func unite(_ first: Int, _ second: Int) {
    let (a, b) = (root(of: first), root(of: second))
    parents[max(a, b)] = min(a, b)
  }

  /// The smallest member of a member's set.
  public mutating func root(of member: Int) -> Int {
    var node = member
    while parents[node] != node {
      parents[node] = parents[parents[node]]
      node = parents[node]
    }
    return node
  }

  /// All sets, each in rising order, in order of their smallest members.
  public mutating func sets() -> [[Int]] {
    var place = [Int](repeating: -1, count: parents.count)
    var sets: [[Int]] = []
    for member in parents.indices {
      let root = root(of: member)
      if place[root] < 0 {
        place[root] = sets.count
        sets.append([])
      }
      sets[place[root]].append(member)
    }
    return sets
  }
}
