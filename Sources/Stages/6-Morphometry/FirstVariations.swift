import GaussianProcesses
import LinearAlgebra
import Meshes
import TomogramModel

/// What has a standard deviation from the posterior.
enum PropagatedMeasure: CaseIterable {
  case areaNm2, seenAreaNm2, volumeNm3, meanCurvaturePerNm, gaussianCurvaturePerNm2
}

/// First variations of a surface's measures: by how much each grows for each Å that a vertex moves
/// along its normal.
///
/// With them a measure's variance is gᵀ Σ g (the delta method), Σ the posterior's covariance: by a
/// solve, without draws. The measures themselves of drawn surfaces would not do: a Matérn field with
/// ν = 1 has no slope, so the area of a drawn surface is too large by an amount that depends on the mesh.
///
/// Curvatures are those of the mesh, edge by edge and corner by corner:
///     ∫ H dA = ½ Σ (edge's length × angle between its triangles)     (Cohen-Steiner & Morvan 2003)
///     ∫ K dA = Σ (2π − angles around an inner vertex)                 (Gauss & Bonnet)
struct FirstVariations {
  /// One number a vertex.
  private(set) var areaAngstrom2: [Double]
  private(set) var seenAreaAngstrom2: [Double]
  /// Of a closed surface.
  private(set) var volumeAngstrom3: [Double]
  /// Of ∫ H dA in Å, H = (κ₁ + κ₂) / 2 above 0 where the surface curves away from its normal.
  private(set) var meanCurvatureAngstrom: [Double]
  /// Of ∫ K dA over the inner vertices, a pure number.
  private(set) var gaussianCurvature: [Double]
  private let mesh: TriangleMesh
  private let normals: [SIMD3<Double>]
  private let edges: InnerEdges

  init(_ surface: MembraneSurface, tilt: TiltGeometry) {
    (mesh, normals) = (surface.mesh, surface.normals)
    let zero = [Double](repeating: 0, count: mesh.vertices.count)
    (areaAngstrom2, seenAreaAngstrom2, volumeAngstrom3) = (zero, zero, zero)
    (meanCurvatureAngstrom, gaussianCurvature) = (zero, zero)
    edges = InnerEdges(mesh)
    var isSeen = [Bool](repeating: false, count: mesh.triangles.count)
    for triangle in seenTriangles(of: surface, tilt: tilt) { isSeen[triangle] = true }
    for triangle in mesh.triangles.indices {
      addSizes(of: triangle, isSeen: isSeen[triangle])
      addAngles(of: triangle)
    }
    for edge in edges.edges { addBend(of: edge) }
  }

  /// Standard deviations given the posterior of the same mesh; none where it is of another mesh or does
  /// not fit into memory.
  ///
  /// Vertices move along normals, which says nothing of where a sheet ends: that decides the error of
  /// an open surface's area, which has no deviation.
  ///
  /// - Parameter largest: vertices of which a posterior is made at a time.
  static func deviations(
    _ surface: MembraneSurface, posterior: SurfacePosterior, tilt: TiltGeometry, largest: Int
  ) throws -> [PropagatedMeasure: Double] {
    guard posterior.carrier.triangles == surface.mesh.triangles else { return [:] }
    let variations = FirstVariations(surface, tilt: tilt).ofMeasures
    let measures = PropagatedMeasure.allCases.filter { variations[$0] != nil }
    let variances = try posterior.variances(
      ofSums: measures.compactMap { variations[$0] }, largest: largest)
    guard let variances else { return [:] }
    return Dictionary(uniqueKeysWithValues: zip(measures, variances.map { $0.squareRoot() }))
  }

