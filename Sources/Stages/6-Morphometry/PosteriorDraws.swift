import GaussianProcesses
import LinearAlgebra
import Meshes
import RealModule
import TomogramModel

/// Standard deviations of a surface's measures, by the delta method along draws from the posterior:
/// the root mean square of (M(x + εd) − M(x − εd)) / 2ε over draws d.
///
/// The difference is the linear response to the draw. The response to the draw itself would not do:
/// a Matérn field with ν = 1 has no slope, so the area of a drawn surface is too large by an amount
/// that depends on the mesh.
///
/// Draws move vertices along the normals and know nothing of where a sheet ends, which decides the
/// error of an open surface's area: that has no deviation. Curvatures come
/// from sums over edges and angles, which cost next to nothing a draw:
///     ∫ H dA = ½ Σ (edge's length × angle between its triangles)     (Cohen-Steiner & Morvan 2003)
///     ∫ K dA = Σ (2π − angles around an inner vertex)                 (Gauss & Bonnet)
struct PosteriorDraws {
  private(set) var deviations: [DrawnMeasure: Double] = [:]

  /// ε: a fiftieth of a draw is within the linear range, and far above rounding.
  private static let step = 0.02

  /// Abstains from everything where the posterior is not that of the surface, or does not fit into memory.
  ///
  /// - Parameter largest: vertices of which a posterior is made at a time.
  init(
    _ surface: MembraneSurface, posterior: SurfacePosterior, tilt: TiltGeometry, draws: Int,
    largest: Int, seed: UInt64
  ) throws {
    let mesh = surface.mesh
    guard posterior.carrier.triangles == mesh.triangles, 0 < draws else { return }
    let drawn = try posterior.deviations(seed: seed, draws: draws, largest: largest)
    guard !drawn.isEmpty else { return }
    let measures = DrawnMeasures(surface, tilt: tilt)
    var squares: [DrawnMeasure: Double] = [:]
    for draw in drawn {
      let sides = [Self.step, -Self.step].map { share in
        var moved = mesh
        for (vertex, distance) in draw.enumerated() {
          moved.vertices[vertex] += share * Double(distance) * surface.normals[vertex]
        }
        return measures.values(of: moved)
      }
      for measure in DrawnMeasure.allCases {
        let response = ((sides[0][measure] ?? 0) - (sides[1][measure] ?? 0)) / (2 * Self.step)
        squares[measure, default: 0] += response * response
      }
    }
    deviations = squares.mapValues { ($0 / Double(draws)).squareRoot() }
    if !mesh.isClosed {
      for size in [DrawnMeasure.areaNm2, .seenAreaNm2, .volumeNm3] { deviations[size] = nil }
    }
  }
}

/// What is measured on each draw.
enum DrawnMeasure: CaseIterable {
  case areaNm2, seenAreaNm2, volumeNm3, meanCurvaturePerNm, gaussianCurvaturePerNm2
}

/// Measures a mesh that is moved but not cut otherwise.
private struct DrawnMeasures {
  private let edges: InnerEdges
  /// Triangles that count as seen, on the mean surface.
  private let seen: [Int]

  init(_ surface: MembraneSurface, tilt: TiltGeometry) {
    edges = InnerEdges(surface.mesh)
    seen = seenTriangles(of: surface, tilt: tilt)
  }

  func values(of mesh: TriangleMesh) -> [DrawnMeasure: Double] {
    let area = max(mesh.areaNm2, .leastNormalMagnitude)
    return [
      .areaNm2: area, .seenAreaNm2: seen.reduce(0) { $0 + mesh.area(of: $1) / 100 },
      .volumeNm3: mesh.signedVolumeAngstrom3 / 1000,
      .meanCurvaturePerNm: edges.integratedMeanCurvatureAngstrom(of: mesh) / 10 / area,
      .gaussianCurvaturePerNm2: edges.integratedGaussianCurvature(of: mesh) / area,
    ]
  }
}

/// Pairs of triangles that share an edge, and vertices off the rim; the same for all draws.
struct InnerEdges {
  private struct Edge {
    var tail: Int32
    var head: Int32
    /// The triangle that runs along the edge, and the one that runs against it.
    var left: Int32
    var right: Int32
  }
  private var edges: [Edge] = []
  private var isInner: [Bool]

  init(_ mesh: TriangleMesh) {
    var firsts: [UInt64: (triangle: Int32, tail: Int32)] = [:]
    isInner = [Bool](repeating: true, count: mesh.vertices.count)
    for (number, corner) in mesh.triangles.enumerated() {
      for axis in 0..<3 {
        let (tail, head) = (corner[axis], corner[(axis + 1) % 3])
        let key = TriangleMesh.edgeKey(tail, head)
        if let first = firsts.removeValue(forKey: key) {
          edges.append(
            Edge(
              tail: first.tail, head: first.tail == tail ? head : tail,
              left: first.triangle, right: Int32(number)))
        } else {
          firsts[key] = (Int32(number), tail)
        }
      }
    }
    for key in firsts.keys {
      isInner[Int(key >> 32)] = false
      isInner[Int(key & 0xFFFF_FFFF)] = false
    }
  }

  /// ∫ H dA in Å, H = (κ₁ + κ₂) / 2; above 0 where the surface curves away from its normal.
  func integratedMeanCurvatureAngstrom(of mesh: TriangleMesh) -> Double {
    edges.reduce(0) { sum, edge in
      let along = mesh.vertices[Int(edge.head)] - mesh.vertices[Int(edge.tail)]
      let a = mesh.areaVector(of: Int(edge.left)).normalized
      let b = mesh.areaVector(of: Int(edge.right)).normalized
      let length = along.length
      guard 0 < length else { return sum }
      let angle = Double.atan2(y: a.cross(b).dot(along) / length, x: a.dot(b))
      return sum + length * angle / 2
    }
  }

  /// ∫ K dA over the inner vertices, a pure number.
  func integratedGaussianCurvature(of mesh: TriangleMesh) -> Double {
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
