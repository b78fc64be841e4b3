import LinearAlgebra
import Meshes
import RealModule
import TestSupport
import Testing
import TomogramModel
import TomographicImaging
import Volumes

@testable import GaussianProcesses
@testable import Morphometry

private func surface(_ mesh: TriangleMesh, curvature: Float = 0) -> MembraneSurface {
  let count = mesh.vertices.count
  return MembraneSurface(
    mesh: mesh, normals: mesh.vertexNormals(),
    standardDeviationAngstrom: [Float](repeating: .nan, count: count),
    provenance: [Provenance](repeating: .seen, count: count),
    meanCurvaturePerNm: [Float](repeating: curvature, count: count),
    gaussianCurvaturePerNm2: [Float](repeating: curvature * curvature, count: count))
}

private let record = Membrane(
  label: 1, voxels: 5000, region: Region(VolumeSize(x: 10, y: 10, z: 10)))

private func measured(
  _ surface: MembraneSurface, tomogram: Volume<Float>? = nil, known: Bool = true
) throws -> Membrane {
  try measure(
    record, surface: surface, posterior: nil, tomogram: tomogram, voxelVolumeNm3: 1,
    voxelSizeIsKnown: known,
    tilt: .customary
  ).membrane
}

/// Two dense leaflets on either side of a sphere, with noise of the given deviation.
private func bilayer(
  center: SIMD3<Double>, radius: Double, spacing: Double, noise: Double, voxel: Double = 8,
  seed: UInt64 = 5
) -> Volume<Float> {
  let edge = Int(2 * (radius + 140) / voxel)
  let geometry = VolumeGeometry(
    size: VolumeSize(x: edge, y: edge, z: edge), voxelSizeAngstrom: SIMD3(repeating: voxel),
    originAngstrom: center - voxel * Double(edge) / 2)
  var state = seed
  var samples: [Float] = []
  for z in 0..<edge {
    for y in 0..<edge {
      for x in 0..<edge {
        let place = geometry.position(of: VoxelIndex(x: x, y: y, z: z)).angstrom
        let distance: Double = abs((place - center).length - radius) - spacing / 2
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let chance: Double = Double(state >> 11) / 9_007_199_254_740_992 - 0.5
        let density: Double = Double.exp(-distance * distance / 128)
        samples.append(Float(density + noise * 3.46 * chance))
      }
    }
  }
  return Volume(geometry: geometry, samples: samples)
}

@Suite struct MeasureTests {
  @Test("A sphere has its area, volume and curvature in nm")
  func sphere() throws {
    let mesh = TriangleMesh.icosphere(radiusAngstrom: 200, subdivisions: 4)
    let membrane = try measured(surface(mesh, curvature: 0.05))
    #expect(membrane.closed == true)
    let (wholeArea, wholeVolume) = (1600 * Double.pi, 32000.0 / 3 * Double.pi)
    let area = try #require(membrane["area_nm2"]?.value)
    #expect(abs(area / wholeArea - 1) < 0.005)
    let volume = try #require(membrane["volume_nm3"]?.value)
    #expect(abs(volume / wholeVolume - 1) < 0.01)
    let mean = try #require(membrane["mean_curvature_per_nm"]?.value)
    #expect(abs(mean - 0.05) < 1e-6)
    let rootMeanSquare = try #require(membrane["rms_curvature_per_nm"]?.value)
    #expect(abs(rootMeanSquare - 0.05) < 1e-6)
    #expect(membrane["euler_characteristic"]?.value == 2)
    #expect(membrane["rim_length_nm"]?.value == 0)
    // The wedge of ±60° hides normals within 30° of the beam, in x and z: a third of all.
    let seen = try #require(membrane["seen_area_nm2"]?.value)
    #expect(abs(seen / wholeArea - 2.0 / 3) < 0.02)
    #expect(membrane["area_nm2"]?.standardDeviation == nil)
  }

