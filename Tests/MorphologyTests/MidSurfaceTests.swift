import Morphology
import RealModule
import TestSupport
import Testing
import Volumes

@Suite("Mid-surface") struct MidSurfaceTests {
  static let size = VolumeSize(x: 40, y: 40, z: 40)
  static let centre = SIMD3(19.6, 20.2, 19.9)
  static let surfaces: [AnalyticSurface] =
    [(0, 0), (30, 10), (45, 0), (45, 45), (54.7, 45), (70, 200), (90, 90)].map { angles in
      .plane(
        point: centre,
        normal: direction(thetaDegrees: Double(angles.0), phiDegrees: Double(angles.1)))
    } + [
      .sphere(centre: centre, radius: 8), .sphere(centre: centre, radius: 14.3),
      .cylinder(point: centre, axis: direction(thetaDegrees: 35, phiDegrees: 60), radius: 10),
    ]

  /// Errors of samples at least `margin` from the volume's border.
  struct Errors {
    var bias = 0.0
    var rms = 0.0
    var worst = 0.0
    var normalDegrees = 0.0
    var thickness = 0.0
    var area = 0.0
    var count = 0

    init(_ samples: [MidSurfaceSample], _ surface: AnalyticSurface, margin: Double) {
      let limit = Double(MidSurfaceTests.size.x - 1) - margin
      for sample in samples
      where sample.position.min() >= margin && sample.position.max() <= limit {
        let distance = surface.signedDistance(at: sample.position)
        bias += distance
        rms += distance * distance
        worst = max(worst, abs(distance))
        let cosine = abs((surface.normal(at: sample.position) * sample.normal).sum())
        normalDegrees = max(normalDegrees, degrees(ofCosine: cosine))
        thickness += 2 * sample.halfThicknessAngstrom
        area += sample.areaSquareAngstrom
        count += 1
      }
      bias /= Double(count)
      rms = (rms / Double(count)).squareRoot()
      thickness /= Double(count)
    }
  }

  static func errors(
    of surface: AnalyticSurface, thickness: Double, margin: Double = 5
  ) -> Errors {
    let mask = surface.mask(size: size, thickness: thickness)
    let geometry = VolumeGeometry(size: size, voxelSizeAngstrom: 1)
    let samples = midSurface(of: mask, geometry: geometry, workers: .one)
    return Errors(samples, surface, margin: margin)
  }

  @Test("Oblique planes are found to a twentieth of a voxel", arguments: [1.0, 3, 4, 6])
  func obliquePlanes(thickness: Double) {
    for angles in [(30.0, 10.0), (70, 200)] {
      let normal = direction(thetaDegrees: angles.0, phiDegrees: angles.1)
      let plane = AnalyticSurface.plane(point: Self.centre, normal: normal)
      let errors = Self.errors(of: plane, thickness: thickness)
      #expect(errors.rms < 0.05)
      #expect(errors.normalDegrees < 4)
      #expect(abs(errors.thickness - thickness) < 0.2)
    }
  }

  @Test("Planes along the lattice are found to the half voxel their mask leaves open")
  func latticePlanes() {
    for angles in [(0.0, 0.0), (45, 45), (54.7, 45), (90, 90)] {
      let normal = direction(thetaDegrees: angles.0, phiDegrees: angles.1)
      let plane = AnalyticSurface.plane(point: Self.centre, normal: normal)
      let errors = Self.errors(of: plane, thickness: 4)
      #expect(errors.worst < 0.5)
      #expect(errors.normalDegrees < 2)
    }
  }

  @Test("Spheres and cylinders show no bias towards their centre", arguments: [1.0, 4, 6])
  func curvedSurfaces(thickness: Double) {
    let axis = direction(thetaDegrees: 35, phiDegrees: 60)
    let surfaces: [AnalyticSurface] = [
      .sphere(centre: Self.centre, radius: 8),
      .cylinder(point: Self.centre, axis: axis, radius: 10),
    ]
    for surface in surfaces {
      let errors = Self.errors(of: surface, thickness: thickness)
      #expect(abs(errors.bias) < 0.06)
      #expect(errors.rms < 0.08)
      #expect(errors.normalDegrees < 7)
      #expect(abs(errors.thickness - thickness) < 0.2)
    }
  }

  @Test("A sphere's samples add up to its area within 8 %", arguments: [2.0, 4])
  func area(thickness: Double) {
    let sphere = AnalyticSurface.sphere(centre: Self.centre, radius: 12)
    let truth = 4 * Double.pi * 144
    let errors = Self.errors(of: sphere, thickness: thickness)
    #expect(abs(errors.area / truth - 1) < 0.08)
  }

  @Test("A membrane cut by the border keeps its samples up to the border")
  func border() {
    let normal = direction(thetaDegrees: 30, phiDegrees: 10)
    let plane = AnalyticSurface.plane(point: Self.centre, normal: normal)
    let mask = plane.mask(size: Self.size, thickness: 4)
    let geometry = VolumeGeometry(size: Self.size, voxelSizeAngstrom: 1)
    let samples = midSurface(of: mask, geometry: geometry, workers: .one)
    // The plane meets every column of the volume along z.
    var columns = Set<Int>()
    for sample in samples { columns.insert(sample.voxel.y * 40 + sample.voxel.x) }
    #expect(columns.count == 1600)
    let worst = samples.map { abs(plane.signedDistance(at: $0.position)) }.max() ?? .infinity
    #expect(worst < 0.5)
  }

