/// Which vertices of a mesh are joined by an edge.
public struct MeshAdjacency: Sendable {
  /// Neighbours of vertex v are `neighbours[starts[v]..<starts[v + 1]]`, rising.
  public let starts: [Int32]
  /// Vertex numbers.
  public let neighbours: [Int32]

  /// Finds the neighbours of each vertex of `mesh`.
  public init(_ mesh: TriangleMesh) {
    let edges = mesh.directedEdges()
    var pairs: [UInt64] = []
    pairs.reserveCapacity(edges.count * 2)
    for edge in edges {
      pairs.append(UInt64(edge.tail) << 32 | UInt64(edge.head))
      pairs.append(UInt64(edge.head) << 32 | UInt64(edge.tail))
    }
    pairs.sort()
    var starts = [Int32](repeating: 0, count: mesh.vertices.count + 1)
    var neighbours: [Int32] = []
    neighbours.reserveCapacity(pairs.count / 2)
    var previous = UInt64.max
    for pair in pairs where pair != previous {
      previous = pair
      starts[Int(pair >> 32) + 1] += 1
      neighbours.append(Int32(truncatingIfNeeded: pair))
    }
    for vertex in mesh.vertices.indices { starts[vertex + 1] += starts[vertex] }
    (self.starts, self.neighbours) = (starts, neighbours)
  }

  /// Where the neighbours of a vertex stand in `neighbours`.
  @inlinable
  public func range(of vertex: Int) -> Range<Int> {
    Int(starts[vertex])..<Int(starts[vertex + 1])
  }
}

/// An edge as a triangle runs along it.
struct DirectedEdge {
  let tail: Int32
  let head: Int32
  let triangle: Int32

  /// The same for both directions.
  var key: UInt64 { TriangleMesh.edgeKey(tail, head) }
}

extension TriangleMesh {
  /// A number for the edge between two vertices, the same for both directions.
  @inlinable
  public static func edgeKey(_ a: Int32, _ b: Int32) -> UInt64 {
    UInt64(min(a, b)) << 32 | UInt64(max(a, b))
  }

  /// Three edges a triangle, in its order.
  func directedEdges() -> [DirectedEdge] {
    var edges: [DirectedEdge] = []
    edges.reserveCapacity(triangles.count * 3)
    for (number, corner) in triangles.enumerated() {
      for axis in 0..<3 {
        edges.append(
          DirectedEdge(
            tail: corner[axis], head: corner[(axis + 1) % 3], triangle: Int32(number)))
      }
    }
    return edges
  }

  /// Directed edges grouped by undirected edge, in a fixed order.
  func edgeGroups() -> [ArraySlice<DirectedEdge>] {
    let edges = directedEdges().sorted { ($0.key, $0.triangle) < ($1.key, $1.triangle) }
    var groups: [ArraySlice<DirectedEdge>] = []
    var start = 0
    for index in edges.indices
    where index + 1 == edges.count || edges[index + 1].key != edges[index].key {
      groups.append(edges[start...index])
      start = index + 1
    }
    return groups
  }
}
