import GaussianProcesses
import LinearAlgebra
import Meshes
import RealModule
import SurfaceFitting
import TestSupport
import Testing
import TomogramModel
import Volumes

private func fitted(
  _ phantom: LabelPhantom, provenance: Volume<Int8>? = nil, probability: Volume<Float>? = nil,
  options: FittingOptions = .init()
) throws -> FittedMembrane {
  try fitSurface(
    of: phantom.membrane, in: phantom.labels, provenance: provenance, probability: probability,
    tilt: .customary,
    options: options, workers: Workers(count: 2))
}

private func cube(_ edge: Int) -> VolumeGeometry {
  VolumeGeometry(size: VolumeSize(x: edge, y: edge, z: edge), voxelSizeAngstrom: 10)
}

@Suite struct ClosedSurfaceTests {
  @Test("A vesicle's label gives its area and radius, not the label's two faces")
  func sphere() throws {
    for radius in [80.0, 130] {
      let (phantom, center) = LabelPhantom.sphere(radiusAngstrom: radius)
      let mesh = try fitted(phantom).surface.mesh
      #expect(mesh.isClosed && mesh.isConsistentlyOriented)
      #expect(mesh.eulerCharacteristic == 2)
      #expect(0 < mesh.signedVolumeAngstrom3)
      #expect(abs(mesh.areaAngstrom2 / (4 * .pi * radius * radius) - 1) < 0.02)
      let errors = mesh.vertices.map { ($0 - center).length - radius }
      #expect(errors.allSatisfy { abs($0) < 4 })
    }
  }

  @Test("A ring's label gives one handle and a torus's area")
  func torus() throws {
    let center = SIMD3(221.0, 218, 119)
    let geometry = VolumeGeometry(size: VolumeSize(x: 44, y: 44, z: 24), voxelSizeAngstrom: 10)
    let phantom = LabelPhantom(geometry: geometry, halfThicknessAngstrom: 20) { place in
      let offset = place - center
      let ring = (offset.x * offset.x + offset.y * offset.y).squareRoot() - 125
      return (ring * ring + offset.z * offset.z).squareRoot() - 65
    }
    let mesh = try fitted(phantom).surface.mesh
    #expect(mesh.isClosed && mesh.eulerCharacteristic == 0)
    #expect(abs(mesh.areaAngstrom2 / (4 * .pi * .pi * 125 * 65) - 1) < 0.03)
  }

  @Test("A vesicle's curvature is 1/r within 2 % on the whole")
  func curvature() throws {
    let (phantom, _) = LabelPhantom.sphere(radiusAngstrom: 150)
    let surface = try fitted(phantom).surface
    let mean = surface.meanCurvaturePerNm.reduce(0, +) / Float(surface.meanCurvaturePerNm.count)
    #expect(abs(mean * 15 - 1) < 0.02)
    #expect(surface.meanCurvaturePerNm.allSatisfy { abs($0 * 15 - 1) < 0.25 })
  }
}

@Suite struct OpenSurfaceTests {
  @Test("An open cap keeps its area within 5 %, one rim, and faces +z", arguments: [14.0, 20, 25])
  func cap(halfThickness: Double) throws {
    let center = SIMD3(250.0, 254, -180)
    let (radius, angle) = (300.0, 0.6)
    let geometry = VolumeGeometry(size: VolumeSize(x: 50, y: 50, z: 24), voxelSizeAngstrom: 10)
    let phantom = LabelPhantom(geometry: geometry, halfThicknessAngstrom: halfThickness) {
      LabelPhantom.capDistance($0, center: center, radius: radius, angle: angle)
    }
    let surface = try fitted(phantom).surface
    let area = 2 * .pi * radius * radius * (1 - .cos(angle))
    #expect(abs(surface.mesh.areaAngstrom2 / area - 1) < 0.05)
    #expect(surface.mesh.boundaryLoops().count == 1)
    #expect(surface.mesh.eulerCharacteristic == 1)
    // A sliver on the rim may turn over; the sheet does not.
    #expect(surface.normals.count { $0.z <= 0 } * 200 < surface.normals.count)
  }

