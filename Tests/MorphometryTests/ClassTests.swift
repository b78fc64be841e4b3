import LinearAlgebra
import Meshes
import RealModule
import Testing
import TomogramModel
import Volumes

@testable import Morphometry

/// A cube of voxels of 10 Å about the origin.
func cube(halfAngstrom half: Double) -> VolumeGeometry {
  let edge = Int(half / 5)
  return VolumeGeometry(
    size: VolumeSize(x: edge, y: edge, z: edge), voxelSizeAngstrom: SIMD3(repeating: 10),
    originAngstrom: SIMD3(repeating: -half))
}

/// A mesh with its own normals and curvatures.
func measuredSurface(_ mesh: TriangleMesh) -> MembraneSurface {
  let normals = mesh.vertexNormals()
  // Some 30 vertices in each neighbourhood.
  let radius = 3 * (mesh.areaAngstrom2 / Double(mesh.vertices.count)).squareRoot()
  let curvatures = mesh.curvatures(
    normals: normals, radiusAngstrom: radius, workers: Workers(count: 2))
  let count = mesh.vertices.count
  return MembraneSurface(
    mesh: mesh, normals: normals,
    standardDeviationAngstrom: [Float](repeating: .nan, count: count),
    provenance: [Provenance](repeating: .seen, count: count),
    meanCurvaturePerNm: curvatures.mean.map { Float($0 * 10) },
    gaussianCurvaturePerNm2: curvatures.gaussian.map { Float($0 * 100) })
}

extension TriangleMesh {
  /// The triangles whose middles are wanted.
  func keeping(where isKept: (SIMD3<Double>) -> Bool) -> TriangleMesh {
    keeping(
      triangles: triangles.indices.filter { triangle in
        let (a, b, c) = corners(of: triangle)
        return isKept((a + b + c) / 3)
      }
    ).mesh
  }

  /// Stretched along the axes.
  func scaled(_ factors: SIMD3<Double>) -> TriangleMesh {
    TriangleMesh(vertices: vertices.map { $0 * factors }, triangles: triangles)
  }
}

@Suite("Classes by shape") struct ClassTests {
  private func kind(_ mesh: TriangleMesh, in geometry: VolumeGeometry) -> MembraneClass {
    ClassPriors().classify(ShapeDescriptors(measuredSurface(mesh), in: geometry))
  }

  private func sphere(_ radius: Double) -> TriangleMesh {
    .icosphere(radiusAngstrom: radius, subdivisions: 3)
  }

  @Test("Whole shapes have their class; a closed one is a vesicle up to 150 nm")
  func whole() {
    let wide = cube(halfAngstrom: 2000)
    #expect(kind(sphere(300), in: wide) == .vesicle)
    #expect(kind(sphere(720), in: wide) == .vesicle)
    #expect(kind(sphere(790), in: wide) == .largeClosed)
    let tube = TriangleMesh.cylinder(
      base: SIMD3(0, 0, -800), radiusAngstrom: 150, heightAngstrom: 1600, around: 40, along: 60)
    #expect(kind(tube, in: wide) == .tubule)
    let sheet = TriangleMesh.grid(columns: 30, rows: 30) { s, t in
      SIMD3(1200 * s, 1200 * t, 60 * .sin(6 * s))
    }
    #expect(kind(sheet, in: wide) == .sheet)
    #expect(kind(sheet.scaled(SIMD3(0.4, 0.4, 0.4)), in: wide) == .fragment)
    // A flat sac as small as a vesicle.
    #expect(kind(sphere(1).scaled(SIMD3(600, 600, 80)), in: wide) == .largeClosed)
  }

  @Test("A vesicle is one without the caps that the wedge hides, and as a half at the border")
  func incomplete() {
    let hidden = TiltGeometry.customary
    let capless = sphere(300).keeping { !hidden.hides(normal: $0) }
    #expect(capless.areaAngstrom2 < 0.7 * sphere(300).areaAngstrom2)
    #expect(kind(capless, in: cube(halfAngstrom: 600)) == .vesicle)
    let half = sphere(300).keeping { $0.z < 0 }
    let geometry = VolumeGeometry(
      size: VolumeSize(x: 80, y: 80, z: 40), voxelSizeAngstrom: SIMD3(repeating: 10),
      originAngstrom: SIMD3(-400, -400, -400))
    #expect(kind(half, in: geometry) == .vesicle)
    // The same bowl far from the border has a rim of its own, and enough of a sphere.
    #expect(kind(half, in: cube(halfAngstrom: 900)) == .vesicle)
    #expect(kind(sphere(300).keeping { $0.z < -240 }, in: cube(halfAngstrom: 900)) == .fragment)
  }

  @Test("A large vesicle without its caps is no tubule, though noise bends it around one axis")
  func belt() {
    // A lysosome at ±45°, as it was measured.
    var belt = ShapeDescriptors()
    belt.areaNm2 = 114_200
    (belt.medianCurvaturePerNm, belt.curvednessPerNm) = (0.00695, 0.01055)
    (belt.shapeIndex, belt.convexShare) = (0.540, 0.544)
    (belt.normalsAlongOne, belt.normalsAlongThird) = (0.529, 0.078)
    (belt.enclosure, belt.boundaryLoops) = (0.131, 8)
    (belt.ellipsoidShare, belt.ellipsoidLongestNm, belt.ellipsoidShortestNm) = (0.872, 187, 166)
    #expect(ClassPriors().classify(belt) == .largeClosed)
    // With more beside it that is not the lysosome's: still all around, unlike a part of as much.
    (belt.ellipsoidShare, belt.meanNormal) = (0.79, 0.11)
    #expect(ClassPriors().classify(belt) == .largeClosed)
    belt.meanNormal = 0.4
    #expect(ClassPriors().classify(belt) == .tubule)
    // On no ellipsoid, or a thin one, the same is a tube.
    belt.ellipsoidShare = 0.5
    #expect(ClassPriors().classify(belt) == .tubule)
    (belt.ellipsoidShare, belt.ellipsoidShortestNm) = (0.872, 40)
    #expect(ClassPriors().classify(belt) == .tubule)
  }

