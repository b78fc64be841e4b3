import LinearAlgebra
import RealModule
public import Volumes

/// Curvatures at the vertices of a mesh.
public struct VertexCurvatures: Hashable, Sendable {
  /// (κ₁ + κ₂) / 2 in Å⁻¹, above 0 where the surface curves away from its normal (a sphere with
  /// outward normals); NaN where too few neighbours lie around.
  public var mean: [Double]
  /// κ₁ κ₂ in Å⁻²; NaN as above.
  public var gaussian: [Double]
}

extension TriangleMesh {
  /// Curvatures from how normals turn around each vertex.
  ///
  /// The Weingarten map S sends a step in the tangent plane to the change of the normal (do Carmo
  /// 1976, §3-2). S is fitted, symmetric, by least squares to the normals of all vertices that can
  /// be reached along edges within `radius`: n_t ≈ c + S p_t with both sides projected on the
  /// tangent plane. For spheres and cylinders this is exact at any radius, unlike a fit of height;
  /// the constant c takes up the noise of the vertex's own normal. Weights: vertex area times a
  /// Gaussian of half the radius.
  ///
  /// - Parameters:
  ///   - normals: unit normals, e.g. `vertexNormals()`.
  ///   - radiusAngstrom: reach of the neighbourhood; roughness shorter than it is averaged out.
  public func curvatures(
    normals: [SIMD3<Double>], radiusAngstrom: Double, workers: Workers
  ) -> VertexCurvatures {
    precondition(normals.count == vertices.count, "Each vertex has a normal.")
    let (adjacency, areas) = (MeshAdjacency(self), vertexAreasAngstrom2())
    let chunk = 1024
    let parts = workers.map((vertices.count + chunk - 1) / chunk) { part in
      var walker = Neighbourhood(vertexCount: vertices.count)
      return (part * chunk..<min((part + 1) * chunk, vertices.count)).map { vertex in
        walker.collect(around: vertex, within: radiusAngstrom, of: self, adjacency)
        return weingartenMap(at: vertex, walker.members, normals, areas, radiusAngstrom)
      }
    }.flatMap { $0 }
    return VertexCurvatures(
      mean: parts.map { ($0.x + $0.z) / 2 }, gaussian: parts.map { $0.x * $0.z - $0.y * $0.y })
  }

  /// S₁₁, S₁₂ and S₂₂; NaN where the neighbours do not determine them.
  private func weingartenMap(
    at vertex: Int, _ members: [Int32], _ normals: [SIMD3<Double>], _ areas: [Double],
    _ radius: Double
  ) -> SIMD3<Double> {
    let undetermined = SIMD3<Double>(repeating: .nan)
    let (here, normal) = (vertices[vertex], normals[vertex])
    let u = normal.anyPerpendicular
    let v = normal.cross(u)
    var moments = TangentMoments()
    for member in members {
      let other = normals[Int(member)]
      // Beyond a right angle the tangent plane sees the far side of a tight fold.
      if other.dot(normal) <= 0 { continue }
      let step = vertices[Int(member)] - here
      let reach = step.dot(step) / (radius * radius)
      moments.add(
        weight: areas[Int(member)] * Double.exp(-2 * reach),
        step: SIMD2(step.dot(u), step.dot(v)), turn: SIMD2(other.dot(u), other.dot(v)))
    }
    return 5 <= moments.count ? moments.symmetricMap ?? undetermined : undetermined
  }
}

/// Weighted sums of steps (a, b) and turns (p, q) in a tangent plane.
private struct TangentMoments {
  var count = 0
  private var weight = 0.0
  private var step = SIMD2<Double>.zero
  private var turn = SIMD2<Double>.zero
  /// Sums of a², ab, b².
  private var steps = SIMD3<Double>.zero
  /// Sums of ap, bp, aq, bq.
  private var products = SIMD4<Double>.zero

  mutating func add(weight w: Double, step s: SIMD2<Double>, turn t: SIMD2<Double>) {
    count += 1
    weight += w
    step += w * s
    turn += w * t
    steps += w * SIMD3(s.x * s.x, s.x * s.y, s.y * s.y)
    products += w * SIMD4(s.x * t.x, s.y * t.x, s.x * t.y, s.y * t.y)
  }

  /// The symmetric S with least Σ w |t − c − S s|², as (S₁₁, S₁₂, S₂₂).
  ///
  /// About the means, the normal equations of the three entries are
  ///     aa S₁₁ + ab S₁₂             = ap
  ///     ab S₁₁ + (aa + bb) S₁₂ + ab S₂₂ = bp + aq
  ///              ab S₁₂ + bb S₂₂    = bq
  var symmetricMap: SIMD3<Double>? {
    guard 0 < weight else { return nil }
    let aa = steps.x - step.x * step.x / weight
    let ab = steps.y - step.x * step.y / weight
    let bb = steps.z - step.y * step.y / weight
    // Steps along one line only leave the turn across it open.
    guard (aa + bb) * (aa + bb) * 1e-6 < aa * bb - ab * ab else { return nil }
    let ap = products.x - step.x * turn.x / weight
    let mixed = products.y + products.z - (step.y * turn.x + step.x * turn.y) / weight
    let bq = products.w - step.y * turn.y / weight
    let across =
      (mixed - ab * (ap / aa + bq / bb)) / (aa + bb - ab * ab * (1 / aa + 1 / bb))
    return SIMD3((ap - ab * across) / aa, across, (bq - ab * across) / bb)
  }
}

/// Vertices around a vertex, found along edges, so that a sheet close by in space stays out.
struct Neighbourhood {
  private(set) var members: [Int32] = []
  private var mark: [Int32]

  init(vertexCount: Int) { mark = [Int32](repeating: -1, count: vertexCount) }

  /// Puts into `members` all vertices within a distance that edges inside it lead to.
  mutating func collect(
    around vertex: Int, within radius: Double, of mesh: TriangleMesh, _ adjacency: MeshAdjacency
  ) {
    members.removeAll(keepingCapacity: true)
    members.append(Int32(vertex))
    mark[vertex] = Int32(vertex)
    let here = mesh.vertices[vertex]
    var next = 0
    while next < members.count {
      let member = Int(members[next])
      next += 1
      for slot in adjacency.range(of: member) {
        let neighbour = Int(adjacency.neighbours[slot])
        if mark[neighbour] == Int32(vertex) { continue }
        mark[neighbour] = Int32(vertex)
        let offset = mesh.vertices[neighbour] - here
        if offset.dot(offset) <= radius * radius { members.append(Int32(neighbour)) }
      }
    }
  }
}
