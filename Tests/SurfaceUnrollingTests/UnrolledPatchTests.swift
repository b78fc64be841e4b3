import LinearAlgebra
import Meshes
import RealModule
import SurfaceUnrolling
import Testing
import Volumes

@Suite("Unrolled patches") struct UnrolledPatchTests {
  private static func nearest(_ mesh: TriangleMesh, _ place: SIMD3<Double>) -> Int {
    mesh.vertices.indices.min {
      (mesh.vertices[$0] - place).squaredLength < (mesh.vertices[$1] - place).squaredLength
    } ?? 0
  }

  private func length(_ v: SIMD2<Double>) -> Double { (v * v).sum().squareRoot() }

  @Test("A cylinder is cut open and unrolls to a rectangle with its lengths kept")
  func cylinder() throws {
    let radius = 250.0
    let mesh = TriangleMesh.cylinder(
      radiusAngstrom: radius, heightAngstrom: 600, around: 60, along: 16)
    let seed = Self.nearest(mesh, SIMD3(radius, 0, 300))
    let patch = try #require(
      UnrolledPatch(
        of: mesh, normals: mesh.vertexNormals(), around: seed, radiusAngstrom: .infinity,
        first: SIMD3(0, 0, 1)))
    #expect(patch.mesh.eulerCharacteristic == 1 && patch.flippedTriangles == 0)
    // All but the cut's row of triangles.
    #expect(0.97 * mesh.areaNm2 < patch.mesh.areaNm2)
    for (vertex, place) in zip(patch.mesh.vertices, patch.places) {
      // With z upwards and the normal towards the viewer, angles grow to the left.
      let angle = Double.atan2(y: vertex.y, x: vertex.x)
      var error = place - SIMD2(vertex.z - 300, -radius * angle)
      // Wherever the cut runs, a place is known but for whole turns.
      error.y -= 2 * .pi * radius * (error.y / (2 * .pi * radius)).rounded()
      #expect(length(error) < 2.5)
    }
    // Laid out once around, not folded back.
    let breadth = patch.places.map(\.y)
    #expect(0.95 * 2 * .pi * radius < (breadth.max() ?? 0) - (breadth.min() ?? 0))
    for stretch in patch.stretches {
      #expect(abs(stretch.x - 1) < 5e-3 && abs(stretch.y - 1) < 5e-3)
    }
  }

  @Test(
    "Of a sphere's cap no more is stretched than must be, by Milnor's theorem, to a few per cent",
    arguments: [0.3, 0.6])
  func sphere(angle: Double) throws {
    let mesh = TriangleMesh.icosphere(center: .zero, radiusAngstrom: 400, subdivisions: 4)
    let patch = try #require(
      UnrolledPatch(
        of: mesh, normals: mesh.vertexNormals(), around: 0, radiusAngstrom: 400 * angle))
    let grid = PatchGrid(patch, edgeAngstrom: 10, radiusAngstrom: 400 * angle)
    let stretches = grid.pixels.compactMap { $0?.stretch }
    let most = try #require(stretches.map(\.x).max())
    let least = try #require(stretches.map(\.y).min())
    let bound = angle / Double.sin(angle)
    #expect(bound * 0.99 < most / least && most / least < 1.12 * bound)
    #expect(patch.flippedTriangles == 0)
    // The whole disc is covered.
    let disc = Double.pi * 16 * angle * angle * 10_000 / 100
    #expect(abs(Double(stretches.count) / disc - 1) < 0.03)
  }

  @Test("Pixels are as far apart in the specimen as their stretch says")
  func stretch() throws {
    // A wavy sheet: curved both ways.
    let mesh = TriangleMesh.grid(columns: 24, rows: 24) { s, t in
      SIMD3(600 * s, 600 * t, 60 * Double.sin(6 * s) * Double.cos(5 * t))
    }
    let seed = Self.nearest(mesh, SIMD3(300, 300, 0))
    let patch = try #require(
      UnrolledPatch(
        of: mesh, normals: mesh.vertexNormals(), around: seed, radiusAngstrom: .infinity))
    let grid = PatchGrid(patch, edgeAngstrom: 4, radiusAngstrom: 150)
    var compared = 0
    for row in 0..<grid.rows {
      for column in 0..<(grid.columns - 1) {
        guard let a = grid.pixels[row * grid.columns + column],
          let b = grid.pixels[row * grid.columns + column + 1]
        else { continue }
        // Only within a triangle: between them others may lie.
        guard a.stretch == b.stretch else { continue }
        let apart = (b.position - a.position).length
        #expect(4 / a.stretch.x < apart * (1 + 1e-9))
        #expect(apart * (1 - 1e-9) < 4 / a.stretch.y)
        compared += 1
      }
    }
    #expect(1000 < compared)
  }

  @Test("A bilayer painted around a sphere comes out as two flat lines")
  func bilayer() throws {
    let size = VolumeSize(x: 100, y: 100, z: 100)
    let geometry = VolumeGeometry(
      size: size, voxelSizeAngstrom: SIMD3(8, 8, 8), originAngstrom: SIMD3(-396, -350, -420))
    var volume = Volume<Float>(geometry: geometry)
    volume.samples = (0..<size.count).map { offset in
      let index = VoxelIndex(x: offset % 100, y: offset / 100 % 100, z: offset / 10_000)
      let away = abs(geometry.position(of: index).angstrom.length - 280) - 20
      return Float(-Double.exp(-away * away / 128))
    }
    let mesh = TriangleMesh.icosphere(center: .zero, radiusAngstrom: 280, subdivisions: 4)
    let patch = try #require(
      UnrolledPatch(
        of: mesh, normals: mesh.vertices.map(\.normalized),
        around: Self.nearest(mesh, SIMD3(0, 0, 280)), radiusAngstrom: 200))
    let grid = PatchGrid(patch, edgeAngstrom: 4, radiusAngstrom: 200)
    let (found, empty) = try grid.density(in: volume, reachAngstrom: 60)
    #expect(found.geometry.size.z == 31 && found.geometry.originAngstrom.z == -60)
    #expect(empty == grid.pixels.count { $0 == nil } * 31)
    let section = grid.columns * grid.rows
    for (place, pixel) in grid.pixels.enumerated() where pixel != nil {
      let profile = (0..<31).map { found.samples[$0 * section + place] }
      let lower = (0..<15).min { profile[$0] < profile[$1] } ?? 0
      let upper = (16..<31).min { profile[$0] < profile[$1] } ?? 0
      #expect(abs(lower - 10) <= 1 && abs(upper - 20) <= 1)
    }
  }

  @Test("A patch that leaves the tomogram has the mean there, and says how much it was")
  func outside() throws {
    let mesh = TriangleMesh.grid(columns: 20, rows: 20) { s, t in
      SIMD3(5 + 200 * s, 5 + 200 * t, 50)
    }
    var volume = Volume<Float>(
      geometry: VolumeGeometry(size: VolumeSize(x: 12, y: 40, z: 20), voxelSizeAngstrom: 10))
    volume.samples = (0..<volume.samples.count).map { Float($0 % 12) }
    let patch = try #require(
      UnrolledPatch(
        of: mesh, normals: mesh.vertexNormals(), around: Self.nearest(mesh, SIMD3(105, 105, 50)),
        radiusAngstrom: .infinity, first: SIMD3(1, 0, 0)))
    let grid = PatchGrid(patch, edgeAngstrom: 10, radiusAngstrom: .infinity)
    let (found, empty) = try grid.density(in: volume, reachAngstrom: 20)
    try #require(SIMD2(grid.columns, grid.rows) == SIMD2(21, 21))
    // Voxel centres reach 110 Å, pixels stand at 5, 15, ... Å.
    for column in 0..<11 {
      #expect(abs(found.samples[column] - Float(column) - 0.5) < 1e-3)
    }
    #expect(found.samples[20] == found.samples[15])
    #expect(empty == 5 * 21 * (21 - 11))
  }
}
