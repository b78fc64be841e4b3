import LinearAlgebra
import Meshes
import ParametricShapes
import SurfaceFitting
import TestSupport
import Testing
import TomogramModel
import Volumes

@Suite("Simple shapes of labels") struct ShapeOfSurfaceTests {
  private static let center = SIMD3(171.0, 168, 174)

  /// A label of 40 Å about a surface, on voxels of 8, 10 and 13 Å, in a tomogram that shows it clearly.
  private func choice(
    threads: Int, distance: (SIMD3<Double>) -> Double
  ) throws -> ShapeChoice {
    let geometry = VolumeGeometry(
      size: VolumeSize(x: 42, y: 34, z: 27), voxelSizeAngstrom: SIMD3(8, 10, 13))
    let phantom = LabelPhantom(
      geometry: geometry, halfThicknessAngstrom: 20, distance: distance)
    let sure = Volume(
      geometry: geometry, samples: [Float](repeating: 0.995, count: geometry.size.count))
    let fitted = try fitSurface(
      of: phantom.membrane, in: phantom.labels, provenance: nil, probability: sure,
      tilt: .customary, options: .init(), workers: Workers(count: threads))
    return shapeChoice(
      of: fitted.surface, voxelAngstrom: geometry.meanVoxelSizeAngstrom)
  }

  @Test("A sphere on voxels of three edges is one, to the same bits on one thread and on three")
  func sphere() throws {
    let found = try choice(threads: 1) { ($0 - Self.center).length - 120 }
    let best = try #require(found.chosen)
    #expect(best.model == "sphere" && found.verdict.isEmpty)
    let radius = try #require(best["radius_A"])
    #expect(abs(radius.value - 120) < 2 * radius.deviation, "\(radius)")
    for (name, place) in zip(["center_x_A", "center_y_A", "center_z_A"], 0..<3) {
      let (value, deviation) = try #require(best[name])
      #expect(abs(value - Self.center[place]) < 2 * deviation)
    }
    #expect(try choice(threads: 3) { ($0 - Self.center).length - 120 } == found)
  }

  @Test("An ellipsoid on voxels of three edges has its own axes, not the voxels'")
  func ellipsoid() throws {
    let axes = SIMD3(135.0, 75, 105)
    let found = try choice(threads: 2) { place in
      // First-order distance: within an angstrom at this thickness.
      let share = (place - Self.center) / axes
      return (share.length - 1) * share.length / (share / axes).length
    }
    let best = try #require(found.chosen)
    #expect(best.model == "ellipsoid" && found.verdict.isEmpty)
    for (name, truth) in ["a": 135.0, "b": 105, "c": 75] {
      let (value, deviation) = try #require(best["semiaxis_\(name)_A"])
      #expect(abs(value - truth) < 3 && abs(value - truth) < 2 * deviation, "\(name): \(value)")
    }
  }
}