  @Test("An open sheet has a rim and abstains from a volume")
  func sheet() throws {
    let mesh = TriangleMesh.grid(columns: 9, rows: 9) { SIMD3(300 * $0, 200 * $1, 0) }
    let membrane = try measured(surface(mesh))
    #expect(membrane.closed == false)
    #expect(membrane["volume_nm3"]?.value == nil)
    #expect(membrane["volume_nm3"]?.verdict == "open surface")
    let rim = try #require(membrane["rim_length_nm"]?.value)
    #expect(abs(rim - 100) < 1e-9)
    #expect(membrane["seen_area_nm2"]?.value == 0)
    #expect(membrane["thickness_A"]?.verdict == "no tomogram given")
    // 5000 voxels of 1 nm³ over 600 nm².
    let thickness = try #require(membrane["label_thickness_A"]?.value)
    #expect(abs(thickness - 5000.0 / 60) < 1e-9)
  }

  @Test("Bridged and inferred vertices do not count as seen")
  func seen() throws {
    let mesh = TriangleMesh.grid(columns: 20, rows: 4) { SIMD3(0, 400 * $0, 100 * $1) }
    var sheet = surface(mesh)
    for (vertex, place) in mesh.vertices.enumerated() where 190 < place.y {
      sheet.provenance[vertex] = place.y < 300 ? .bridged : .inferred
    }
    let seen = try #require(try measured(sheet)["seen_area_nm2"]?.value)
    #expect(150 < seen && seen < 210)
  }

  @Test("Without a voxel size no length is given, only topology")
  func unknownVoxelSize() throws {
    let mesh = TriangleMesh.icosphere(radiusAngstrom: 200, subdivisions: 2)
    let membrane = try measured(surface(mesh), known: false)
    for entry in membrane.measurements where entry.name != "euler_characteristic" {
      #expect(entry.measurement.value == nil)
      #expect(entry.measurement.verdict.contains("--pixel-size"))
    }
    #expect(membrane["euler_characteristic"]?.value == 2)
  }
}

@Suite struct ThicknessTests {
  private let center = SIMD3(1000.0, -200, 50)

  /// Distance of the peaks: nothing has been imaged here.
  private func thickness(spacing: Double, noise: Double, offset: Double = 0) throws -> Measurement {
    let mesh = TriangleMesh.icosphere(
      center: center, radiusAngstrom: 200 + offset, subdivisions: 3)
    let tomogram = bilayer(center: center, radius: 200, spacing: spacing, noise: noise)
    return try #require(try measured(surface(mesh), tomogram: tomogram)["peak_distance_A"])
  }

  @Test(
    "Leaflets 32 to 44 Å apart are measured within 2 Å, in noise too", arguments: [32.0, 38, 44])
  func resolved(spacing: Double) throws {
    for noise in [0.0, 1.0] {
      let value = try #require(try thickness(spacing: spacing, noise: noise).value)
      #expect(abs(value - spacing) < 2)
    }
  }

  @Test("A surface 8 Å off the middle measures the same thickness")
  func offCentre() throws {
    let value = try #require(try thickness(spacing: 40, noise: 0.3, offset: 8).value)
    #expect(abs(value - 40) < 2)
  }

  @Test("Leaflets too close to tell apart, and noise alone, get a verdict instead of a number")
  func abstains() throws {
    let close = try thickness(spacing: 12, noise: 0.2)
    #expect(close.value == nil)
    #expect(close.verdict.contains("not resolved"))
    let mesh = TriangleMesh.icosphere(center: center, radiusAngstrom: 120, subdivisions: 2)
    let empty = bilayer(center: center, radius: 9000, spacing: 38, noise: 1, voxel: 40)
    let verdict = try #require(try measured(surface(mesh), tomogram: empty)["peak_distance_A"])
    #expect(verdict.value == nil && !verdict.verdict.isEmpty)
  }

