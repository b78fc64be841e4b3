import LinearAlgebra
import Meshes
import RealModule
import TestSupport
import Testing
import Volumes

/// Points scattered the same way for the same seed.
private func scattered(_ count: Int, seed: UInt64) -> [SIMD3<Double>] {
  var state = seed
  func number() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) / 9_007_199_254_740_992 * 100
  }
  return (0..<count).map { _ in SIMD3(number(), number(), number()) }
}

@Suite struct PointIndexTests {
  @Test("The nearest point is the one that trying all of them finds", arguments: [1, 2, 9, 500])
  func nearest(count: Int) throws {
    let points = scattered(count, seed: 3)
    let index = PointIndex(points)
    for place in scattered(100, seed: 4) {
      let naive = points.indices.min { a, b in
        ((points[a] - place).length, a) < ((points[b] - place).length, b)
      }
      let found = try #require(index.nearest(to: place))
      #expect(found.index == naive)
      #expect(found.distance == (points[found.index] - place).length)
    }
  }

  @Test("Points within a radius are those that trying all of them finds")
  func within() {
    let points = scattered(700, seed: 5)
    let index = PointIndex(points)
    for (number, place) in scattered(40, seed: 6).enumerated() {
      let radius = Double(number)
      let naive = points.indices.filter { (points[$0] - place).length <= radius }
      #expect(index.indices(within: radius, of: place) == naive)
    }
  }

  @Test("Equal points, a limit and no points at all have an answer")
  func edgeCases() {
    let twins = PointIndex([SIMD3<Double>](repeating: SIMD3(1, 2, 3), count: 40))
    #expect(twins.nearest(to: .zero)?.index == 0)
    #expect(twins.indices(within: 0, of: SIMD3(1, 2, 3)).count == 40)
    #expect(twins.nearest(to: .zero, within: 3) == nil)
    #expect(twins.nearest(to: SIMD3(1, 2, 4), within: 1)?.distance == 1)
    #expect(PointIndex([]).nearest(to: .zero) == nil)
  }
}

@Suite struct MeshIndexTests {
  @Test("Distances to a fine sphere are those to the sphere, from inside and outside")
  func sphere() {
    let center = SIMD3(50.0, 50, 50)
    let index = MeshIndex(.icosphere(center: center, radiusAngstrom: 30, subdivisions: 4))
    for place in scattered(200, seed: 7) {
      let analytic = (place - center).length - 30
      #expect(abs(index.distance(to: place) - abs(analytic)) < 0.06)
      if 0.1 < abs(analytic) { #expect(index.contains(place) == (analytic < 0)) }
    }
  }

  @Test("The nearest point of loose triangles is the one that trying all of them finds")
  func triangles() {
    let corners = scattered(90, seed: 8)
    let mesh = TriangleMesh(
      vertices: corners, triangles: (0..<30).map { SIMD3(3 * $0, 3 * $0 + 1, 3 * $0 + 2) })
    let index = MeshIndex(mesh)
    for place in scattered(100, seed: 9) {
      let naive = mesh.triangles.indices.map { triangle -> Double in
        let (a, b, c) = mesh.corners(of: triangle)
        return (closestPointOnTriangle(to: place, a, b, c) - place).length
      }.min()
      #expect(index.distance(to: place) == naive)
    }
    #expect(index.closestPoint(to: SIMD3(1e4, 0, 0), within: 10) == nil)
  }

  @Test("The nearest point of a triangle is right over its face, sides and corners")
  func triangle() {
    let (a, b, c) = (SIMD3(0.0, 0, 0), SIMD3(4.0, 0, 0), SIMD3(0.0, 4, 0))
    func nearest(_ x: Double, _ y: Double, _ z: Double) -> SIMD3<Double> {
      closestPointOnTriangle(to: SIMD3(x, y, z), a, b, c)
    }
    #expect(nearest(1, 1, 5) == SIMD3(1, 1, 0))
    #expect(nearest(2, -3, 1) == SIMD3(2, 0, 0))
    #expect(nearest(-3, 2, 1) == SIMD3(0, 2, 0))
    #expect(nearest(4, 4, 1) == SIMD3(2, 2, 0))
    #expect(nearest(-1, -1, 1) == a)
    #expect(nearest(9, -1, 1) == b)
    #expect(nearest(-1, 9, 1) == c)
  }

  @Test("A torus does not contain its hole, and nothing lies inside an empty mesh")
  func containment() {
    let index = MeshIndex(
      .torus(majorAngstrom: 30, minorAngstrom: 10, around: 60, across: 24))
    #expect(!index.contains(.zero))
    #expect(index.contains(SIMD3(30, 0, 0)))
    #expect(index.contains(SIMD3(0, -30, 5)))
    #expect(!index.contains(SIMD3(30, 0, 11)))
    let empty = MeshIndex(TriangleMesh())
    #expect(!empty.contains(.zero) && empty.distance(to: .zero) == .infinity)
  }
}

@Suite struct SamplingTests {
  @Test("Samples share out the area, lie on the surface and closer than asked")
  func samples() {
    let mesh = TriangleMesh.icosphere(radiusAngstrom: 100, subdivisions: 2)
    let samples = mesh.surfaceSamples(spacingAngstrom: 9)
    let area = samples.reduce(0) { $0 + $1.areaAngstrom2 }
    #expect(abs(area / mesh.areaAngstrom2 - 1) < 1e-12)
    let index = MeshIndex(mesh)
    #expect(samples.allSatisfy { index.distance(to: $0.position) < 1e-9 })
    let points = PointIndex(samples.map { $0.position })
    for vertex in mesh.vertices { #expect((points.nearest(to: vertex)?.distance ?? 99) < 9) }
    let mean = samples.reduce(SIMD3<Double>.zero) { $0 + $1.position } / Double(samples.count)
    #expect(mean.length < 0.5)
  }
}
