import LinearAlgebra
import Meshes
import RealModule
import TestSupport
import Testing
import Volumes

/// Places in a cube of edge 2 `reach`, the same for the same seed.
private func places(_ count: Int, reach: Double) -> [SIMD3<Double>] {
  var state: UInt64 = 11
  func number() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (Double(state >> 11) / 9_007_199_254_740_992 * 2 - 1) * reach
  }
  return (0..<count).map { _ in SIMD3(number(), number(), number()) }
}

/// A sphere of 100 Å without its caps beyond ± `height`.
private func belt(height: Double) -> TriangleMesh {
  let sphere = TriangleMesh.icosphere(radiusAngstrom: 100, subdivisions: 3)
  let kept = sphere.triangles.indices.filter { triangle in
    let (a, b, c) = sphere.corners(of: triangle)
    return abs((a + b + c).z) < 3 * height
  }
  return sphere.keeping(triangles: kept).mesh
}

@Suite struct WindingNumberTests {
  @Test("A closed surface winds once around its inside and not around its outside")
  func closed() {
    let winding = WindingNumber(.icosphere(radiusAngstrom: 100, subdivisions: 3))
    for place in places(200, reach: 160) where 2 < abs(place.length - 100) {
      let value = winding.value(at: place)
      #expect(abs(value - (place.length < 100 ? 1 : 0)) < 0.02, "\(place) \(value)")
    }
    #expect(WindingNumber(TriangleMesh()).value(at: .zero) == 0)
  }

  @Test("Seen from its middle, a sphere without caps winds by the share of area that is left")
  func open() {
    // The belt of a sphere between ± h has the share h / r of its area (Archimedes).
    for height in [30.0, 60, 87] {
      let mesh = belt(height: height)
      let share = mesh.areaAngstrom2 / (4 * .pi * 100 * 100)
      // Flat triangles have 1 % less area than the sphere that they stand for.
      #expect(abs(WindingNumber(mesh).value(at: .zero) - share) < 0.02)
    }
  }

  @Test("A flat rim is closed by its disc: ½ on it, more on the inner side, less on the outer")
  func disc() {
    let sphere = TriangleMesh.icosphere(radiusAngstrom: 100, subdivisions: 4)
    let kept = sphere.triangles.indices.filter { triangle in
      let (a, b, c) = sphere.corners(of: triangle)
      return a.z + b.z + c.z < 0
    }
    let winding = WindingNumber(sphere.keeping(triangles: kept).mesh)
    // The rim is jagged by half a triangle.
    for x in [0.0, 40, 80] {
      #expect(abs(winding.value(at: SIMD3(x, 0, 0)) - 0.5) < 0.04)
      #expect(0.52 < winding.value(at: SIMD3(x, 0, -10)))
      #expect(winding.value(at: SIMD3(x, 0, 10)) < 0.48)
    }
  }

  @Test("Dipoles stand for far clusters to 0.01")
  func dipoles() {
    let mesh = TriangleMesh.torus(majorAngstrom: 80, minorAngstrom: 30, around: 60, across: 30)
    let winding = WindingNumber(mesh)
    for place in places(40, reach: 130) {
      let exact = mesh.triangles.indices.reduce(0.0) { sum, triangle in
        let (a, b, c) = mesh.corners(of: triangle)
        return sum + angle(a - place, b - place, c - place)
      }
      #expect(abs(winding.value(at: place) - exact / (4 * .pi)) < 0.015)
    }
  }

  /// Solid angle of a triangle from its spherical excess (L'Huilier), signed by its side.
  private func angle(_ a: SIMD3<Double>, _ b: SIMD3<Double>, _ c: SIMD3<Double>) -> Double {
    let (u, v, w) = (a.normalized, b.normalized, c.normalized)
    func arc(_ p: SIMD3<Double>, _ q: SIMD3<Double>) -> Double { 2 * .asin((p - q).length / 2) }
    let sides = [arc(v, w), arc(w, u), arc(u, v)]
    let half = sides.reduce(0, +) / 2
    let product = sides.reduce(Double.tan(half / 2)) { $0 * .tan((half - $1) / 2) }
    return 4 * .atan(max(product, 0).squareRoot()) * (u.dot(v.cross(w)) < 0 ? -1 : 1)
  }

  @Test("A ray's first triangle is the nearest beyond a distance, along the axes too")
  func firstHit() throws {
    let index = MeshIndex(.icosphere(radiusAngstrom: 100, subdivisions: 3))
    for direction in [SIMD3<Double>(1, 0, 0), SIMD3(0, -1, 0), SIMD3(0.6, 0, 0.8)] {
      let inside = try #require(index.firstHit(from: .zero, along: direction, beyond: 0))
      #expect(abs(inside.distance - 100) < 2)
      let start = -300 * direction
      let near = try #require(index.firstHit(from: start, along: direction, beyond: 0))
      let far = try #require(index.firstHit(from: start, along: direction, beyond: 250))
      #expect(abs(near.distance - 200) < 2 && abs(far.distance - 400) < 2)
      #expect(index.firstHit(from: start, along: -direction, beyond: 0) == nil)
    }
  }
}
