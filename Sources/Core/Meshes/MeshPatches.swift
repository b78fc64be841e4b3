import Graphs
import LinearAlgebra

/// A part of a mesh with what lies around it, as a mesh of its own.
public struct MeshPatch: Sendable {
  /// The part and its surroundings.
  public let mesh: TriangleMesh
  /// The whole mesh's number of each vertex.
  public let wholeVertices: [Int]
  /// Whether a vertex is of the part itself.
  public let isCore: [Bool]

  init(mesh: TriangleMesh, wholeVertices: [Int], isCore: [Bool]) {
    (self.mesh, self.wholeVertices, self.isCore) = (mesh, wholeVertices, isCore)
  }

  /// A mesh as its only patch.
  public init(whole mesh: TriangleMesh) {
    self.init(
      mesh: mesh, wholeVertices: Array(mesh.vertices.indices),
      isCore: mesh.vertices.map { _ in true })
  }
}

extension TriangleMesh {
  /// Overlapping patches; every vertex that has a triangle is in the core of exactly one.
  ///
  /// Cores are made by halving vertices across their longest extent, so they are compact, and need not
  /// be connected.
  ///
  /// - Parameters:
  ///   - coreVertices: the most a core has, above 0.
  ///   - overlapAngstrom: how far, along edges, surroundings reach; a core's own triangles are always there.
  /// - Complexity: O(n log n), and 4 bytes a vertex and patch.
  public func patches(coreVertices: Int, overlapAngstrom: Double) -> [MeshPatch] {
    precondition(0 < coreVertices, "A core has at least one vertex.")
    var isUsed = [Bool](repeating: false, count: vertices.count)
    for triangle in triangles { for axis in 0..<3 { isUsed[Int(triangle[axis])] = true } }
    let adjacency = MeshAdjacency(self)
    return cores(of: isUsed.indices.filter { isUsed[$0] }, most: coreVertices).map {
      patch(around: $0, overlap: overlapAngstrom, adjacency)
    }
  }

  /// Halves vertices until no part has more than `most`.
  private func cores(of members: [Int], most: Int) -> [[Int]] {
    if members.count <= most { return members.isEmpty ? [] : [members] }
    var (lower, upper) = (vertices[members[0]], vertices[members[0]])
    for member in members {
      lower = pointwiseMin(lower, vertices[member])
      upper = pointwiseMax(upper, vertices[member])
    }
    let extent = upper - lower
    let axis = (0..<3).max { extent[$0] < extent[$1] } ?? 0
    let sorted = members.sorted { (vertices[$0][axis], $0) < (vertices[$1][axis], $1) }
    // Shares of whole cores, so that few are much smaller than they might be.
    let parts = (members.count + most - 1) / most
    let half = members.count * (parts / 2) / parts
    return cores(of: Array(sorted[..<half]), most: most)
      + cores(of: Array(sorted[half...]), most: most)
  }

  private func patch(
    around core: [Int], overlap: Double, _ adjacency: MeshAdjacency
  ) -> MeshPatch {
    let isNear = near(core, within: overlap, adjacency)
    var isCore = [Bool](repeating: false, count: vertices.count)
    for vertex in core { isCore[vertex] = true }
    let kept = triangles.indices.filter { number in
      let corners = (0..<3).map { Int(triangles[number][$0]) }
      return corners.allSatisfy { isNear[$0] } || corners.contains { isCore[$0] }
    }
    let (mesh, wholeVertices) = keeping(triangles: kept)
    return MeshPatch(
      mesh: mesh, wholeVertices: wholeVertices, isCore: wholeVertices.map { isCore[$0] })
  }

  private struct Reached: Comparable {
    var distance: Double
    var vertex: Int

    static func < (a: Reached, b: Reached) -> Bool {
      (a.distance, a.vertex) < (b.distance, b.vertex)
    }
  }

  /// Whether each vertex is at most `distance` along edges from one of some.
  private func near(
    _ starts: [Int], within distance: Double, _ adjacency: MeshAdjacency
  ) -> [Bool] {
    var known = [Float](repeating: .infinity, count: vertices.count)
    var waiting = MinimumHeap<Reached>()
    for start in starts {
      known[start] = 0
      waiting.push(Reached(distance: 0, vertex: start))
    }
    while let next = waiting.popLeast() {
      guard Float(next.distance) <= known[next.vertex] else { continue }
      for place in adjacency.range(of: next.vertex) {
        let other = Int(adjacency.neighbours[place])
        let reached = next.distance + (vertices[other] - vertices[next.vertex]).length
        guard reached <= distance, Float(reached) < known[other] else { continue }
        known[other] = Float(reached)
        waiting.push(Reached(distance: reached, vertex: other))
      }
    }
    return known.map { $0.isFinite }
  }
}