  @Test("A sheet that the volume cuts reaches up to the volume's border")
  func cutSheet() throws {
    for tilt in [0.0, 0.35] {
      let normal = SIMD3(Double.sin(tilt), 0, Double.cos(tilt))
      let phantom = LabelPhantom(geometry: cube(30), halfThicknessAngstrom: 20) {
        ($0 - SIMD3(145, 145, 146)).dot(normal)
      }
      let mesh = try fitted(phantom).surface.mesh
      // From the first voxel's centre to the last one's, or to their outer faces.
      let (inner, outer) = (290 * 290 / Double.cos(tilt), 300 * 300 / Double.cos(tilt))
      #expect(0.97 * inner < mesh.areaAngstrom2 && mesh.areaAngstrom2 < 1.02 * outer)
      #expect(mesh.boundaryLoops().count == 1)
    }
  }

  @Test("Two sheets of one label with a narrow gap stay two layers")
  func doubleSheet() throws {
    let phantom = LabelPhantom(geometry: cube(26), halfThicknessAngstrom: 15) { place in
      min(abs(place.z - 85), abs(place.z - 155))
    }
    let mesh = try fitted(phantom).surface.mesh
    #expect(mesh.components().count == 2)
    #expect(abs(mesh.areaAngstrom2 / (2 * 255 * 255) - 1) < 0.06)
  }

  @Test("Voxels that are longer along z do not bend a vesicle")
  func anisotropic() throws {
    let geometry = VolumeGeometry(
      size: VolumeSize(x: 44, y: 44, z: 32), voxelSizeAngstrom: SIMD3(9, 9, 12.5))
    let center = geometry.position(ofCoordinate: SIMD3(21.6, 21.9, 15.7)).angstrom
    let phantom = LabelPhantom(geometry: geometry, halfThicknessAngstrom: 22) {
      ($0 - center).length - 140
    }
    let mesh = try fitted(phantom).surface.mesh
    #expect(mesh.isClosed && mesh.eulerCharacteristic == 2)
    #expect(abs(mesh.areaAngstrom2 / (4 * .pi * 140 * 140) - 1) < 0.03)
  }
}

@Suite struct FittingContractTests {
  @Test("Provenance comes from the volume beside the vertex, or from the wedge without one")
  func provenance() throws {
    let (phantom, center) = LabelPhantom.sphere(radiusAngstrom: 120)
    let geometry = phantom.labels.geometry
    var provenance = Volume<Int8>(geometry: geometry)
    provenance.samples = phantom.labels.samples.indices.map { place in
      if phantom.labels.samples[place] == 0 { return 0 }
      let x = place % geometry.size.x
      return geometry.position(of: VoxelIndex(x: x, y: 0, z: 0)).angstrom.x < center.x ? 1 : 3
    }
    let surface = try fitted(phantom, provenance: provenance).surface
    for (vertex, place) in surface.mesh.vertices.enumerated() where 15 < abs(place.x - center.x) {
      #expect(surface.provenance[vertex] == (place.x < center.x ? .seen : .inferred))
    }
    let bare = try fitted(phantom).surface
    #expect(bare.provenance.count { $0 == .inferred } > bare.provenance.count / 5)
    for (normal, known) in zip(bare.normals, bare.provenance) {
      #expect((known == .inferred) == TiltGeometry.customary.hides(normal: normal))
    }
  }

  @Test("The number of workers changes nothing")
  func workers() throws {
    let (phantom, _) = LabelPhantom.sphere(radiusAngstrom: 90)
    let results = try [1, 3].map { count in
      try fitSurface(
        of: phantom.membrane, in: phantom.labels, provenance: nil, probability: nil,
        tilt: .customary,
        options: .init(), workers: Workers(count: count)
      ).surface.mesh
    }
    #expect(results[0] == results[1])
  }

  @Test("A label that is not there, and a speck, are refused")
  func refusals() throws {
    var (phantom, _) = LabelPhantom.sphere(radiusAngstrom: 80)
    phantom.membrane.label = 7
    #expect(throws: SurfaceFittingError.labelMissing(label: 7)) { try fitted(phantom) }
    let speck = LabelPhantom(geometry: cube(12), halfThicknessAngstrom: 8) {
      ($0 - SIMD3(55, 55, 55)).length
    }
    #expect(throws: SurfaceFittingError.self) { try fitted(speck) }
  }
}