  @Test("Voxel edges of their own along each axis scale positions, normals and thickness")
  func anisotropicVoxels() {
    let edges = SIMD3(2.0, 2, 3)
    let size = VolumeSize(x: 30, y: 30, z: 24)
    let geometry = VolumeGeometry(
      size: size, voxelSizeAngstrom: edges, originAngstrom: SIMD3(5, -7, 100))
    // A plane in Å, 10 Å thick, seen on voxels of 2 × 2 × 3 Å.
    let normal = direction(thetaDegrees: 40, phiDegrees: 20)
    let plane = AnalyticSurface.plane(
      point: geometry.position(ofCoordinate: SIMD3(14.5, 15.2, 11.8)).angstrom, normal: normal)
    var mask = Block<Int8>(region: Region(size), repeating: 0)
    for z in 0..<size.z {
      for y in 0..<size.y {
        for x in 0..<size.x {
          let index = VoxelIndex(x: x, y: y, z: z)
          let place = geometry.position(of: index).angstrom
          if abs(plane.signedDistance(at: place)) <= 5 { mask[index] = 1 }
        }
      }
    }
    let inner = midSurface(of: mask, geometry: geometry, workers: .one).filter {
      Region(size).expanded(by: -5).contains($0.voxel)
    }
    #expect(!inner.isEmpty)
    for sample in inner {
      #expect(abs(plane.signedDistance(at: sample.position)) < 0.4)
      #expect(degrees(ofCosine: abs((sample.normal * normal).sum())) < 4)
    }
    let thickness = inner.map(\.halfThicknessAngstrom).reduce(0, +) * 2 / Double(inner.count)
    #expect(abs(thickness - 10) < 0.5)
  }

  @Test("Two sheets two voxels apart keep a mid-surface each")
  func closeSheets() {
    let size = VolumeSize(x: 24, y: 24, z: 24)
    var mask = Block<Int8>(region: Region(size), repeating: 0)
    for z in [6, 7, 8, 9, 12, 13, 14, 15] {
      for y in 0..<24 { for x in 0..<24 { mask[VoxelIndex(x: x, y: y, z: z)] = 1 } }
    }
    let samples = midSurface(
      of: mask, geometry: VolumeGeometry(size: size, voxelSizeAngstrom: 1), workers: .one)
    #expect(samples.count == 2 * 24 * 24)
    for sample in samples {
      #expect(min(abs(sample.position.z - 7.5), abs(sample.position.z - 13.5)) < 0.15)
    }
  }

  @Test("Samples do not depend on workers or on tiles")
  func workers() {
    // Longer than a tile, so that the sheet crosses tile borders.
    let size = VolumeSize(x: 100, y: 12, z: 16)
    let plane = AnalyticSurface.plane(
      point: SIMD3(50, 6, 8), normal: direction(thetaDegrees: 4, phiDegrees: 0))
    let mask = plane.mask(size: size, thickness: 3)
    let geometry = VolumeGeometry(size: size, voxelSizeAngstrom: 1)
    let samples = midSurface(of: mask, geometry: geometry, workers: .one)
    #expect(samples == midSurface(of: mask, geometry: geometry, workers: Workers(count: 3)))
    let shifted = Region(
      lower: VoxelIndex(x: 30, y: 0, z: 0), upper: VoxelIndex(x: 100, y: 12, z: 16))
    let part = midSurface(of: mask.cropped(to: shifted), geometry: geometry, workers: .one)
    func inner(_ samples: [MidSurfaceSample]) -> Set<MidSurfaceSample> {
      Set(samples.filter { $0.voxel.x >= 50 })
    }
    #expect(inner(part) == inner(samples))
  }

  @Test("A mask read tile by tile gives the samples of one in memory, rims and all")
  func readInTiles() throws {
    let region = Region(
      lower: VoxelIndex(x: 3, y: 2, z: 1), upper: VoxelIndex(x: 190, y: 38, z: 118))
    let size = VolumeSize(x: 194, y: 40, z: 120)
    let plane = AnalyticSurface.plane(
      point: SIMD3(100, 20, 60), normal: direction(thetaDegrees: 40, phiDegrees: 20))
    let mask = Volume(
      geometry: VolumeGeometry(size: size, voxelSizeAngstrom: 10),
      samples: plane.mask(size: size, thickness: 4) { ($0 - SIMD3(90, 20, 60)).x < 40 }.samples)
    let whole = midSurface(
      of: try mask.read(region), geometry: mask.geometry, workers: Workers(count: 2))
    let tiles = midSurfaceTiles(of: region)
    #expect(tiles.count == 4)
    let parts = try tiles.flatMap {
      try midSurface(of: mask, in: $0, bounds: region, keepsRims: true, workers: .one)
    }
    #expect(!whole.isEmpty)
    func inOrder(_ samples: [MidSurfaceSample]) -> [SIMD3<Double>] {
      samples.map(\.position).sorted { ($0.z, $0.y, $0.x) < ($1.z, $1.y, $1.x) }
    }
    #expect(inOrder(parts) == inOrder(whole))
  }

  @Test("A skeleton surface holds one voxel of each column, and none where there is no mask")
  func skeleton() {
    let size = VolumeSize(x: 20, y: 20, z: 20)
    let plane = AnalyticSurface.plane(
      point: SIMD3(10, 10, 10), normal: direction(thetaDegrees: 25, phiDegrees: 40))
    let mask = plane.mask(size: size, thickness: 5)
    let skeleton = skeletonSurface(of: mask)
    for y in 0..<20 {
      for x in 0..<20 {
        let column = (0..<20).map { VoxelIndex(x: x, y: y, z: $0) }
        #expect(column.count { skeleton[$0] != 0 } == 1)
        #expect(column.allSatisfy { skeleton[$0] == 0 || mask[$0] != 0 })
      }
    }
    let empty = Block<Int8>(region: Region(size), repeating: 0)
    #expect(skeletonSurface(of: empty) == empty)
  }
}

func degrees(ofCosine cosine: Double) -> Double {
  Double.acos(min(cosine, 1)) * 180 / .pi
}
