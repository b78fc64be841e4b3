import Meshes
import Testing
import TomogramModel
import Volumes

@testable import Evaluation

private let center = SIMD3<Double>(repeating: 195)
private let geometry = Phantom.geometry(40)

private func sphere(radius: Double) -> TriangleMesh {
  TriangleMesh.icosphere(center: center, radiusAngstrom: radius, subdivisions: 4)
}

private let shell = Phantom.shell(geometry, center: center, radius: 120, halfThickness: 20)

/// Evaluates fitted surfaces against a vesicle of radius 120 Å.
private func report(
  _ surfaces: [MembraneSurface], truth: [TriangleMesh] = [sphere(radius: 120)]
) throws -> EvaluationReport {
  try evaluate(
    ResultInput(mask: Phantom.mask(shell), surfaces: surfaces),
    against: TruthInput(labels: shell, surfaces: truth))
}

@Suite struct FittedSurfaceTests {
  @Test("A sphere too large by 15 Å is 15 Å off, both ways", arguments: [true, false])
  func shifted(exact: Bool) throws {
    let found = try report(
      [Phantom.surface(sphere(radius: 135))], truth: exact ? [sphere(radius: 120)] : [])
    let tolerance = exact ? 0.3 : 1.5
    for name in [
      "surface_rmse_A", "truth_to_fit_rmse_A", "fit_to_truth_rmse_A", "truth_to_fit_p95_A",
      "fit_to_truth_p95_A", "surface_p95_A",
    ] {
      #expect(isNear(found[name], 15, tolerance), "\(name)")
    }
    #expect(found["missed_share"] == 0 && found["spurious_share"] == 0)
    #expect(found["euler_error"] == (exact ? 0 : nil))
  }

  @Test("Half a sphere misses the part that is farther than the limit, and has a rim too many")
  func half() throws {
    let whole = sphere(radius: 120)
    let kept = whole.triangles.indices.filter { triangle in
      let (a, b, c) = whole.corners(of: triangle)
      return (a + b + c).x / 3 < center.x
    }
    let found = try report([Phantom.surface(whole.keeping(triangles: kept).mesh)])
    // Farther than 100 Å from the hemisphere: chords 2·120·sin(φ/2) > 100 from the rim, φ > 49.25°.
    let missed = (1 - 0.7576) / 2
    #expect(isNear(found["missed_share"], missed, 0.01))
    #expect(found["fit_to_truth_rmse_A"].map { $0 < 0.1 } == true)
    #expect(found["euler_error"] == 1, "A disc has 1, a sphere 2.")
  }

  @Test("A surface far from any membrane is spurious and enters no distance")
  func spurious() throws {
    let far = TriangleMesh.icosphere(center: center, radiusAngstrom: 15, subdivisions: 3)
    let found = try report([Phantom.surface(sphere(radius: 120)), Phantom.surface(far)])
    let share = 15.0 * 15 / (15 * 15 + 120 * 120)
    #expect(isNear(found["spurious_share"], share, 0.002))
    #expect(found["fit_to_truth_rmse_A"].map { $0 < 0.1 } == true)
    #expect(found["euler_error"] == 0)
  }

  @Test("A true sphere cut by the volume's border is a disc, as a fitted one is")
  func cutByBorder() throws {
    let corner = SIMD3<Double>(-5, 195, 195)
    let labels = Phantom.shell(geometry, center: corner, radius: 120, halfThickness: 20)
    let whole = TriangleMesh.icosphere(center: corner, radiusAngstrom: 120, subdivisions: 4)
    let kept = whole.triangles.indices.filter { triangle in
      let (a, b, c) = whole.corners(of: triangle)
      return 0 < min(a.x, b.x, c.x)
    }
    let fitted = whole.keeping(triangles: kept).mesh
    #expect(fitted.eulerCharacteristic == 1)
    let found = try evaluate(
      ResultInput(mask: Phantom.mask(labels), surfaces: [Phantom.surface(fitted)]),
      against: TruthInput(labels: labels, surfaces: [whole]))
    #expect(found["euler_error"] == 0 && found["surface_recall"] == 1)
    let area = 2 * Double.pi * 12 * 12
    #expect(isNear(found["area_truth_nm2"], area, 0.03 * area), "Only the part inside counts.")
  }

  @Test("Surfaces that run through no membrane label are passed over, and that is said")
  func foreignSurfaces() throws {
    let filament = TriangleMesh.icosphere(center: center, radiusAngstrom: 30, subdivisions: 2)
    let both = TriangleMesh(joining: [filament, sphere(radius: 120)])
    let found = try report([Phantom.surface(sphere(radius: 120))], truth: [both])
    #expect(found.notes.contains { $0.hasPrefix("1 piece(s) of the truth's surfaces") })
    #expect(found["missed_share"] == 0)
  }