@Suite struct PosteriorSurfaceTests {
  private let phantom: LabelPhantom
  private let center: SIMD3<Double>

  init() { (phantom, center) = LabelPhantom.sphere(radiusAngstrom: 80) }

  /// Probability that depends on x alone, p below the centre and 0.5 above it.
  private func probability(_ low: Float) -> Volume<Float> {
    let geometry = phantom.labels.geometry
    var volume = Volume<Float>(geometry: geometry)
    volume.samples = volume.samples.indices.map { place in
      let index = VoxelIndex(x: place % geometry.size.x, y: 0, z: 0)
      return geometry.position(of: index).angstrom.x < center.x ? low : 0.5
    }
    return volume
  }

  private func deviations(_ surface: MembraneSurface, where isIn: (SIMD3<Double>) -> Bool)
    -> [Float]
  {
    surface.mesh.vertices.indices.filter { isIn(surface.mesh.vertices[$0]) }
      .map { surface.standardDeviationAngstrom[$0] }
  }

  @Test("A vertex is the surer the more probable membrane is around it")
  func evidence() throws {
    let surface = try fitted(phantom, probability: probability(0.99)).surface
    let sure = deviations(surface) { $0.x < center.x - 60 }
    let doubtful = deviations(surface) { center.x + 60 < $0.x }
    #expect(sure.allSatisfy { 1 < $0 })
    #expect(1.3 * (sure.max() ?? 0) < doubtful.min() ?? 0)
    let weaker = try fitted(phantom, probability: probability(0.9)).surface
    for (a, b) in zip(surface.standardDeviationAngstrom, weaker.standardDeviationAngstrom) {
      #expect(a < b)
    }
  }

  private var certain: Volume<Float> {
    var certain = Volume<Float>(geometry: phantom.labels.geometry)
    certain.samples = certain.samples.map { _ in 0.99 }
    return certain
  }

  @Test(
    "What the wedge hides is less certain than what it shows, however sure the network is",
    arguments: [false, true])
  func wedge(withProbability: Bool) throws {
    let surface = try fitted(phantom, probability: withProbability ? certain : nil).surface
    let seen = deviations(surface) { abs($0.z - center.z) < 20 && 70 < abs($0.x - center.x) }
    let hidden = deviations(surface) { 73 < abs($0.z - center.z) }
    #expect(!seen.isEmpty && !hidden.isEmpty)
    #expect((seen.max() ?? 0) < hidden.min() ?? 0)
  }

  @Test("What was inferred is less certain than any density beside it says")
  func inferred() throws {
    var provenance = Volume<Int8>(geometry: phantom.labels.geometry)
    provenance.samples = phantom.labels.samples.map { $0 == 0 ? 0 : 3 }
    let surface = try fitted(phantom, provenance: provenance, probability: certain).surface
    #expect(surface.standardDeviationAngstrom.allSatisfy { 12 < $0 })
  }

  @Test("The surface is the carrier moved by the posterior mean, its sd the posterior's")
  func consistency() throws {
    let result = try fitted(phantom, probability: probability(0.97))
    let posterior = try #require(result.posterior)
    let field = try posterior.field()
    let surface = result.surface
    #expect(posterior.carrier.triangles == surface.mesh.triangles)
    for (vertex, deviation) in field.standardDeviations().enumerated() {
      #expect(surface.standardDeviationAngstrom[vertex] == Float(deviation))
      let moved = (surface.mesh.vertices[vertex] - posterior.carrier.vertices[vertex]).length
      #expect(abs(moved - abs(field.mean[vertex])) < 1e-9)
    }
  }

  @Test("A surface above the limit keeps its place and has no standard deviations")
  func limit() throws {
    var options = FittingOptions()
    options.largestPosterior = 10
    let result = try fitted(phantom, options: options)
    #expect(result.posterior == nil)
    #expect(result.surface.standardDeviationAngstrom.allSatisfy { $0.isNaN })
    #expect(result.surface.mesh.isClosed)
  }
}
