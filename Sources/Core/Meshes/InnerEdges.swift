import LinearAlgebra
import RealModule

/// Pairs of triangles that share an edge, and vertices off the rim.
public struct InnerEdges: Sendable {
  /// An edge between two triangles.
  public struct Edge: Sendable {
    public let tail: Int32
    public let head: Int32
    /// The triangle that runs along the edge, and the one that runs against it.
    public let left: Int32
    public let right: Int32

    /// Between its triangles' normals; above 0 where the surface curves away from them.
    public func angle(in mesh: TriangleMesh) -> Double {
      let along = mesh.vertices[Int(head)] - mesh.vertices[Int(tail)]
      let a = mesh.areaVector(of: Int(left)).normalized
      let b = mesh.areaVector(of: Int(right)).normalized
      return Double.atan2(y: a.cross(b).dot(along.normalized), x: a.dot(b))
    }
  }
  /// Edges of exactly two triangles.
  public private(set) var edges: [Edge] = []
  /// Whether all edges at a vertex are such.
  public private(set) var isInner: [Bool]

  /// Finds them in a consistently oriented mesh.
  public init(_ mesh: TriangleMesh) {
    isInner = [Bool](repeating: true, count: mesh.vertices.count)
    for group in mesh.edgeGroups() {
      guard let first = group.first, let last = group.last else { continue }
      if group.count == 2 {
        edges.append(
          Edge(tail: first.tail, head: first.head, left: first.triangle, right: last.triangle))
      } else {
        (isInner[Int(first.tail)], isInner[Int(first.head)]) = (false, false)
      }
    }
  }

  /// ∫ H dA in Å, H = (κ₁ + κ₂) / 2 (Cohen-Steiner & Morvan 2003); above 0 where the surface curves away from
  /// its normal.
  public func integratedMeanCurvatureAngstrom(of mesh: TriangleMesh) -> Double {
    edges.reduce(0) { sum, edge in
      let along = mesh.vertices[Int(edge.head)] - mesh.vertices[Int(edge.tail)]
      return sum + along.length * edge.angle(in: mesh) / 2
    }
  }

  /// ∫ K dA over the inner vertices, a pure number: 2π less the angles around each.
  public func integratedGaussianCurvature(of mesh: TriangleMesh) -> Double {
    var sum = 2 * .pi * Double(isInner.count { $0 })
    for triangle in mesh.triangles.indices {
      let (a, b, c) = mesh.corners(of: triangle)
      let place = [a, b, c]
      for axis in 0..<3 where isInner[Int(mesh.triangles[triangle][axis])] {
        let (u, v) = (place[(axis + 1) % 3] - place[axis], place[(axis + 2) % 3] - place[axis])
        sum -= Double.atan2(y: u.cross(v).length, x: u.dot(v))
      }
    }
    return sum
  }
}
