import Glibc
import LinearAlgebra
import Meshes
import TomogramModel
import Testing
import Volumes

@testable import Simulation

/// One of each shape, bent and turned.
private func shapes() -> [any MembraneShape] {
  let frame = Frame(origin: SIMD3(310, 290, 270), normal: SIMD3(0.3, -0.5, 0.8), turn: 0.7)
  let field = HeightField(waves: [
    HeightField.Wave(amplitude: 40, wave: SIMD2(0.004, 0.003), phase: 0.5),
    HeightField.Wave(amplitude: 20, wave: SIMD2(-0.002, 0.006), phase: 2),
  ])
  let axis = (0...40).map { step in
    let s = Double(step) * 20
    return SIMD3(100 + s, 300 + 90 * sin(s / 300), 250 + 60 * cos(s / 260))
  }
  return [
    StarShape(
      kind: "vesicle", frame: frame, semiAxesAngstrom: SIMD3(200, 240, 330),
      ripples: [
        StarShape.Ripple(axis: SIMD3(0, 0.6, 0.8), degree: 3, amplitude: 0.08),
        StarShape.Ripple(axis: SIMD3(1, 0, 0), degree: 2, amplitude: -0.06),
      ]),
    TubeShape(
      kind: "tubule", axis: axis, radiiAngstrom: axis.indices.map { 110 + 0.3 * Double($0) }),
    SheetShape(
      kind: "sheet", frame: frame, field: field, offsetAngstrom: 30, reachAngstrom: 500),
    CisternaShape(
      kind: "cisterna", frame: frame, field: field, offsetAngstrom: -20, discRadiusAngstrom: 260,
      halfWidthAngstrom: 90),
  ]
}

func distance(_ shape: any MembraneShape, at position: SIMD3<Double>) -> Double {
  var row: [Float] = [0]
  Workers.one.fillRows(of: &row, rowLength: 1) { _, span in
    shape.fillDistances(&span, start: SIMD3<Float>(position), step: 10, band: 90)
  }
  return Double(row[0])
}

@Suite struct ShapeTests {
  @Test(
    "A shape's mesh lies on its implicit surface, and distances off it are right", arguments: 0..<4)
  func meshAgreesWithDistance(index: Int) {
    let shape = shapes()[index]
    let mesh = OrientedMesh(shape.mesh(edgeAngstrom: 22))
    mesh.mesh.checkInvariants()
    var worst = (on: 0.0, off: 0.0)
    for vertex in stride(from: 0, to: mesh.normals.count, by: 7) {
      let position = mesh.mesh.vertices[vertex]
      worst.on = max(worst.on, abs(distance(shape, at: position)))
      for offset in [-25.0, 25] {
        let found = distance(shape, at: position + mesh.normals[vertex] * offset)
        worst.off = max(worst.off, abs(found - offset))
      }
    }
    // The tube's axis is a chain of 20 Å segments; the others have smooth surfaces.
    #expect(worst.on < 0.8)
    #expect(worst.off < 2.5)
  }

  @Test(
    "Closed meshes are watertight and run counterclockwise seen from outside", arguments: [0, 1, 3])
  func closedMeshes(index: Int) {
    let mesh = shapes()[index].mesh(edgeAngstrom: 40)
    var edges: [SIMD2<Int32>: Int] = [:]
    for corner in mesh.triangles {
      for axis in 0..<3 { edges[SIMD2(corner[axis], corner[(axis + 1) % 3]), default: 0] += 1 }
    }
    for (edge, count) in edges {
      #expect(count == 1 && edges[SIMD2(edge.y, edge.x)] == 1)
    }
    #expect(0 < OrientedMesh(mesh).volumeNm3)
  }

  @Test(
    "Far inside and far outside a closed shape have the sign of the band", arguments: [0, 1, 3])
  func signs(index: Int) {
    let shape = shapes()[index]
    let inside =
      index == 1
      ? SIMD3(500, 300 + 90 * sin(400.0 / 300), 250 + 60 * cos(400.0 / 260))
      : SIMD3(310.0, 290, 270)
    #expect(distance(shape, at: inside) < -40)
    #expect(distance(shape, at: shape.upper + 200) == 90)
  }