  @Test("Surfaces of a program that lost pixel size and origin are judged by voxel")
  func lostFrame() throws {
    let own = VolumeGeometry(
      size: geometry.size, voxelSizeAngstrom: SIMD3(repeating: 1),
      originAngstrom: SIMD3(5, -7, 100))
    let mask = Volume<Int8>(geometry: own, samples: Phantom.mask(shell).samples)
    var mesh = sphere(radius: 132)
    mesh.vertices = mesh.vertices.map { $0 / 10 + own.originAngstrom }
    let found = try evaluate(
      ResultInput(mask: mask, surfaces: [Phantom.surface(mesh, standardDeviation: 2)]),
      against: TruthInput(labels: shell, surfaces: [sphere(radius: 120)]))
    #expect(isNear(found["surface_rmse_A"], 12, 0.3))
    #expect(isNear(found["mean_sd_A"], 20, 1e-6))
    #expect(found.notes.contains { $0.hasPrefix("The result's voxel is 1.0 Å") })
  }
}

@Suite struct SurfaceUncertaintyTests {
  @Test("Coverage counts the vertices whose error is within 1.96 sd", arguments: [9.9, 10.4])
  func allOrNothing(spread: Double) throws {
    let found = try report(
      [Phantom.surface(sphere(radius: 140), standardDeviation: Float(spread))])
    // The error is 20 Å, just above 1.96 · 9.9 Å.
    #expect(found["coverage_95"] == (spread < 10 ? 0 : 1))
    #expect(isNear(found["vertex_rmse_A"], 20, 0.2))
    #expect(isNear(found["sd_factor_95"], 20 / (1.96 * spread), 0.01))
    #expect(isNear(found["mean_sd_over_rmse"], spread / 20, 0.01))
  }

  @Test("Normal errors with honest sd are covered to 95 % in every part")
  func calibrated() {
    var numbers = TestNumbers(state: 77)
    let vertices = (0..<12_000).map { number in
      let spread = Double.random(in: 2...20, using: &numbers)
      // Sum of 12 uniform numbers: normal to what is needed here.
      let normal = (0..<12).reduce(-6.0) { sum, _ in
        sum + Double.random(in: 0...1, using: &numbers)
      }
      return SurfaceUncertainty.Vertex(
        error: abs(normal) * spread, standardDeviation: spread, isHidden: number % 3 == 0)
    }
    let found = SurfaceUncertainty(vertices)
    for row in found.rows where row.name.hasPrefix("coverage") {
      #expect(isNear(row.value, 0.95, 0.012), "\(row.name)")
    }
    #expect(isNear(found.factor, 1, 0.03))
  }

  @Test("Terciles part vertices by sd: an error hidden in the small ones shows")
  func terciles() {
    let spreads: [Double] = [0.1, 0.2, 0.3, 4, 5, 6, 7, 8, 9]
    let vertices = spreads.map { spread in
      SurfaceUncertainty.Vertex(error: 5, standardDeviation: spread, isHidden: spread == 9)
    }
    let found = SurfaceUncertainty(vertices)
    #expect(found.coverageOfTerciles == [0, 1, 1])
    #expect(isNear(found.coverage, 6.0 / 9))
    #expect(found.coverageHidden == 1 && found.coverageSeen == 5.0 / 8)
  }

  @Test("The error where the surface is seen leaves out what is hidden; its median, the wild ones")
  func seenErrors() {
    let vertices = [1.0, 2, 3, 4, 100].map {
      SurfaceUncertainty.Vertex(error: $0, standardDeviation: 2, isHidden: $0 == 4)
    }
    let found = SurfaceUncertainty(vertices)
    #expect(isNear(found.rootMeanSquareSeenAngstrom, (10014.0 / 4).squareRoot()))
    #expect(found.medianSeenAngstrom == 3)
    #expect(SurfaceUncertainty([]).medianSeenAngstrom == nil)
  }

  @Test("Without standard deviations there is no coverage, and that is said")
  func uncalibrated() throws {
    let found = try report([Phantom.surface(sphere(radius: 120))])
    #expect(found.uncertainty == nil && found["coverage_95"] == nil)
    #expect(found.notes.contains("No coverage: the fitted surfaces carry no standard deviation."))
    #expect(SurfaceUncertainty([]).coverage == nil)
  }
}
