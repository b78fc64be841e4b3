import LinearAlgebra
import Meshes
import RealModule
import TestSupport
import TomogramModel
import TomographicImaging

/// Surfaces of known shape, moved along their normals by errors as fitted surfaces have them.
enum KnownShape: String, CaseIterable {
  case plane, sphere, cylinder, ellipsoid, torus

  /// Voxels of 10 Å; edges of about 15 Å.
  static let voxel = 10.0
  static let center = SIMD3(310.0, -120, 1045)

  /// Numbers that the fit shall find, by name.
  var truth: [String: Double] {
    let (c, axis) = (Self.center, Self.turned(SIMD3(0, 0, 1)))
    let place = ["center_x_A": c.x, "center_y_A": c.y, "center_z_A": c.z]
    let direction = ["axis_x": axis.x, "axis_y": axis.y, "axis_z": axis.z]
    switch self {
    case .plane: return direction
    case .sphere: return place.merging(["radius_A": 200]) { $1 }
    case .cylinder: return direction.merging(["radius_A": 120]) { $1 }
    case .ellipsoid:
      return place.merging(["semiaxis_a_A": 280, "semiaxis_b_A": 200, "semiaxis_c_A": 140]) { $1 }
    case .torus:
      return place.merging(direction) { $1 }.merging(
        ["ring_radius_A": 240, "tube_radius_A": 90]) { $1 }
    }
  }

  /// A turn that puts no axis along another.
  private static func turned(_ v: SIMD3<Double>) -> SIMD3<Double> {
    let z = SIMD3(0.36, -0.48, 0.8)
    let x = z.cross(SIMD3(0, 0, 1)).normalized
    return v.x * x + v.y * z.cross(x) + v.z * z
  }

  /// The surface about the origin, before it is turned.
  private var mesh: TriangleMesh {
    switch self {
    case .plane: .grid(columns: 32, rows: 26) { SIMD3(480 * $0 - 240, 390 * $1 - 195, 0) }
    case .sphere: .icosphere(radiusAngstrom: 200, subdivisions: 4)
    case .cylinder:
      .cylinder(
        base: SIMD3(0, 0, -200), radiusAngstrom: 120, heightAngstrom: 400, around: 50, along: 27)
    case .ellipsoid: Self.stretchedSphere
    case .torus: .torus(majorAngstrom: 240, minorAngstrom: 90, around: 100, across: 38)
    }
  }

  private static var stretchedSphere: TriangleMesh {
    var mesh = TriangleMesh.icosphere(radiusAngstrom: 1, subdivisions: 4)
    mesh.vertices = mesh.vertices.map { $0 * SIMD3(280, 140, 200) }
    return mesh
  }

  /// The surface with its errors, turned and moved.
  ///
  /// - Parameters:
  ///   - bumps: share of its area under bumps of 80 Å, which are none of the shape.
  ///   - half: whether only the part at x ≥ 0 is there.
  func surface(
    deviation: Double = 4, seed: UInt64, bumps: Double = 0, half: Bool = false
  ) -> MembraneSurface {
    var mesh = mesh
    if half {
      mesh =
        mesh.keeping(
          triangles: mesh.triangles.indices.filter { triangle in
            let (a, b, c) = mesh.corners(of: triangle)
            return 0 <= min(a.x, b.x, c.x)
          }
        ).mesh
    }
    let normals = mesh.vertexNormals()
    var random = CounterRandom(seed: seed, stream: 7)
    let field = ErrorField(length: 13 * Self.voxel, random: &random)
    let centers = (0..<3).map { _ in
      mesh.vertices[random.integer(0...(mesh.vertices.count - 1))]
    }
    let reach = (bumps * mesh.areaAngstrom2 / (3 * .pi)).squareRoot()
    for vertex in mesh.vertices.indices {
      let place = mesh.vertices[vertex]
      var error =
        deviation
        * (Double.sqrt(0.72) * field.value(at: place) + Double.sqrt(0.28) * random.normal())
      for center in centers where 0 < reach {
        let inside = max(1 - (place - center).squaredLength / (reach * reach), 0)
        error += 80 * inside * inside
      }
      mesh.vertices[vertex] += error * normals[vertex]
    }
    mesh.vertices = mesh.vertices.map { Self.center + Self.turned($0) }
    let count = mesh.vertices.count
    return MembraneSurface(
      mesh: mesh, normals: mesh.vertexNormals(),
      standardDeviationAngstrom: [Float](repeating: Float(deviation), count: count),
      provenance: [Provenance](repeating: .seen, count: count),
      meanCurvaturePerNm: [Float](repeating: 0, count: count),
      gaussianCurvaturePerNm2: [Float](repeating: 0, count: count))
  }
}