  @Test("Turning, moving and flipping a surface change neither class nor descriptors much")
  func invariance() {
    let tube = TriangleMesh.cylinder(
      base: SIMD3(0, 0, -500), radiusAngstrom: 150, heightAngstrom: 1000, around: 40, along: 40)
    let moved = TriangleMesh(
      vertices: tube.vertices.map {
        SIMD3(0.8 * $0.x - 0.6 * $0.z, $0.y + 90, 0.6 * $0.x + 0.8 * $0.z)
      },
      triangles: tube.triangles.map { SIMD3($0.x, $0.z, $0.y) })
    let geometry = cube(halfAngstrom: 2000)
    let first = ShapeDescriptors(measuredSurface(tube), in: geometry)
    let second = ShapeDescriptors(measuredSurface(moved), in: geometry)
    #expect(first.normalsPointOut && !second.normalsPointOut)
    // The sign of a tube's Gaussian curvature, and spheres and ellipsoids through it, are noise.
    let noise = ["convex_share", "sphere", "ellipsoid"]
    for column in ShapeDescriptors.columns where !noise.contains(where: column.name.hasPrefix) {
      let (a, b) = (column.value(first), column.value(second))
      // Rays meet the far wall of a regular tube in its vertices, where rounding decides.
      let tolerance = column.name == "enclosure" ? 0.1 : 0.03 * max(abs(a), 0.1)
      #expect(abs(a - b) <= tolerance, "\(column.name): \(a), \(b)")
    }
    #expect(abs(first.shapeIndex - 0.5) < 0.03)
    #expect(abs(first.widthNm - 30) < 1)
    #expect(abs(first.elongation - 1000 / 300) < 0.2)
    #expect(abs(first.medianCurvaturePerNm - 1 / 30.0) < 0.002)
  }

  @Test("Membranes that follow each other are a pair; a vesicle inside by chance is not")
  func pairs() {
    let meshes = [
      sphere(500), sphere(380), sphere(900).translated(SIMD3(2500, 0, 0)),
      sphere(200).translated(SIMD3(3000, 0, 0)),
    ]
    let surfaces = meshes.map { measuredSurface($0) }
    let shapes = surfaces.map { ShapeDescriptors($0, in: cube(halfAngstrom: 5000)) }
    let membranes = meshes.indices.map { number in
      Membrane(label: number + 1, voxels: 1, region: Region(VolumeSize(x: 1, y: 1, z: 1)))
    }
    let classes = classified(
      membranes, outlines: meshes.map { MembraneOutline($0) }, shapes: shapes,
      priors: ClassPriors()
    ) { meshes[$0] }
    #expect(classes.map(\.parent) == [nil, 1, nil, 3])
    #expect(
      classes.map(\.classification) == ["nested-pair", "nested-pair", "large-closed", "vesicle"])
    for shape in shapes {
      #expect(shape.told("genus") == 0 && shape.told("boundary_loops") == 0)
      #expect(abs((shape.told("enclosure") ?? 0) - 1) < 0.06)
    }
  }

  @Test("A half cut off by the border contains what lies in it")
  func openContainers() {
    let meshes = [sphere(500).keeping { $0.z < 0 }, sphere(120).translated(SIMD3(0, 0, -250))]
    let membranes = [1, 2].map { label in
      Membrane(label: label, voxels: 1, region: Region(VolumeSize(x: 1, y: 1, z: 1)))
    }
    func parents(containers: [Bool]) -> [Int?] {
      nested(membranes, outlines: meshes.map { MembraneOutline($0) }, containers: containers) {
        meshes[$0]
      }.map(\.parent)
    }
    #expect(parents(containers: [true, true]) == [nil, 1])
    #expect(parents(containers: meshes.map(\.isClosed)) == [nil, nil])
  }

  @Test("A torus has a handle, a tube two rims")
  func topology() {
    let ring = TriangleMesh.torus(majorAngstrom: 400, minorAngstrom: 120, around: 60, across: 24)
    let tube = TriangleMesh.cylinder(
      radiusAngstrom: 150, heightAngstrom: 900, around: 30, along: 30)
    for (mesh, genus, loops) in [(ring, 1.0, 0.0), (tube, 0, 2)] {
      let shape = ShapeDescriptors(measuredSurface(mesh), in: cube(halfAngstrom: 2000))
      #expect(shape.told("genus") == genus && shape.told("boundary_loops") == loops)
    }
  }
}

extension ShapeDescriptors {
  /// A value among the measurements.
  fileprivate func told(_ name: String) -> Double? {
    topology.first { $0.name == name }?.measurement.value
  }
}

extension TriangleMesh {
  fileprivate func translated(_ offset: SIMD3<Double>) -> TriangleMesh {
    TriangleMesh(vertices: vertices.map { $0 + offset }, triangles: triangles)
  }
}
