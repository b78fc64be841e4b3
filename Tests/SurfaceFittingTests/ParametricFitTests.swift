import LinearAlgebra
import Meshes
import RealModule
import SurfaceFitting
import TestSupport
import Testing
import TomogramModel
import Volumes

private func fits(_ phantom: LabelPhantom) throws -> [String: ParametricFit] {
  let fitted = try fitSurface(
    of: phantom.membrane, in: phantom.labels, provenance: nil, probability: nil, tilt: .customary,
    options: .init(), workers: .one)
  return Dictionary(uniqueKeysWithValues: fitted.fits.map { ($0.model, $0) })
}

private func point(_ fit: ParametricFit, _ name: String) throws -> SIMD3<Double> {
  SIMD3(
    try #require(fit["\(name)_x_A"]), try #require(fit["\(name)_y_A"]),
    try #require(fit["\(name)_z_A"]))
}

@Suite struct ParametricFitTests {
  @Test("A vesicle is its own sphere, and an ellipsoid of equal axes")
  func sphere() throws {
    let (phantom, center) = LabelPhantom.sphere(radiusAngstrom: 90)
    let fits = try fits(phantom)
    let sphere = try #require(fits["sphere"])
    #expect(abs(try #require(sphere["radius_A"]) - 90) < 1)
    #expect((try point(sphere, "center") - center).length < 0.5)
    #expect(sphere.inlierShare == 1 && sphere.rmsResidualAngstrom < 2)
    let ellipsoid = try #require(fits["ellipsoid"])
    for axis in ["a", "b", "c"] {
      #expect(abs(try #require(ellipsoid["semiaxis_\(axis)_A"]) - 90) < 2)
    }
    let plane = try #require(fits["plane"])
    #expect(20 < plane.rmsResidualAngstrom && plane.inlierShare < 0.5)
  }

  @Test("A large bud does not spoil the sphere it sits on")
  func bud() throws {
    let geometry = VolumeGeometry(size: VolumeSize(x: 34, y: 28, z: 28), voxelSizeAngstrom: 10)
    let (center, budCenter) = (SIMD3(136.0, 137, 138), SIMD3(245.0, 137, 138))
    let phantom = LabelPhantom(geometry: geometry, halfThicknessAngstrom: 20) { place in
      min((place - center).length - 90, (place - budCenter).length - 45)
    }
    let sphere = try #require(try fits(phantom)["sphere"])
    #expect(abs(try #require(sphere["radius_A"]) - 90) < 2)
    // The neck is blended into the sphere on one side; plain least squares is off by tens of Å.
    #expect((try point(sphere, "center") - center).length < 4)
    #expect(0.6 < sphere.inlierShare && sphere.inlierShare < 0.95)
    #expect(10 < sphere.rmsResidualAngstrom && sphere.inlierRmsResidualAngstrom < 5)
  }

  @Test("An ellipsoid's semiaxes and long axis are found where they point")
  func ellipsoid() throws {
    let geometry = VolumeGeometry(size: VolumeSize(x: 36, y: 26, z: 24), voxelSizeAngstrom: 10)
    let (center, axes) = (SIMD3(176.0, 127, 116), SIMD3(130.0, 85, 70))
    let phantom = LabelPhantom(geometry: geometry, halfThicknessAngstrom: 20) { place in
      // First-order distance: within an angstrom at this thickness.
      let share = (place - center) / axes
      let size = share.length
      return (size - 1) * size / (share / axes).length
    }
    let ellipsoid = try #require(try fits(phantom)["ellipsoid"])
    #expect(abs(try #require(ellipsoid["semiaxis_a_A"]) - 130) < 3)
    #expect(abs(try #require(ellipsoid["semiaxis_b_A"]) - 85) < 3)
    #expect(abs(try #require(ellipsoid["semiaxis_c_A"]) - 70) < 3)
    #expect(0.99 < abs(try #require(ellipsoid["axis_a_x"])))
    #expect(0.98 < abs(try #require(ellipsoid["axis_c_z"])))
  }

  @Test("A flat sheet is a plane and neither a sphere nor an ellipsoid")
  func plane() throws {
    let normal = SIMD3(0.36, -0.48, 0.8)
    let geometry = VolumeGeometry(size: VolumeSize(x: 24, y: 24, z: 24), voxelSizeAngstrom: 10)
    let phantom = LabelPhantom(geometry: geometry, halfThicknessAngstrom: 20) {
      ($0 - SIMD3(115, 116, 114)).dot(normal)
    }
    let fits = try fits(phantom)
    let plane = try #require(fits["plane"])
    let found = SIMD3(
      try #require(plane["normal_x"]), try #require(plane["normal_y"]),
      try #require(plane["normal_z"]))
    #expect(0.9995 < found.dot(normal))
    #expect(abs((try point(plane, "point") - SIMD3(115, 116, 114)).dot(normal)) < 1)
    #expect(fits["ellipsoid"] == nil)
    // A sphere may hug the sheet, but only one far larger than it.
    #expect(700 < fits["sphere"]?["radius_A"] ?? .infinity)
  }
}