  @Test("A sphere has area 4πr² and volume 4πr³/3")
  func sphere() {
    let frame = Frame(origin: SIMD3(500, 0, -80), normal: SIMD3(0, 0, 1), turn: 0)
    let sphere = StarShape(
      kind: "vesicle", frame: frame, semiAxesAngstrom: SIMD3(repeating: 400), ripples: [])
    let mesh = OrientedMesh(sphere.mesh(edgeAngstrom: 25))
    let tilt = TiltGeometry(minimumDegrees: -60, maximumDegrees: 60)
    let areas = mesh.areasNm2(tilt: tilt)
    #expect(abs(areas.all / (4 * .pi * 40 * 40) - 1) < 0.002)
    #expect(abs(mesh.volumeNm3 / (4 * .pi * 40 * 40 * 40 / 3) - 1) < 0.003)
    // Normals whose (x, z) part lies within 60° of the x axis: two thirds of the sphere.
    #expect(abs(areas.seen / areas.all - 2.0 / 3) < 0.01)
    #expect(abs(distance(sphere, at: SIMD3(500, 430, -80)) - 30) < 0.01)
  }

  @Test("A sphere cut through its middle leaves half its area and a rim on the cut")
  func clipping() {
    let frame = Frame(origin: .zero, normal: SIMD3(0, 0, 1), turn: 0)
    let sphere = StarShape(
      kind: "vesicle", frame: frame, semiAxesAngstrom: SIMD3(repeating: 300), ripples: [])
    var mesh = OrientedMesh(sphere.mesh(edgeAngstrom: 25))
    mesh.clip(to: HalfSpace(normal: SIMD3(0, 0, 1), offset: 500))
    #expect(!mesh.isCut)
    mesh.clip(to: HalfSpace(normal: SIMD3(1, 2, 2).normalized, offset: 0))
    #expect(mesh.isCut)
    mesh.mesh.checkInvariants()
    #expect(mesh.normals.count == mesh.mesh.vertices.count)
    #expect(mesh.mesh.vertices.allSatisfy { $0.dot(SIMD3(1, 2, 2)) < 1e-6 })
    let area = mesh.areasNm2(tilt: .customary).all
    #expect(abs(area / (2 * .pi * 30 * 30) - 1) < 0.004)
  }

  @Test("A profile has its peaks at the head groups and its dip between")
  func profile() {
    let profile = BilayerProfile(
      spacingAngstrom: 40, widthAngstrom: 6, asymmetry: 0, coreDepth: 0.3, voxelAngstrom: 4,
      bandAngstrom: 90)
    let peak = (-600...600).max {
      profile.density(Float($0) / 10) < profile.density(Float($1) / 10)
    }
    #expect(abs(abs(Double(peak ?? 0) / 10) - 20) < 0.6)
    #expect(profile.density(0) < 0)
    #expect(profile.density(-20) == profile.density(20))
    #expect(abs(profile.density(85)) < 1e-6)
  }

  @Test("The denser leaflet is the inner one where the asymmetry is above 0")
  func asymmetry() {
    let profile = BilayerProfile(
      spacingAngstrom: 40, widthAngstrom: 6, asymmetry: 0.4, coreDepth: 0, voxelAngstrom: 4,
      bandAngstrom: 90)
    #expect(abs(profile.density(-20) / profile.density(20) - 1.5) < 0.02)
  }

  @Test("A ball adds its whole mass, on any number of threads")
  func ballMass() {
    let geometry = VolumeGeometry(
      size: VolumeSize(x: 24, y: 20, z: 22), voxelSizeAngstrom: 10)
    let ball = Ball(centre: SIMD3(113, 97, 104), width: 17, density: 2)
    let densities = [1, 2].map { count in
      var density = [Float](repeating: 0, count: geometry.size.count)
      addBalls([ball], to: &density, geometry: geometry, workers: Workers(count: count))
      return density
    }
    #expect(densities[0] == densities[1])
    let mass = densities[0].reduce(0.0) { $0 + Double($1) } * 1000
    let expected = 2 * pow(2 * Double.pi, 1.5) * 17 * 17 * 17
    // Beyond three s.d. along each axis 0.8 % of a Gaussian is left out.
    #expect(abs(mass / expected - 1) < 0.015)
  }
}
