import LinearAlgebra
import Meshes
import RealModule
import TomogramModel
import Volumes

@testable import Report

/// Vesicles in noise with everything a report shows, known exactly.
struct ReportPhantom {
  /// Centre in Å and radius in Å of each vesicle, largest first.
  let vesicles: [(center: SIMD3<Double>, radius: Double)]
  let geometry: VolumeGeometry

  /// Few vesicles side by side and one inside another.
  static func few(size: Int = 64) -> ReportPhantom {
    let edge = Double(size) * 10
    return ReportPhantom(
      vesicles: [
        (SIMD3(0.34, 0.5, 0.25) * edge, 0.215 * edge),
        (SIMD3(0.76, 0.68, 0.22) * edge, 0.15 * edge),
        (SIMD3(0.75, 0.26, 0.27) * edge, 0.13 * edge), (SIMD3(0.33, 0.47, 0.25) * edge, 0.1 * edge),
      ],
      geometry: VolumeGeometry(
        size: VolumeSize(x: size, y: size, z: size / 2), voxelSizeAngstrom: 10))
  }

  /// `count` vesicles on a grid.
  static func many(_ count: Int, size: Int) -> ReportPhantom {
    let side = Int(Double(count).squareRoot().rounded(.up))
    let pitch = Double(size) * 10 / Double(side)
    return ReportPhantom(
      vesicles: (0..<count).map { index in
        let place = SIMD3(Double(index % side) + 0.5, Double(index / side) + 0.5, 0)
        let height = Double(size) * 2.5 + Double(index * 37 % 11 - 5) * 4
        return (
          SIMD3(place.x * pitch, place.y * pitch, height),
          pitch * (0.44 - 0.2 * Double(index) / Double(count))
        )
      },
      geometry: VolumeGeometry(
        size: VolumeSize(x: size, y: size, z: size / 2), voxelSizeAngstrom: 10))
  }

  /// Dark membranes of 40 Å, two leaflets, in noise of a linear congruential generator.
  func tomogram() -> Volume<Float> {
    var volume = Volume<Float>(geometry: geometry)
    var seed: UInt64 = 1
    volume.samples = (0..<geometry.size.count).map { offset in
      let distance = nearest(offset).distance
      let leaflet = abs(abs(distance) - 18) < 9 ? -1.0 : 0
      var noise = 0.0
      for _ in 0..<4 {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        noise += Double(seed >> 40) / Double(1 << 24) - 0.5
      }
      return Float(leaflet + noise * 0.9)
    }
    return volume
  }

  func labels() -> Volume<UInt16> {
    var volume = Volume<UInt16>(geometry: geometry)
    volume.samples = (0..<geometry.size.count).map { offset in
      let (distance, label) = nearest(offset)
      return abs(distance) < 22 ? UInt16(label) : 0
    }
    return volume
  }

  func provenance() -> Volume<Int8> {
    var volume = Volume<Int8>(geometry: geometry)
    volume.samples = (0..<geometry.size.count).map { offset in
      let (distance, label) = nearest(offset)
      guard abs(distance) < 22 else { return 0 }
      return kind(at: position(offset) - vesicles[label - 1].center).rawValue
    }
    return volume
  }

  /// Caps are hidden by the wedge; one side is bridged.
  private func kind(at direction: SIMD3<Double>) -> Provenance {
    if TiltGeometry.customary.hides(normal: direction) { return .inferred }
    return 0.85 * direction.length < direction.x ? .bridged : .seen
  }

  func surface(_ index: Int, subdivisions: Int = 4) -> MembraneSurface {
    let (center, radius) = vesicles[index]
    let mesh = TriangleMesh.icosphere(
      center: center, radiusAngstrom: radius, subdivisions: subdivisions)
    let count = mesh.vertices.count
    return MembraneSurface(
      mesh: mesh, normals: mesh.vertices.map { ($0 - center) / radius },
      standardDeviationAngstrom: Array(repeating: .nan, count: count),
      provenance: mesh.vertices.map { kind(at: $0 - center) },
      meanCurvaturePerNm: Array(repeating: Float(10 / radius), count: count),
      gaussianCurvaturePerNm2: Array(repeating: Float(100 / radius / radius), count: count))
  }

  func membranes() -> [Membrane] {
    vesicles.indices.map { index in
      let radius = vesicles[index].radius / 10
      var membrane = Membrane(label: index + 1, voxels: 1000, region: geometry.bounds)
      membrane.closed = true
      membrane.parent = index == 3 ? 1 : nil
      membrane.measurements = [
        NamedMeasurement("area_nm2", Measurement(4 * .pi * radius * radius)),
        NamedMeasurement("volume_nm3", Measurement(4 / 3 * .pi * radius * radius * radius)),
        NamedMeasurement(
          "thickness_A",
          index == 1
            ? .abstained("the two leaflets are not resolved in the averaged profile")
            : Measurement(38 + Double(index))),
        NamedMeasurement("mean_curvature_per_nm", Measurement(1 / radius)),
      ]
      return membrane
    }
  }

  func bridges() -> [Bridge] {
    [
      Bridge(
        id: 1, start: Position(x: 100, y: 120.4, z: 90), end: Position(x: 160, y: 130, z: 95),
        lengthAngstrom: 61.2, thetaDegrees: 71, hiddenShare: 0, probability: nil,
        method: "minimal-path", accepted: true, voxels: 140),
      Bridge(
        id: 2, start: Position(x: 300, y: 220, z: 40), end: Position(x: 380, y: 230, z: 44),
        lengthAngstrom: 82, thetaDegrees: nil, hiddenShare: 0.85, probability: 0.35,
        method: "minimal-path", accepted: false, voxels: 210),
    ]
  }

  /// Everything together.
  func model(subdivisions: Int = 4) throws -> ReportModel {
    var model = ReportModel(
      name: "phantom <1> & co", methods: Methods(versions: [Methods.Version("Bilayer", "0.1.0")]))
    var binned = BinnedVolume(
      geometry: geometry, voxelLimit: ReportOptions().volumeVoxelLimit)
    try binned.addDensity(tomogram())
    model.provenance = try binned.addLabels(labels(), provenance: provenance())
    model.volume = binned
    model.meshes = PackedMeshes(
      vesicles.indices.map { ($0 + 1, surface($0, subdivisions: subdivisions)) })
    model.membranes = membranes()
    model.bridges = bridges()
    model.facts = [
      ReportModel.Fact("Voxel", "10 Å"), ReportModel.Fact("Tilt range", "−60° to 60°"),
      ReportModel.Fact("Contrast", "dark membranes"),
    ]
    model.notes = ["The pixel size was taken from the header."]
    model.plan = "{\n  \"seed\" : 1\n}"
    return model
  }

  private func position(_ offset: Int) -> SIMD3<Double> {
    let size = geometry.size
    return SIMD3(
      Double(offset % size.x), Double(offset / size.x % size.y), Double(offset / size.x / size.y))
      * 10
  }

  /// Signed distance in Å to the nearest vesicle's mid-surface, and its label.
  private func nearest(_ offset: Int) -> (distance: Double, label: Int) {
    let here = position(offset)
    var best = (distance: Double.infinity, label: 0)
    for (index, vesicle) in vesicles.enumerated() {
      let distance = (here - vesicle.center).length - vesicle.radius
      if abs(distance) < abs(best.distance) { best = (distance, index + 1) }
    }
    return best
  }
}
