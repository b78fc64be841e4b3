import LinearAlgebra
import Meshes
import RealModule
import TestSupport
import Testing
import Volumes

@Suite struct ShapeTests {
  @Test("A fine icosphere has a sphere's area and volume and Euler characteristic 2")
  func sphere() {
    let mesh = TriangleMesh.icosphere(
      center: SIMD3(5000, -3000, 100), radiusAngstrom: 200, subdivisions: 4)
    #expect(abs(mesh.areaAngstrom2 / (4 * .pi * 200 * 200) - 1) < 0.005)
    #expect(abs(mesh.signedVolumeAngstrom3 / (4 / 3 * .pi * 8e6) - 1) < 0.005)
    #expect(mesh.eulerCharacteristic == 2)
    #expect(mesh.isClosed && mesh.isConsistentlyOriented && mesh.boundaryLoops().isEmpty)
    #expect(abs(mesh.vertexAreasAngstrom2().reduce(0, +) / mesh.areaAngstrom2 - 1) < 1e-12)
  }

  @Test("A torus has Euler characteristic 0, area 4π²Rr and volume 2π²Rr²")
  func torus() {
    let mesh = TriangleMesh.torus(
      majorAngstrom: 300, minorAngstrom: 80, around: 160, across: 60)
    let pi2 = Double.pi * Double.pi
    #expect(mesh.eulerCharacteristic == 0)
    #expect(mesh.isClosed)
    #expect(abs(mesh.areaAngstrom2 / (4 * pi2 * 300 * 80) - 1) < 0.005)
    #expect(abs(mesh.signedVolumeAngstrom3 / (2 * pi2 * 300 * 6400) - 1) < 0.01)
  }

  @Test("An open mantle has two rims, each as long as the cylinder is round")
  func cylinder() {
    let mesh = TriangleMesh.cylinder(
      radiusAngstrom: 100, heightAngstrom: 200, around: 24, along: 7)
    #expect(!mesh.isClosed && mesh.isEdgeManifold)
    #expect(mesh.eulerCharacteristic == 0)
    #expect(mesh.boundaryLoops().map { $0.count } == [24, 24])
    #expect(mesh.vertexNormals().allSatisfy { abs($0.z) < 1e-9 })
  }

  @Test("Rims that touch in one vertex come out as loops of their own")
  func touchingRims() {
    let fan = TriangleMesh(
      vertices: [
        SIMD3(0, 0, 0), SIMD3(1, 0, 0), SIMD3(1, 1, 0), SIMD3(-1, 0, 0), SIMD3(-1, -1, 0),
      ], triangles: [SIMD3(0, 1, 2), SIMD3(0, 3, 4)])
    #expect(fan.boundaryLoops().map { $0.sorted() } == [[0, 1, 2], [0, 3, 4]])
    #expect(fan.components().count == 2)
  }
}

@Suite struct OrientationTests {
  @Test("A closed mesh of triangles in any order of corners comes out facing outwards")
  func closed() {
    var mesh = TriangleMesh.icosphere(radiusAngstrom: 10, subdivisions: 2)
    for triangle in mesh.triangles.indices where triangle * 7 % 3 != 1 {
      let corner = mesh.triangles[triangle]
      mesh.triangles[triangle] = SIMD3(corner.y, corner.x, corner.z)
    }
    #expect(!mesh.isConsistentlyOriented)
    let oriented = mesh.oriented()
    #expect(oriented.isConsistentlyOriented)
    #expect(0 < oriented.signedVolumeAngstrom3)
    #expect(oriented.flipped().oriented().signedVolumeAngstrom3 == oriented.signedVolumeAngstrom3)
  }

  @Test("An open mesh comes out facing +z, each of several pieces by itself")
  func open() {
    let sheet = TriangleMesh.grid(columns: 4, rows: 3) { SIMD3($0, 0.3 * $1, $1) }
    let ball = TriangleMesh.icosphere(center: SIMD3(9, 0, 0), radiusAngstrom: 1, subdivisions: 1)
    let offset = Int32(sheet.vertices.count)
    let both = TriangleMesh(
      vertices: sheet.vertices + ball.vertices,
      triangles: sheet.flipped().triangles
        + ball.flipped().triangles.map { $0 &+ SIMD3(repeating: offset) })
    let parts = both.oriented().components()
    #expect(parts.count == 2)
    #expect(0 < parts[0].signedVolumeAngstrom3)
    #expect(parts[1].vertexNormals().allSatisfy { 0 < $0.z })
  }
}

