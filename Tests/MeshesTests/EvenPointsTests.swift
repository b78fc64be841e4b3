import LinearAlgebra
import Meshes
import RealModule
import Testing
import TomogramModel
import TomographicImaging

/// A surface that is seen where `isSeen`, with a standard deviation equal to z.
private func surface(
  _ mesh: TriangleMesh, isSeen: (SIMD3<Double>) -> Bool = { _ in true }
) -> MembraneSurface {
  let none = [Float](repeating: 0, count: mesh.vertices.count)
  return MembraneSurface(
    mesh: mesh, normals: mesh.vertexNormals(),
    standardDeviationAngstrom: mesh.vertices.map { Float($0.z) },
    provenance: mesh.vertices.map { isSeen($0) ? .seen : .bridged },
    meanCurvaturePerNm: none, gaussianCurvaturePerNm2: none)
}

private func points(
  _ surface: MembraneSurface, spacing: Double, seed: UInt64 = 7, seenOnly: Bool = false
) -> [SurfacePoint] {
  var random = CounterRandom(seed: seed, stream: 1)
  return surface.evenPoints(spacingAngstrom: spacing, seenOnly: seenOnly, using: &random)
}

@Suite struct EvenPointsTests {
  private static let center = SIMD3(500.0, -200, 300)
  private static let sphere = surface(
    .icosphere(center: center, radiusAngstrom: 400, subdivisions: 5))

  @Test("Points on a sphere lie on it, point outwards, keep their distance and leave no hole")
  func sphere() {
    let (sphere, spacing) = (Self.sphere, 100.0)
    let found = points(sphere, spacing: spacing)
    var nearest = [Double](repeating: .infinity, count: found.count)
    for (place, point) in found.enumerated() {
      let outward = (point.position - Self.center).normalized
      // Chords of this mesh lie less than 1/1000 below the sphere.
      #expect(abs((point.position - Self.center).length - 400) < 0.4)
      #expect(0.9999 < point.normal.dot(outward))
      #expect(abs(point.normal.length - 1) < 1e-12)
      for other in found.indices where other != place {
        nearest[place] = min(nearest[place], (found[other].position - point.position).length)
      }
    }
    #expect(spacing <= nearest.min() ?? 0)
    // Darts are a quarter of the spacing apart, so no place is much farther than the spacing away.
    let index = PointIndex(found.map(\.position))
    let holes = sphere.mesh.vertices.map { index.nearest(to: $0)?.distance ?? .infinity }
    #expect((holes.max() ?? .infinity) < 1.1 * spacing)
    // Disks of radius spacing/2 placed at random until none fits take 0.547 of a plane (Feder, J. Theor.
    // Biol. 87, 1980, 237). With darts a quarter of the spacing apart, up to a tenth of it is missed.
    let share = Double(found.count) * .pi * 50 * 50 / (4 * .pi * 400 * 400)
    #expect(0.9 * 0.547 < share && share < 0.547)
  }

  @Test("The same seed gives the same points, another seed others")
  func deterministic() {
    let first = points(Self.sphere, spacing: 150)
    #expect(points(Self.sphere, spacing: 150) == first)
    #expect(points(Self.sphere, spacing: 150, seed: 8) != first)
  }

  @Test("A spacing below the triangles' size still fills the surface")
  func fine() {
    let square = TriangleMesh.grid(columns: 1, rows: 1) { SIMD3(100 * $0, 100 * $1, 0) }
    let found = points(surface(square), spacing: 5)
    let share = Double(found.count) * .pi * 2.5 * 2.5 / 10_000
    #expect(0.55 < share && share < 0.8)
  }

  @Test("Two sheets back to back, nearer than the spacing, get points each")
  func backToBack() {
    let lower = TriangleMesh.grid(columns: 20, rows: 20) { SIMD3(1000 * $1, 1000 * $0, 0) }
    let upper = TriangleMesh.grid(columns: 20, rows: 20) { SIMD3(1000 * $0, 1000 * $1, 60) }
    let both = TriangleMesh(
      vertices: lower.vertices + upper.vertices,
      triangles: lower.triangles
        + upper.triangles.map { $0 &+ Int32(lower.vertices.count) })
    let alone = points(surface(upper), spacing: 150).count
    let found = points(surface(both), spacing: 150)
    let above = found.count { 30 < $0.position.z }
    #expect(abs(above - alone) < alone / 5)
    #expect(abs(found.count - above - alone) < alone / 5)
  }

  @Test("Only what was seen gets points when asked; the standard deviation is interpolated")
  func seenOnly() {
    let half = surface(Self.sphere.mesh) { $0.x < 500 }
    let all = points(half, spacing: 80)
    let seen = points(half, spacing: 80, seenOnly: true)
    #expect(all.contains { 510 < $0.position.x && $0.provenance == .bridged })
    #expect(!seen.isEmpty && seen.allSatisfy { $0.position.x < 520 && $0.provenance == .seen })
    #expect(all.allSatisfy { abs($0.standardDeviationAngstrom - $0.position.z) < 1e-3 })
  }

  @Test("An empty mesh has no points")
  func empty() { #expect(points(surface(TriangleMesh()), spacing: 10).isEmpty) }
}

@Suite struct SectionTests {
  @Test("A sphere's sections are closed circles of the right radius, one a plane that meets it")
  func sphere() {
    let mesh = TriangleMesh.icosphere(
      center: SIMD3(0, 0, 55), radiusAngstrom: 50, subdivisions: 4)
    let planes = mesh.sections(first: 0, step: 10, count: 12)
    #expect(planes.map(\.count) == [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0])
    for (plane, lines) in planes.enumerated() {
      for line in lines {
        let height = Double(plane) * 10 - 55
        let radius = (2500 - height * height).squareRoot()
        #expect(line.isClosed)
        #expect(Set(line.points).count == line.points.count)
        for point in line.points {
          #expect(point.z == Double(plane) * 10)
          #expect(abs((point.x * point.x + point.y * point.y).squareRoot() - radius) < 0.6)
        }
        // Neighbours along the line are neighbours in space, also across its end.
        let steps = line.points.indices.map {
          (line.points[($0 + 1) % line.points.count] - line.points[$0]).length
        }
        #expect((steps.max() ?? .infinity) < 6)
      }
    }
  }

  @Test("An upright open sheet gives one open line a plane, from rim to rim, through its vertices")
  func sheet() throws {
    let mesh = TriangleMesh.grid(columns: 8, rows: 4) { SIMD3(80 * $0, 5, 40 * $1) }
    let planes = mesh.sections(first: 10, step: 10, count: 3)
    for lines in planes {
      let line = try #require(lines.first)
      #expect(lines.count == 1 && !line.isClosed)
      #expect(Set([line.points.first?.x, line.points.last?.x]) == [0, 80])
      #expect(line.points.allSatisfy { $0.y == 5 })
    }
  }

  @Test("Two rings in one plane are two lines")
  func torus() {
    let mesh = TriangleMesh.torus(majorAngstrom: 100, minorAngstrom: 30, around: 60, across: 24)
    let planes = mesh.sections(first: 1, step: 1, count: 1)
    #expect(planes[0].count == 2 && planes[0].allSatisfy(\.isClosed))
  }
}
