import Meshes
import Morphology
public import TomogramModel
public import Volumes

/// Computes every metric of CONTRACT that the inputs allow.
///
/// Volumes are compared voxel by voxel: index i of the result is index i of the truth, whatever
/// their headers say. The truth's pixel size and origin hold (its record's, where there is one), and
/// a differing header of the result is noted. Volumes are held whole, about 30 bytes a voxel at the
/// peak: made for labelled volumes of up to some hundred megavoxels.
///
/// - Parameters:
///   - result: what is judged; parts that are missing leave out their metrics.
///   - truth: what it is compared with.
///   - options: labels, tilt range, distances.
///   - workers: threads; no number depends on them.
///   - monitor: told after each of the steps.
/// - Throws: `EvaluationError` where the two cannot be compared, `Stopped`, and the sources' errors.
public func evaluate(
  _ result: ResultInput, against truth: TruthInput, options: EvaluationOptions = .init(),
  workers: Workers = .one, monitor: StageMonitor = .silent
) throws -> EvaluationReport {
  let scene = try EvaluationScene(result, truth, options: options, workers: workers)
  try monitor.report(completed: 1, of: 4)
  var report = try scene.voxelReport(of: truth, workers: workers)
  try monitor.report(completed: 2, of: 4)
  try scene.judgeInstances(of: result, into: &report, workers: workers)
  if let probability = result.probability {
    report.calibration = try probabilityCalibration(
      of: probability, roles: scene.volumes.roles, workers: workers)
  }
  try monitor.report(completed: 3, of: 4)
  try scene.judgeGaps(of: result, into: &report, workers: workers)
  if let gaps = truth.gaps {
    report.knownGaps = try GapBenchmark(gaps, scene: scene)
  }
  scene.judgeSurfaces(into: &report, options: options, workers: workers)
  report.notes = scene.notes(result, truth, options: options)
  try monitor.report(completed: 4, of: 4)
  return report
}

/// What several metrics need, computed once.
struct EvaluationScene {
  let volumes: ComparedVolumes
  /// Mid-surface of each of the truth's labels.
  let ridge: LabelRidge
  /// Mid-surface of the result's mask.
  let predictedRidge: [MidSurfaceSample]
  /// Mid-surface of the truth.
  let surface: ReferenceSurface
  /// Half of the true membranes' thickness, Å.
  let halfThicknessAngstrom: Double
  let tilt: TiltGeometry
  /// In the truth's frame.
  let fitted: [MembraneSurface]
  /// In the truth's frame.
  let bridges: [Bridge]

  init(
    _ result: ResultInput, _ truth: TruthInput, options: EvaluationOptions, workers: Workers
  ) throws {
    let limit = options.missedBeyondAngstrom
    guard 0 < limit, limit.isFinite else {
      throw EvaluationError.unusableOption(name: "missedBeyondAngstrom", found: limit)
    }
    try result.checkSizes(against: truth)
    let geometry = truth.frame
    let recorded = truth.record.map { Set($0.instances.map(\.label)) }
    volumes = try ComparedVolumes(
      mask: result.mask, labels: truth.labels, geometry: geometry,
      membraneLabels: options.membraneLabels ?? recorded, options: options)
    ridge = LabelRidge(of: volumes.truthInstances, geometry: geometry, workers: workers)
    predictedRidge = midSurface(
      of: volumes.uncutPrediction, geometry: geometry, workers: workers)
    surface = ReferenceSurface(surfaces: truth.surfaces, ridge: ridge, volumes: volumes)
    // A label too thick or too small for a ridge is taken to be one voxel thick.
    halfThicknessAngstrom =
      truth.record?.halfThicknessAngstrom
      ?? median(ridge.samples.map(\.halfThicknessAngstrom)) ?? volumes.voxelAngstrom / 2
    tilt = options.tilt ?? truth.record?.tilt ?? .customary
    (fitted, bridges) = result.inFrame(of: geometry)
  }

  /// The metrics that a mask alone allows.
  func voxelReport(of truth: TruthInput, workers: Workers) throws -> EvaluationReport {
    EvaluationReport(
      difficulty: try DataDifficulty(
        record: truth.record, tomogram: truth.tomogram, volumes: volumes, workers: workers),
      voxels: voxelOverlap(volumes.predicted, volumes.truth),
      boundaries: BoundaryAgreement(volumes, workers: workers),
      thickness: ThicknessAgreement(
        predicted: predictedRidge, truth: ridge.samples, volumes: volumes),
      skeleton: SkeletonDice(
        predictedSkeleton: predictedRidge.map(\.voxel),
        truthSkeleton: truthSkeleton(workers: workers), volumes: volumes),
      midSurface: MidSurfaceAgreement(
        volumes, surface: surface, halfThicknessAngstrom: halfThicknessAngstrom, tilt: tilt,
        workers: workers),
      notes: [])
  }

  /// The skeleton of all membranes as one mask, as the metric has it, not label by label; the two
  /// are the same where there is one label.
  private func truthSkeleton(workers: Workers) -> [VoxelIndex] {
    guard Set(ridge.labels).count == 1 else {
      return midSurface(of: volumes.truth, geometry: volumes.geometry, workers: workers)
        .map(\.voxel)
    }
    return ridge.samples.map(\.voxel)
  }

  func judgeInstances(
    of result: ResultInput, into report: inout EvaluationReport, workers: Workers
  ) throws {
    guard let source = result.instances else { return }
    let instances = try source.readAll().cleared(where: volumes.roles) {
      $0 == LabelRoles.ignored
    }
    let overlap = instanceOverlap(
      predicted: instances, truth: volumes.truthInstances, workers: workers)
    report.instances = PanopticQuality(
      dilated: dilatedInstanceOverlap(
        predicted: instances, truth: volumes.truthInstances, roles: volumes.roles,
        workers: workers))
    report.splitsAndMerges = SplitsAndMerges(overlap)
    report.grouping = GroupingAgreement(overlap)
  }

  func judgeGaps(
    of result: ResultInput, into report: inout EvaluationReport, workers: Workers
  ) throws {
    guard let provenance = result.provenance else { return }
    report.gaps = GapClosing(
      bridges: bridges, provenance: try provenance.readAll(), predictedRidge: predictedRidge,
      surface: surface, volumes: volumes, halfThicknessAngstrom: halfThicknessAngstrom,
      workers: workers)
  }

  func judgeSurfaces(
    into report: inout EvaluationReport, options: EvaluationOptions, workers: Workers
  ) {
    guard !fitted.isEmpty else { return }
    let limit = options.missedBeyondAngstrom
    report.surfaces = FittedSurfaceAgreement(
      fitted: fitted.map(\.mesh), surface: surface, volumes: volumes,
      missedBeyondAngstrom: limit, workers: workers)
    let uncertainty = SurfaceUncertainty(
      fitted: fitted, surface: surface, volumes: volumes, tilt: tilt,
      missedBeyondAngstrom: limit, workers: workers)
    if 0 < uncertainty.vertices { report.uncertainty = uncertainty }
  }
}

extension TruthInput {
  /// The frame that metrics are computed in: the labels', unless their header has lost the pixel
  /// size that the record knows.
  var frame: VolumeGeometry {
    guard let record, record.geometry.size == labels.geometry.size else { return labels.geometry }
    return record.geometry
  }
}