@Suite struct SmoothingTests {
  @Test("Smoothing takes the roughness out of a sphere and leaves its area")
  func sphere() {
    var mesh = TriangleMesh.icosphere(radiusAngstrom: 100, subdivisions: 4)
    let area = mesh.areaAngstrom2
    var state: UInt64 = 11
    for vertex in mesh.vertices.indices {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      mesh.vertices[vertex] *= 0.98 + 0.04 * Double(state >> 11) / 9_007_199_254_740_992
    }
    func roughness(_ mesh: TriangleMesh) -> Double {
      let squares = mesh.vertices.map { ($0.length - 100) * ($0.length - 100) }
      return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    }
    let smooth = mesh.smoothed(passes: 10)
    #expect(1.02 * area < mesh.areaAngstrom2)
    #expect(abs(smooth.areaAngstrom2 / area - 1) < 0.01)
    #expect(roughness(smooth) < roughness(mesh) / 2.5)
  }

  @Test("The rim of a flat sheet stays where it is")
  func rim() {
    let sheet = TriangleMesh.grid(columns: 12, rows: 12) { SIMD3(100 * $0, 100 * $1, 0) }
    #expect(abs(sheet.smoothed(passes: 10).areaAngstrom2 / 1e4 - 1) < 0.01)
  }
}

@Suite struct CurvatureTests {
  @Test("A sphere's curvature is 1/r at every vertex, whatever the reach", arguments: [30.0, 80])
  func sphere(reach: Double) {
    let mesh = TriangleMesh.icosphere(radiusAngstrom: 150, subdivisions: 4)
    let curvatures = mesh.curvatures(
      normals: mesh.vertexNormals(), radiusAngstrom: reach, workers: .one)
    for vertex in mesh.vertices.indices {
      #expect(abs(curvatures.mean[vertex] * 150 - 1) < 0.02)
      #expect(abs(curvatures.gaussian[vertex] * 150 * 150 - 1) < 0.04)
    }
  }

  @Test("A cylinder has mean curvature 1/2r and no Gaussian curvature")
  func cylinder() {
    let mesh = TriangleMesh.cylinder(
      radiusAngstrom: 100, heightAngstrom: 300, around: 64, along: 30)
    let curvatures = mesh.curvatures(
      normals: mesh.vertexNormals(), radiusAngstrom: 50, workers: Workers(count: 2))
    for vertex in mesh.vertices.indices {
      #expect(abs(curvatures.mean[vertex] * 200 - 1) < 0.02)
      #expect(abs(curvatures.gaussian[vertex]) * 1e4 < 0.01)
    }
  }

  @Test("A torus has its two curvatures, of opposite sign on the inside")
  func torus() {
    let (major, minor) = (300.0, 100.0)
    let mesh = TriangleMesh.torus(
      majorAngstrom: major, minorAngstrom: minor, around: 120, across: 48)
    let curvatures = mesh.curvatures(
      normals: mesh.vertexNormals(), radiusAngstrom: 35, workers: .one)
    for (vertex, place) in mesh.vertices.enumerated() {
      let reach = SIMD2(place.x, place.y)
      let ring = (reach * reach).sum().squareRoot()
      let around = (ring - major) / minor / ring
      #expect(abs(curvatures.mean[vertex] - (1 / minor + around) / 2) < 0.03 / minor)
      #expect(abs(curvatures.gaussian[vertex] - around / minor) < 0.03 / (minor * minor))
    }
  }

  @Test("Reversing the normals reverses the sign of the mean curvature only")
  func sign() {
    let mesh = TriangleMesh.icosphere(radiusAngstrom: 50, subdivisions: 2)
    let outward = mesh.curvatures(
      normals: mesh.vertexNormals(), radiusAngstrom: 30, workers: .one)
    let inward = mesh.curvatures(
      normals: mesh.vertexNormals().map { -$0 }, radiusAngstrom: 30, workers: .one)
    #expect(abs(outward.mean[7] + inward.mean[7]) < 1e-12)
    #expect(abs(outward.gaussian[7] - inward.gaussian[7]) < 1e-12)
  }

  @Test("A lone triangle does not tell a curvature")
  func undetermined() {
    let mesh = TriangleMesh(
      vertices: [SIMD3(0, 0, 0), SIMD3(1, 0, 0), SIMD3(0, 1, 0)], triangles: [SIMD3(0, 1, 2)])
    let curvatures = mesh.curvatures(
      normals: mesh.vertexNormals(), radiusAngstrom: 5, workers: .one)
    #expect(curvatures.mean.allSatisfy { $0.isNaN })
  }
}