  @Test("The standard deviation of the peaks' distance is its scatter from one noise to another")
  func deviation() throws {
    let mesh = TriangleMesh.icosphere(center: center, radiusAngstrom: 300, subdivisions: 3)
    let found = try (UInt64(0)..<12).map { seed in
      let tomogram = bilayer(
        center: center, radius: 300, spacing: 40, noise: 1, seed: 1000 * seed + 7)
      return try #require(try measured(surface(mesh), tomogram: tomogram)["peak_distance_A"])
    }
    let values = try found.map { try #require($0.value) }
    let deviations = try found.map { try #require($0.standardDeviation) }
    let mean = values.reduce(0, +) / 12
    let scatter = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 11).squareRoot()
    let typical = (deviations.reduce(0) { $0 + $1 * $1 } / 12).squareRoot()
    // A scatter of twelve is known to a fifth: two of them to either side, and as much for the
    // deviations.
    #expect(0.5 < typical / scatter && typical / scatter < 2, "\(typical) for \(scatter)")
  }

  @Test(
    "Without noise the profile has a peak at each leaflet, a dip between them, and its own errors")
  func profile() throws {
    let mesh = TriangleMesh.icosphere(center: center, radiusAngstrom: 200, subdivisions: 3)
    let found = try measure(
      record, surface: surface(mesh), posterior: nil,
      tomogram: bilayer(center: center, radius: 200, spacing: 40, noise: 0), voxelVolumeNm3: 1,
      voxelSizeIsKnown: true, tilt: .customary)
    let profile = try #require(found.profile)
    func density(at distance: Double) throws -> Double {
      profile.density[try #require(profile.distancesAngstrom.firstIndex(of: distance))]
    }
    #expect(try density(at: 0) < min(try density(at: 20), try density(at: -20)))
    #expect(try density(at: 60) < density(at: 0))
    #expect(profile.standardErrors.count == profile.density.count && 4 <= profile.patches)
    #expect(profile.standardErrors.allSatisfy { 0 <= $0 && $0 < 0.2 })
    let none = try measure(
      record, surface: surface(mesh), posterior: nil, tomogram: nil, voxelVolumeNm3: 1,
      voxelSizeIsKnown: true, tilt: .customary)
    #expect(none.profile == nil)
  }

  @Test("Pure noise on the surface's own grid hardly ever passes for leaflets")
  func noise() throws {
    let mesh = TriangleMesh.icosphere(center: center, radiusAngstrom: 200, subdivisions: 3)
    let tomogram = bilayer(center: center + SIMD3(0, 0, 1), radius: 200, spacing: 9000, noise: 1)
    let result = try #require(try measured(surface(mesh), tomogram: tomogram)["peak_distance_A"])
    #expect(result.value == nil)
  }
}

@Suite struct NestingTests {
  @Test("Each membrane's parent is the smallest closed one around it")
  func nesting() {
    let far = SIMD3(900.0, 0, 0)
    let meshes: [TriangleMesh] = [
      .icosphere(radiusAngstrom: 300, subdivisions: 3),
      .icosphere(center: SIMD3(40, 0, 0), radiusAngstrom: 150, subdivisions: 2),
      .icosphere(center: SIMD3(60, 10, 0), radiusAngstrom: 50, subdivisions: 2),
      .icosphere(center: far, radiusAngstrom: 100, subdivisions: 2),
      .grid(columns: 5, rows: 5) { SIMD3(20 * $0 - 200, 20 * $1, 0) },
      .cylinder(
        base: far + SIMD3(0, 0, -300), radiusAngstrom: 200, heightAngstrom: 600, around: 20,
        along: 9),
    ]
    let membranes = meshes.indices.map { number in
      Membrane(label: number + 1, voxels: 1, region: Region(VolumeSize(x: 1, y: 1, z: 1)))
    }
    let parents = nested(
      membranes, outlines: meshes.map { MembraneOutline($0) }, containers: meshes.map(\.isClosed)
    ) { meshes[$0] }.map { $0.parent }
    // The open cylinder around the fourth contains nothing.
    #expect(parents == [nil, 1, 2, nil, 1, nil])
  }
}

@Suite struct FirstVariationsTests {
  private func posterior(_ mesh: TriangleMesh, noise: Double = 6) -> SurfacePosterior {
    let count = mesh.vertices.count
    return SurfacePosterior(
      carrier: mesh, heightsAngstrom: [Double](repeating: 0, count: count),
      noiseDeviationsAngstrom: (0..<count).map { mesh.vertices[$0].z < 0 ? noise : 2 * noise },
      noiseRangeAngstrom: 300, prior: MaternField(rangeAngstrom: 400, standardDeviation: 60))
  }

  private func measured(_ mesh: TriangleMesh, _ posterior: SurfacePosterior?) throws -> Membrane {
    try measure(
      record, surface: surface(mesh), posterior: posterior, tomogram: nil, voxelVolumeNm3: 1,
      voxelSizeIsKnown: true, tilt: .customary
    ).membrane
  }

  /// A sphere with dents of its own at each vertex, so that no term of a variation vanishes.
  private let dented: TriangleMesh = {
    var mesh = TriangleMesh.icosphere(radiusAngstrom: 200, subdivisions: 2)
    var random = CounterRandom(seed: 7, stream: 1)
    mesh.vertices = mesh.vertices.map { $0 * random.uniform(0.9, 1.1) }
    return mesh
  }()

  /// Checks variations against differences of the measures themselves.
  private func check(_ mesh: TriangleMesh, hasVolume: Bool) {
    let surface = surface(mesh)
    let variations = FirstVariations(surface, tilt: .customary)
    let seen = seenTriangles(of: surface, tilt: .customary)
    let edges = InnerEdges(mesh)
    var cases: [(String, [Double], (TriangleMesh) -> Double)] = [
      ("area", variations.areaAngstrom2, { $0.areaAngstrom2 }),
      (
        "seen area", variations.seenAreaAngstrom2,
        { moved in seen.reduce(0) { $0 + moved.area(of: $1) } }
      ),
      (
        "mean curvature", variations.meanCurvatureAngstrom,
        { edges.integratedMeanCurvatureAngstrom(of: $0) }
      ),
      (
        "Gaussian curvature", variations.gaussianCurvature,
        { edges.integratedGaussianCurvature(of: $0) }
      ),
    ]
    if hasVolume {
      cases.append(("volume", variations.volumeAngstrom3, { $0.signedVolumeAngstrom3 }))
    }
    let step = 1e-3
    for (name, variation, measure) in cases {
      let largest = variation.map(\.magnitude).max() ?? 0
      for vertex in stride(from: 0, to: mesh.vertices.count, by: 7) {
        let sides = [step, -step].map { distance in
          var moved = mesh
          moved.vertices[vertex] += distance * surface.normals[vertex]
          return measure(moved)
        }
        let difference = (sides[0] - sides[1]) / (2 * step)
        // Rounding of a sum over all triangles, over the step, is 1e-9 of a closed surface's measure.
        let rounding = 1e-12 * (abs(sides[0]) + 1) / step
        #expect(
          abs(variation[vertex] - difference) < 1e-5 * largest + rounding, "\(name), \(vertex)")
      }
    }
  }

  @Test("Variations are the derivatives of the measures: dented sphere, open sheet with a fold")
  func derivatives() {
    check(dented, hasVolume: true)
    check(
      .grid(columns: 9, rows: 8) { s, t in
        SIMD3(300 * s, 280 * t + 20 * s * s, 90 * (s * s + s * t) + 30 * abs(t - 0.5))
      }, hasVolume: false)
  }

  @Test("A sphere's area and volume have the exact deviations of their first variation")
  func firstVariation() throws {
    let radius = 200.0
    let mesh = TriangleMesh.icosphere(radiusAngstrom: radius, subdivisions: 3)
    let posterior = posterior(mesh)
    // A displacement d changes the volume by Σ a d and the area by Σ 2 a d / r, a the vertices' areas.
    let weights = mesh.vertexAreasAngstrom2()
    let solved = try posterior.field().factor.solve(weights)
    let volume = zip(weights, solved).reduce(0) { $0 + $1.0 * $1.1 }.squareRoot() / 1000
    let area = volume * 1000 * 2 / radius / 100
    let membrane = try measured(mesh, posterior)
    let areaDeviation = try #require(membrane["area_nm2"]?.standardDeviation)
    let volumeDeviation = try #require(membrane["volume_nm3"]?.standardDeviation)
    // 642 vertices: the polyhedron's variation is that of the sphere to 0.6 %.
    #expect(abs(areaDeviation / area - 1) < 0.01)
    #expect(abs(volumeDeviation / volume - 1) < 0.01)
  }

  @Test("A sphere that may only breathe has the deviations of its radius's formulas")
  func breathing() throws {
    let radius = 200.0
    let mesh = TriangleMesh.icosphere(radiusAngstrom: radius, subdivisions: 3)
    var stiff = posterior(mesh)
    // Ranges of many radii leave one distance for the whole sphere, sd s = 2 Å from the noise.
    stiff.noiseRangeAngstrom = 40000
    stiff.prior = MaternField(rangeAngstrom: 20000, standardDeviation: 2000)
    stiff.noiseDeviationsAngstrom = mesh.vertices.map { _ in 2 }
    let spread = try stiff.field().standardDeviations()[0]
    let membrane = try measured(mesh, stiff)
    let expected: [(String, Double)] = [
      ("area_nm2", 8 * .pi * radius * spread / 100),
      ("volume_nm3", 4 * .pi * radius * radius * spread / 1000),
      ("mean_curvature_per_nm", 10 * spread / (radius * radius)),
    ]
    for (name, deviation) in expected {
      let found = try #require(membrane[name]?.standardDeviation)
      #expect(abs(found / deviation - 1) < 0.02, "\(name)")
    }
  }

  @Test("Deviations are those of the measures over draws from the posterior")
  func draws() throws {
    let posterior = posterior(dented, noise: 2)
    let found = try FirstVariations.deviations(
      surface(dented), posterior: posterior, tilt: .customary, largest: 1000)
    let (field, edges) = (try posterior.field(), InnerEdges(dented))
    let normals = dented.vertexNormals()
    let count = 400
    var squares = [0.0, 0, 0]
    for number in 0..<count {
      // A small share of a draw, both ways: the response to it is linear.
      let sides = [0.02, -0.02].map { share in
        var moved = dented
        for (vertex, distance) in field.deviation(seed: 1, number: number).enumerated() {
          moved.vertices[vertex] += share * distance * normals[vertex]
        }
        return [
          moved.areaNm2, moved.signedVolumeAngstrom3 / 1000,
          edges.integratedMeanCurvatureAngstrom(of: moved) / 10 / moved.areaNm2,
        ]
      }
      for measure in squares.indices {
        let response = (sides[0][measure] - sides[1][measure]) / 0.04
        squares[measure] += response * response / Double(count)
      }
    }
    let measures: [PropagatedMeasure] = [.areaNm2, .volumeNm3, .meanCurvaturePerNm]
    for (measure, square) in zip(measures, squares) {
      // 400 draws give a deviation to 3.5 %; three of those.
      #expect(abs((found[measure] ?? 0) / square.squareRoot() - 1) < 0.11, "\(measure)")
    }
  }

  @Test("Without a posterior there are no deviations, and values are the same")
  func bare() throws {
    let mesh = TriangleMesh.icosphere(radiusAngstrom: 200, subdivisions: 2)
    let bare = try measured(mesh, nil)["area_nm2"]
    let known = try measured(mesh, posterior(mesh))["area_nm2"]
    #expect(known?.value == bare?.value && bare?.standardDeviation == nil)
    #expect(known?.standardDeviation != nil)
  }

  @Test("An open surface has a deviation of its curvature, not of an area that its rim decides")
  func open() throws {
    let sheet = TriangleMesh.grid(columns: 8, rows: 8) { s, t in
      SIMD3(300 * s, 300 * t, 60 * s * s)
    }
    let membrane = try measured(sheet, posterior(sheet))
    #expect(membrane["area_nm2"]?.value != nil)
    for name in ["area_nm2", "seen_area_nm2", "label_thickness_A", "rim_length_nm"] {
      #expect(membrane[name]?.standardDeviation == nil, "\(name)")
    }
    #expect(0 < membrane["mean_curvature_per_nm"]?.standardDeviation ?? 0)
  }

  @Test("Another mesh's posterior is not used")
  func foreign() throws {
    let mesh = TriangleMesh.icosphere(radiusAngstrom: 200, subdivisions: 2)
    let other = TriangleMesh.icosphere(radiusAngstrom: 200, subdivisions: 1)
    #expect(try measured(mesh, posterior(other))["area_nm2"]?.standardDeviation == nil)
  }

  @Test("A volume that could be anything abstains, with the reason")
  func verdict() throws {
    let mesh = TriangleMesh.icosphere(radiusAngstrom: 40, subdivisions: 2)
    let membrane = try measured(mesh, posterior(mesh, noise: 40))
    #expect(membrane["volume_nm3"]?.value == nil)
    #expect(membrane["volume_nm3"]?.verdict.contains("uncertain") == true)
  }
}
