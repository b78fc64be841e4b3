import Graphs
import LinearAlgebra
import Meshes

extension TriangleMesh {
  /// Lengths of the shortest ways along edges from a vertex, Å; infinite beyond a limit.
  ///
  /// - Complexity: O(n log n) for the n vertices within the limit.
  func edgeDistances(from seed: Int, within limit: Double) -> [Double] {
    let adjacency = MeshAdjacency(self)
    var distances = [Double](repeating: .infinity, count: vertices.count)
    var heap = MinimumHeap<Keyed>()
    distances[seed] = 0
    heap.push(Keyed(key: 0, number: seed))
    while let nearest = heap.popLeast() {
      let (distance, vertex) = (nearest.key, nearest.number)
      guard distance == distances[vertex] else { continue }
      for place in adjacency.range(of: vertex) {
        let other = Int(adjacency.neighbours[place])
        let reached = distance + (vertices[other] - vertices[vertex]).length
        if reached < distances[other] && reached <= limit {
          distances[other] = reached
          heap.push(Keyed(key: reached, number: other))
        }
      }
    }
    return distances
  }

  /// Triangles around a vertex, nearest first, that together stay a disc.
  ///
  /// Where the surface runs back into itself, as around a tubule, the two fronts meet and are not
  /// joined: a row of triangles is left out there, so that the disc is cut and can be laid flat. Holes
  /// are cut open in the same way.
  func disc(around seed: Int, within limit: Double) -> [Int] {
    var growth = DiscGrowth(self, distances: edgeDistances(from: seed, within: limit))
    return growth.grow(from: seed)
  }
}

/// A vertex or triangle that waits by its key; equal keys by number.
private struct Keyed: Comparable {
  let key: Double
  let number: Int

  static func < (one: Keyed, other: Keyed) -> Bool {
    (one.key, one.number) < (other.key, other.number)
  }
}

/// A disc of triangles while it grows.
private struct DiscGrowth {
  private let mesh: TriangleMesh
  private let distances: [Double]
  private var trianglesOfEdge: [UInt64: [Int]] = [:]
  /// Edges of exactly one triangle of the disc: a simple closed line.
  private var rim = Set<UInt64>()
  /// Edges of two triangles of the disc.
  private var inner = Set<UInt64>()
  private var hasVertex: [Bool]
  private var hasTriangle: [Bool]
  private var heap = MinimumHeap<Keyed>()

  init(_ mesh: TriangleMesh, distances: [Double]) {
    (self.mesh, self.distances) = (mesh, distances)
    hasVertex = Array(repeating: false, count: mesh.vertices.count)
    hasTriangle = Array(repeating: false, count: mesh.triangles.count)
    for triangle in mesh.triangles.indices where key(of: triangle).isFinite {
      for edge in edges(of: triangle) { trianglesOfEdge[edge, default: []].append(triangle) }
    }
  }

  /// How far a triangle's farthest corner is.
  private func key(of triangle: Int) -> Double {
    let corner = mesh.triangles[triangle]
    return max(distances[Int(corner.x)], distances[Int(corner.y)], distances[Int(corner.z)])
  }

  private func edges(of triangle: Int) -> [UInt64] {
    let corner = mesh.triangles[triangle]
    return (0..<3).map { axis in
      TriangleMesh.edgeKey(corner[axis], corner[(axis + 1) % 3])
    }
  }

  mutating func grow(from seed: Int) -> [Int] {
    let around = mesh.triangles.indices.filter { triangle in
      let corner = mesh.triangles[triangle]
      return (0..<3).contains { corner[$0] == Int32(seed) } && key(of: triangle).isFinite
    }
    guard let first = around.min(by: { (key(of: $0), $0) < (key(of: $1), $1) }) else { return [] }
    var disc: [Int] = []
    heap.push(Keyed(key: 0, number: first))
    while let triangle = heap.popLeast()?.number {
      if hasTriangle[triangle] || !(disc.isEmpty || fits(triangle)) { continue }
      add(triangle)
      disc.append(triangle)
    }
    return disc.sorted()
  }

  /// Whether the disc with this triangle is a disc.
  private func fits(_ triangle: Int) -> Bool {
    let (corner, edges) = (mesh.triangles[triangle], edges(of: triangle))
    let shared = (0..<3).filter { rim.contains(edges[$0]) }
    if edges.contains(where: { inner.contains($0) }) { return false }
    switch shared.count {
    // Edge i joins corners i and i + 1: the third one must be new.
    case 1: return !hasVertex[Int(corner[(shared[0] + 2) % 3])]
    // The corner between two edges of the rim, a simple line, has its last triangle now.
    case 2: return true
    // Three would close a sphere, or a hole that is no hole of a disc.
    default: return false
    }
  }

  private mutating func add(_ triangle: Int) {
    hasTriangle[triangle] = true
    let corner = mesh.triangles[triangle]
    for axis in 0..<3 { hasVertex[Int(corner[axis])] = true }
    for edge in edges(of: triangle) {
      if rim.remove(edge) != nil { inner.insert(edge) } else { rim.insert(edge) }
    }
    // Those that did not fit may now: each addition puts its neighbours into the queue again.
    for edge in edges(of: triangle) {
      for other in trianglesOfEdge[edge] ?? [] where !hasTriangle[other] {
        heap.push(Keyed(key: key(of: other), number: other))
      }
    }
  }
}
