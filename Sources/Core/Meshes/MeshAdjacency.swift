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

  var lower: Int32 { min(tail, head) }
  var higher: Int32 { max(tail, head) }
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

  /// Directed edges grouped by undirected edge: by its lower vertex, its higher one, and the triangle.
  func edgeGroups() -> EdgeGroups { EdgeGroups(self) }
}

/// The directed edges of each undirected edge, a slice each.
struct EdgeGroups: RandomAccessCollection {
  private let edges: [DirectedEdge]
  /// Group g is `edges[starts[g]..<starts[g + 1]]`.
  private let starts: [Int32]

  var startIndex: Int { 0 }
  var endIndex: Int { starts.count - 1 }

  subscript(group: Int) -> ArraySlice<DirectedEdge> {
    edges[Int(starts[group])..<Int(starts[group + 1])]
  }

  /// Groups by a counting sort over lower vertices; few edges share one.
  fileprivate init(_ mesh: TriangleMesh) {
    let directed = mesh.directedEdges()
    var places = [Int32](repeating: 0, count: mesh.vertices.count + 1)
    for edge in directed { places[Int(edge.lower) + 1] += 1 }
    for vertex in mesh.vertices.indices { places[vertex + 1] += places[vertex] }
    let ends = places
    var sorted = directed
    for edge in directed {
      sorted[Int(places[Int(edge.lower)])] = edge
      places[Int(edge.lower)] += 1
    }
    var starts: [Int32] = [0]
    for vertex in mesh.vertices.indices {
      let bucket = Int(ends[vertex])..<Int(ends[vertex + 1])
      // Insertion keeps equals in the triangles' order.
      for place in bucket.dropFirst() {
        let edge = sorted[place]
        var hole = place
        while bucket.lowerBound < hole, edge.higher < sorted[hole - 1].higher {
          sorted[hole] = sorted[hole - 1]
          hole -= 1
        }
        sorted[hole] = edge
      }
      for place in bucket
      where place + 1 == bucket.upperBound || sorted[place + 1].higher != sorted[place].higher {
        starts.append(Int32(place + 1))
      }
    }
    (edges, self.starts) = (sorted, starts)
  }
}
