import LinearAlgebra
import Meshes
import RealModule
import TestSupport
import Testing
import TomogramModel
import TomographicImaging

@testable import ParametricShapes

@Suite("Choice of a simple shape") struct ShapeChoiceTests {
  /// A shape, whole, half missing, or with bumps on a tenth of it.
  struct Case: CustomTestStringConvertible {
    let shape: KnownShape
    var half = false
    var bumps = 0.0

    var testDescription: String {
      shape.rawValue + (half ? ", half missing" : "") + (0 < bumps ? ", with bumps" : "")
    }

    func surface(seed: UInt64) -> MembraneSurface {
      shape.surface(seed: seed, bumps: bumps, half: half)
    }

    static let all =
      [.plane, .sphere, .torus].map { Case(shape: $0) }
      + [.sphere, .ellipsoid, .cylinder].map { Case(shape: $0, half: true) }
      + [.plane, .ellipsoid, .cylinder].map { Case(shape: $0, bumps: 0.1) }
  }

  @Test("A shape is known with errors, half missing and with bumps", arguments: Case.all)
  func recognised(_ instance: Case) throws {
    let choice = shapeChoice(
      of: instance.surface(seed: 1), voxelAngstrom: KnownShape.voxel)
    let best = try #require(choice.chosen)
    #expect(best.model == instance.shape.rawValue)
    #expect(choice.verdict.isEmpty)
    #expect(abs(best.departure - 1) < 0.35)
    #expect(best.outlierShare <= 1.5 * instance.bumps)
  }

  /// Values off by how many of their standard deviations, of the shape's own family.
  private func offsetsOf<Shape: ParametricShape>(
    _ family: Shape.Type, _ instance: Case, seed: UInt64
  ) throws -> [Double] {
    let surface = instance.surface(seed: seed)
    let cloud = try #require(ShapeCloud(surface, voxelAngstrom: KnownShape.voxel))
    let found = try #require(ShapePosterior<Shape>(cloud)).candidate(surface, in: cloud)
    return try instance.shape.truth.sorted { $0.key < $1.key }.map { name, truth in
      let (value, deviation) = try #require(found[name])
      return (value - truth) / deviation
    }
  }

  @Test("Standard deviations cover the truth in 24 draws of errors", arguments: Case.all)
  func coverage(_ instance: Case) throws {
    let offsets = try (1...24).flatMap { number in
      let seed = UInt64(1000 + number)
      return switch instance.shape {
      case .plane: try offsetsOf(PlaneShape.self, instance, seed: seed)
      case .sphere: try offsetsOf(SphereShape.self, instance, seed: seed)
      case .cylinder: try offsetsOf(CylinderShape.self, instance, seed: seed)
      case .ellipsoid: try offsetsOf(EllipsoidShape.self, instance, seed: seed)
      case .torus: try offsetsOf(TorusShape.self, instance, seed: seed)
      }
    }
    let covered = Double(offsets.count { abs($0) < 1.96 }) / Double(offsets.count)
    let size = (offsets.reduce(0) { $0 + $1 * $1 } / Double(offsets.count)).squareRoot()
    // 72 to 192 offsets, of which those of one draw are not independent.
    #expect(0.87 < covered && covered <= 1, "\(covered)")
    #expect(0.75 < size && size < 1.3, "\(size)")
  }

  @Test("Waves and a box are no simple shape, and it is said how far they are from one")
  func none() {
    for mesh in [Self.waves, Self.box] {
      let choice = shapeChoice(of: Self.surface(mesh), voxelAngstrom: KnownShape.voxel)
      #expect(choice.chosen == nil)
      #expect(choice.verdict.hasPrefix("departs from the best shape"))
    }
  }

  @Test("Without standard deviations, or with too few vertices, nothing is fitted")
  func nothing() {
    var surface = KnownShape.sphere.surface(seed: 1)
    surface.standardDeviationAngstrom = surface.standardDeviationAngstrom.map { _ in .nan }
    let small = Self.surface(.icosphere(radiusAngstrom: 50, subdivisions: 1))
    for surface in [surface, small] {
      let choice = shapeChoice(of: surface, voxelAngstrom: KnownShape.voxel)
      #expect(choice.candidates.isEmpty && choice.chosen == nil && !choice.verdict.isEmpty)
    }
  }

  private static func surface(_ mesh: TriangleMesh) -> MembraneSurface {
    let count = mesh.vertices.count
    return MembraneSurface(
      mesh: mesh, normals: mesh.vertexNormals(),
      standardDeviationAngstrom: [Float](repeating: 4, count: count),
      provenance: .init(repeating: .seen, count: count),
      meanCurvaturePerNm: .init(repeating: 0, count: count),
      gaussianCurvaturePerNm2: .init(repeating: 0, count: count))
  }

  private static let waves = TriangleMesh.grid(columns: 60, rows: 60) {
    SIMD3(900 * $0, 900 * $1, 100 * .cos(4 * .pi * $0))
  }

  /// Between a cube and its sphere.
  private static var box: TriangleMesh {
    var mesh = TriangleMesh.icosphere(radiusAngstrom: 200, subdivisions: 4)
    mesh.vertices = mesh.vertices.map { $0 * (0.4 + 0.6 * 200 / $0.magnitudes.max()) }
    return mesh
  }
}

@Suite("Distances from simple shapes") struct ShapeDistanceTests {
  @Test("An ellipsoid's distance is that of its nearest point, inside and outside")
  func ellipsoid() {
    let axes = [2.0, 1, 0.5]
    let shape = EllipsoidShape(
      center: .zero, axes: [SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)], semiaxes: axes)
    var random = CounterRandom(seed: 3, stream: 1)
    for _ in 0..<200 {
      let on = SIMD3(axes[0], axes[1], axes[2]) * random.direction()
      let normal = (on / SIMD3(4, 1, 0.25)).normalized
      // Less than the smallest radius of curvature, c² / a, inside: the foot is the nearest point.
      let distance = random.uniform(-0.12, 2)
      #expect(abs(shape.distance(from: on + distance * normal) - distance) < 1e-7)
    }
    #expect(abs(shape.distance(from: .zero) + 0.5) < 1e-6)
  }

  @Test("Moved unknowns change distances as a shape's own numbers do")
  func steps() {
    let sphere = SphereShape(center: SIMD3(1, 2, 3), logRadius: 0.5)
    let round = EllipsoidShape(
      center: SIMD3(1, 2, 3),
      logAxes: SymmetricMatrix(diagonal: SIMD3(repeating: 0.5), offDiagonal: .zero))
    let place = SIMD3(2.5, 0.3, 4)
    #expect(abs(sphere.distance(from: place) - round.distance(from: place)) < 1e-12)
    let step = [0.1, -0.2, 0.05]
    let (movedSphere, movedRound) = (
      sphere.moved(by: step + [0.3]), round.moved(by: step + [0.3, 0.3, 0.3, 0, 0, 0])
    )
    #expect(abs(movedSphere.distance(from: place) - movedRound.distance(from: place)) < 1e-12)
  }
}
