import LinearAlgebra
public import Meshes
import RealModule

/// Part of a surface laid flat, with as little stretch as its curvature allows.
///
/// Only a surface without Gaussian curvature can be laid flat without stretch; of a sphere's cap of
/// angular radius α some length is stretched by α / sin α more than another at least (Milnor 1969).
/// So every place knows its stretch.
public struct UnrolledPatch: Sendable {
  /// The part: a disc, cut where the surface runs back into itself.
  public let mesh: TriangleMesh
  /// Unit normals at its vertices.
  public let normals: [SIMD3<Double>]
  /// Flat places of its vertices, Å; (0, 0) is the chosen vertex. Seen with the normal towards the
  /// viewer the second axis is 90° counterclockwise of the first.
  public let places: [SIMD2<Double>]
  /// Flat over true length in each triangle: of the direction stretched most, and of the least.
  public let stretches: [SIMD2<Double>]
  /// Triangles whose flat picture lies upside down: 0 unless the surface is folded too tightly.
  public let flippedTriangles: Int

  /// Lays a part flat.
  ///
  /// - Parameters:
  ///   - mesh: a consistently oriented surface.
  ///   - normals: its unit normals, one a vertex.
  ///   - seed: vertex in the middle.
  ///   - radiusAngstrom: what lies farther on the flat picture may be missing; infinite for all.
  ///   - first: direction that the first axis follows as nearly as it can; nil: the one in which the
  ///     part is longest in space.
  /// - Returns: nil where no triangle touches the seed.
  /// - Complexity: about 100 sparse solutions: a second for 10 000 vertices.
  public init?(
    of mesh: TriangleMesh, normals: [SIMD3<Double>], around seed: Int, radiusAngstrom: Double,
    first: SIMD3<Double>? = nil
  ) {
    precondition(normals.count == mesh.vertices.count, "A surface has one normal a vertex.")
    // Ways along edges are up to 15 % longer than straight ones, and the rim is a triangle wide.
    let kept = mesh.disc(
      around: seed, within: 1.2 * radiusAngstrom + 3 * Self.typicalEdge(mesh))
    guard !kept.isEmpty else { return nil }
    let (part, oldVertices) = mesh.keeping(triangles: kept)
    guard let middle = oldVertices.firstIndex(of: seed) else { return nil }
    self.mesh = part
    self.normals = oldVertices.map { normals[$0] }
    let axis = first ?? Self.longestDirection(part)
    let start = part.tangentMap(around: middle, normals: self.normals, first: axis)
    let flat = RigidFlattening(part).flattened(from: start)
    places = Self.turned(flat, part, middle: middle, axis: axis)
    let found = Self.stretches(part, places)
    stretches = found.map(\.stretch)
    flippedTriangles = found.count { $0.isFlipped }
  }

  /// Root mean square of the edges' lengths.
  private static func typicalEdge(_ mesh: TriangleMesh) -> Double {
    let squares = mesh.triangles.indices.reduce(0.0) { sum, triangle in
      let (a, b, c) = mesh.corners(of: triangle)
      return sum + (b - a).squaredLength + (c - b).squaredLength + (a - c).squaredLength
    }
    return Double.sqrt(squares / Double(max(3 * mesh.triangles.count, 1)))
  }

  /// Where vertices scatter most.
  private static func longestDirection(_ mesh: TriangleMesh) -> SIMD3<Double> {
    let mean = mesh.vertices.reduce(SIMD3.zero, +) / Double(mesh.vertices.count)
    var scatter = SymmetricMatrix.zero
    for vertex in mesh.vertices { scatter.addOuterProduct(of: vertex - mean) }
    return scatter.eigenvector(of: scatter.eigenvalues.max())
  }

  /// Moved so that the middle is zero, and turned so that the first axis is the one along which the
  /// position grows along `axis`: the gradient of that component in a least-squares fit.
  private static func turned(
    _ flat: [SIMD2<Double>], _ mesh: TriangleMesh, middle: Int, axis: SIMD3<Double>
  ) -> [SIMD2<Double>] {
    let (zero, origin) = (flat[middle], mesh.vertices[middle])
    var equations = NormalEquations(unknowns: 2)
    for (place, vertex) in zip(flat, mesh.vertices) {
      let moved = place - zero
      equations.add([moved.x, moved.y], (vertex - origin).dot(axis), weight: 1)
    }
    let found = equations.solution() ?? [1, 0]
    let gradient = SIMD2(found[0], found[1])
    let length = gradient.length
    let (cosine, sine) = length == 0 ? (1, 0) : (gradient.x / length, gradient.y / length)
    return flat.map { place in
      let moved = place - zero
      return SIMD2(cosine * moved.x + sine * moved.y, cosine * moved.y - sine * moved.x)
    }
  }

  /// Singular values of each triangle's map into the plane.
  private static func stretches(
    _ mesh: TriangleMesh, _ places: [SIMD2<Double>]
  ) -> [(stretch: SIMD2<Double>, isFlipped: Bool)] {
    mesh.triangles.indices.map { number in
      let corner = mesh.triangles[number]
      let shape = flatShape(mesh.corners(of: number))
      let origin = places[Int(corner.x)]
      let (u, v) = (places[Int(corner.y)] - origin, places[Int(corner.z)] - origin)
      guard 0 < shape.1.x, 0 < shape.2.y else { return (SIMD2(1, 1), false) }
      // Columns of the Jacobian: images of the unit vectors of the triangle's plane.
      let one = u / shape.1.x
      let two = (v - one * shape.2.x) / shape.2.y
      let (p, q) = (SIMD2(one.x + two.y, one.y - two.x), SIMD2(one.x - two.y, one.y + two.x))
      let (sum, apart) = (p.length / 2, q.length / 2)
      return (SIMD2(sum + apart, abs(sum - apart)), one.x * two.y < one.y * two.x)
    }
  }
}