  /// Those of what can be told of the surface, in the measures' units.
  private var ofMeasures: [PropagatedMeasure: [Double]] {
    let area = max(mesh.areaNm2, .leastNormalMagnitude)
    let mean = edges.integratedMeanCurvatureAngstrom(of: mesh) / 10 / area
    let gaussian = edges.integratedGaussianCurvature(of: mesh) / area
    let areaNm2 = areaAngstrom2.map { $0 / 100 }
    var result: [PropagatedMeasure: [Double]] = [
      .meanCurvaturePerNm: zip(meanCurvatureAngstrom, areaNm2).map { ($0 / 10 - mean * $1) / area },
      .gaussianCurvaturePerNm2: zip(gaussianCurvature, areaNm2).map { ($0 - gaussian * $1) / area },
    ]
    if mesh.isClosed {
      result[.areaNm2] = areaNm2
      result[.seenAreaNm2] = seenAreaAngstrom2.map { $0 / 100 }
      result[.volumeNm3] = volumeAngstrom3.map { $0 / 1000 }
    }
    return result
  }

  private mutating func addSizes(of triangle: Int, isSeen: Bool) {
    let corner = mesh.triangles[triangle]
    let twiceArea = mesh.areaVector(of: triangle)
    let normal = twiceArea.normalized
    for axis in 0..<3 {
      let vertex = Int(corner[axis])
      let (next, last) = (Int(corner[(axis + 1) % 3]), Int(corner[(axis + 2) % 3]))
      let opposite = mesh.vertices[last] - mesh.vertices[next]
      let area = normal.cross(opposite).dot(normals[vertex]) / 2
      areaAngstrom2[vertex] += area
      if isSeen { seenAreaAngstrom2[vertex] += area }
      volumeAngstrom3[vertex] += twiceArea.dot(normals[vertex]) / 6
    }
  }

  private mutating func addAngles(of triangle: Int) {
    let corner = mesh.triangles[triangle]
    let normal = mesh.areaVector(of: triangle).normalized
    for axis in 0..<3 where edges.isInner[Int(corner[axis])] {
      let apex = Int(corner[axis])
      let (b, c) = (Int(corner[(axis + 1) % 3]), Int(corner[(axis + 2) % 3]))
      let (u, v) = (
        mesh.vertices[b] - mesh.vertices[apex], mesh.vertices[c] - mesh.vertices[apex]
      )
      guard 0 < u.squaredLength, 0 < v.squaredLength else { continue }
      // The angle from u to v shrinks where u turns towards v.
      let (ofB, ofC) = (
        -1 * normal.cross(u) / u.squaredLength, normal.cross(v) / v.squaredLength
      )
      gaussianCurvature[b] -= ofB.dot(normals[b])
      gaussianCurvature[c] -= ofC.dot(normals[c])
      gaussianCurvature[apex] += (ofB + ofC).dot(normals[apex])
    }
  }

  /// Of ½ length × angle; the angle opens as the corners beside the edge sink.
  private mutating func addBend(of edge: InnerEdges.Edge) {
    let (tail, head) = (Int(edge.tail), Int(edge.head))
    let along = mesh.vertices[head] - mesh.vertices[tail]
    let length = along.length
    guard 0 < length else { return }
    let stretch = edge.angle(in: mesh) / 2 / length
    meanCurvatureAngstrom[tail] -= stretch * along.dot(normals[tail])
    meanCurvatureAngstrom[head] += stretch * along.dot(normals[head])
    for triangle in [Int(edge.left), Int(edge.right)] {
      let twiceArea = mesh.areaVector(of: triangle)
      guard 0 < twiceArea.squaredLength else { continue }
      let corner = mesh.triangles[triangle]
      let beside = Int(corner.wrappedSum() &- edge.tail &- edge.head)
      let share = (mesh.vertices[beside] - mesh.vertices[tail]).dot(along) / (length * length)
      // ½ length / height above the edge.
      let lever = twiceArea * (length * length / 2 / twiceArea.squaredLength)
      meanCurvatureAngstrom[beside] -= lever.dot(normals[beside])
      meanCurvatureAngstrom[tail] += (1 - share) * lever.dot(normals[tail])
      meanCurvatureAngstrom[head] += share * lever.dot(normals[head])
    }
  }
}
