public import Meshes
public import TomogramModel
public import Volumes

/// A tomogram with its exact truth.
public struct SimulatedTomogram: Sendable {
  /// Reconstruction; dark is dense unless the options say otherwise.
  public var tomogram: Volume<Float>
  /// 0, or a membrane's label.
  public var labels: Volume<UInt16>
  /// Mid-surfaces in the order of `truth.instances`, single layers cut off at the volume's border;
  /// standard deviation 0, provenance by the wedge, curvature not computed (NaN).
  public var surfaces: [MembraneSurface]
  /// Geometry, seed, difficulty and one row a membrane.
  public var truth: TruthRecord
  /// A segmentation with gaps; nil where none were asked for.
  public var gaps: GapTruth?
  /// Tomograms of every other projection; nil where none were asked for.
  public var halves: HalfTomograms?
}

/// Simulates a tomogram.
///
/// Same options and seed, same bytes, whatever the number of threads.
///
/// - Throws: `SimulationError` for options that make no sense; `Stopped` when told to.
public func simulate(
  _ options: SimulationOptions, seed: UInt64, workers: Workers, monitor: StageMonitor = .silent
) throws -> SimulatedTomogram {
  let imaging = options.imaging
  try imaging.check()
  let tilt = TiltGeometry(
    minimumDegrees: imaging.tiltMinimumDegrees, maximumDegrees: imaging.tiltMaximumDegrees)
  let scene = try renderScene(
    options.scene, seed: seed, tilt: tilt, workers: workers, monitor: monitor)
  return try simulate(
    scene, imaging: options.imaging, seed: seed, workers: workers, monitor: monitor)
}

/// Simulates a tomogram of a scene that is there already, with noise and defects drawn from `seed`.
public func simulate(
  _ scene: RenderedScene, imaging: ImagingOptions, seed: UInt64, workers: Workers,
  monitor: StageMonitor = .silent
) throws -> SimulatedTomogram {
  let image = try image(scene, options: imaging, seed: seed, workers: workers, monitor: monitor)
  let tilt = TiltGeometry(
    minimumDegrees: image.tiltAnglesDegrees.min() ?? 0,
    maximumDegrees: image.tiltAnglesDegrees.max() ?? 0)
  let shown = scene.membranes.filter { !$0.mesh.triangles.isEmpty }
  let truth = TruthRecord(
    geometry: scene.labels.geometry, seed: seed, tiltAnglesDegrees: image.tiltAnglesDegrees,
    leafletCNR: image.leafletCNR, tiltSNR: image.tiltSNR,
    halfThicknessAngstrom: scene.options.halfThicknessAngstrom,
    instances: shown.map { $0.truth(tilt: tilt) })
  return SimulatedTomogram(
    tomogram: image.tomogram, labels: scene.labels,
    surfaces: shown.map { $0.surface(tilt: tilt) }, truth: truth, gaps: scene.gaps,
    halves: image.halves)
}

extension SceneMembrane {
  /// The membrane's row of `truth.json`; its surface lies at `surfaces/membrane_0001.ply`.
  func truth(tilt: TiltGeometry) -> TruthInstance {
    let oriented = OrientedMesh(mesh)
    let areas = oriented.areasNm2(tilt: tilt)
    let digits = String(label)
    let name = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    return TruthInstance(
      label: label, kind: kind, closed: closed, leafletSpacingAngstrom: leafletSpacingAngstrom,
      areaNm2: areas.all, seenAreaNm2: areas.seen, volumeNm3: closed ? oriented.volumeNm3 : nil,
      surface: "surfaces/membrane_\(name).ply")
  }

  /// The mid-surface with what a surface's file holds.
  func surface(tilt: TiltGeometry) -> MembraneSurface {
    let count = mesh.vertices.count
    return MembraneSurface(
      mesh: mesh, normals: normals,
      standardDeviationAngstrom: Array(repeating: 0, count: count),
      provenance: normals.map { tilt.hides(normal: $0) ? .inferred : .seen },
      meanCurvaturePerNm: Array(repeating: .nan, count: count),
      gaussianCurvaturePerNm2: Array(repeating: .nan, count: count))
  }
}
