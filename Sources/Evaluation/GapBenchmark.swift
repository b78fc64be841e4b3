import LinearAlgebra
import Meshes
import Morphology
public import TomogramModel
import Volumes

/// How well known gaps were closed, by length: one rule for all methods, also those that record no
/// bridges.
///
/// **Added** is what the result has and the segmentation with gaps has not, but for voxels within
/// one voxel of that segmentation, which are mere thickening. Its parts (26-connected) are judged:
///
/// - A part **touches** a true membrane where it holds a voxel that was cut out of it, or where it
///   borders (26 neighbours) on thickening that shares a face with it. A part that touches two
///   membranes is false as a whole.
/// - Its **area** is that of the result's mid-surface in its voxels, and at least its volume over
///   twice the membranes' thickness, so that lumps count; what that adds is false.
/// - A piece of the mid-surface is right within 2 voxels of the true mid-surface inside a gap. It
///   counts nowhere within 2 voxels of the true mid-surface outside gaps. Else it is false.
/// - It goes to the length bin of the nearest gap, if there is one within 5 voxels, else to the bin
///   of the part's own extent: 4 √λ₂, with λ₂ the middle eigenvalue of its voxels' covariance, which
///   is the diameter of a disc. Seen, hidden and θ go by its own normal; the cause is that of the
///   gap, and pieces far from all gaps have none.
///
///     gap_precision = right area / (right + false area)
///     gap_recall    = true area of gaps within 1.5 voxels of an added voxel / true area of gaps
///
/// `false_area_added_share` is false area over the area of all true membranes.
public struct GapBenchmark: MetricGroup, Equatable {
  /// For each of `GapLengthBin.all`.
  public internal(set) var byLength = GapLengthBin.all.map { _ in GapScore() }
  /// What the wedge does not hide.
  public internal(set) var seen = GapScore()
  /// What the wedge hides.
  public internal(set) var hidden = GapScore()
  /// θ of 0...30, 30...60 and 60...90°.
  public internal(set) var byTheta = [GapScore](repeating: GapScore(), count: 3)
  /// Causes that occur.
  public internal(set) var byCause: [GapCause: GapScore] = [:]
  /// False area, and in `total` the area of all true membranes, nm².
  public internal(set) var falseArea = AreaShare()
  /// Parts of what was added, and of them those that join two membranes.
  public internal(set) var parts = 0, partsJoining = 0

  public static let title = "Gaps by length"

  /// The scores of gaps of all lengths.
  public var all: GapScore { byLength.reduce(GapScore(), +) }

  public var rows: [MetricRow] {
    let bins = zip(GapLengthBin.all, byLength).flatMap { bin, score in
      score.rows("\(bin.lowerNm)_\(bin.upperNm)_nm")
    }
    let long = byLength[2] + byLength[3]
    let causes = GapCause.allCases.flatMap { cause in byCause[cause]?.rows(cause.rawValue) ?? [] }
    return bins + long.rows("20_60_nm") + all.rows("5_60_nm") + seen.rows("seen")
      + hidden.rows("hidden") + byTheta[0].rows("theta_0_30") + byTheta[1].rows("theta_30_60")
      + byTheta[2].rows("theta_60_90") + causes
      + [
        MetricRow("false_area_added_share", falseArea.share),
        MetricRow("gap_parts_added", count: parts),
        MetricRow("gap_parts_joining", count: partsJoining),
      ]
  }
}

extension GapBenchmark {
  /// Judges a result against known gaps.
  ///
  /// - Throws: errors of the gaps' volumes.
  init(_ gaps: KnownGaps, scene: EvaluationScene) throws {
    let surface = GapSurface(
      gaps, labels: try gaps.labels.readAll(), scene: scene)
    let added = AddedParts(
      given: try gaps.mask.readAll().map { $0 == 0 ? 0 : 1 }, gapLabels: surface.labels,
      membraneOfGap: surface.membraneOfGap, volumes: scene.volumes)
    falseArea.total = scene.surface.patches.reduce(0) { $0 + $1.areaNm2 }
    addRecall(surface, added: added, scene: scene)
    parts = added.parts.count
    partsJoining = added.parts.count { 1 < $0.membranes.count }
    addPieces(surface, added: added, scene: scene)
  }

  private mutating func addRecall(
    _ surface: GapSurface, added: AddedParts, scene: EvaluationScene
  ) {
    let volumes = scene.volumes
    let near = VoxelsNearby(
      of: added.mask, geometry: volumes.geometry,
      radiusAngstrom: MidSurfaceAgreement.toleranceVoxels * volumes.voxelAngstrom)
    for (patch, gap) in zip(surface.patches, surface.gapOfPatch) {
      let isClosed = near.contains(near: patch.position)
      let record = surface.records[gap]
      update(
        bin: GapLengthBin.index(ofAngstrom: record.lengthAngstrom), normal: patch.normal,
        cause: record.cause, tilt: scene.tilt
      ) { $0.closed.add(patch.areaNm2, found: isClosed) }
    }
  }

  /// Adds the mid-surface of what was added, and of lumps what it leaves out.
  private mutating func addPieces(
    _ surface: GapSurface, added: AddedParts, scene: EvaluationScene
  ) {
    let thickness = 2 * scene.halfThicknessAngstrom / 10
    var left = added.parts.map { part in
      Double(part.voxels) * scene.volumes.geometry.voxelVolumeNm3 / (2 * thickness)
    }
    for sample in scene.predictedRidge {
      let number = Int(added.numbers[sample.voxel])
      guard 0 < number else { continue }
      let (part, area) = (added.parts[number - 1], sample.areaSquareAngstrom / 100)
      left[number - 1] -= area
      let verdict = surface.verdict(on: sample.position, scene: scene)
      let isJoining = 1 < part.membranes.count
      if verdict == .elsewhereOnTruth && !isJoining { continue }
      let gap = surface.gap(near: sample.position).map { surface.records[$0] }
      let isRight = verdict == .inGap && !isJoining
      let bin = GapLengthBin.index(ofAngstrom: gap?.lengthAngstrom ?? part.extentAngstrom)
      if !isRight { falseArea.found += area }
      update(bin: bin, normal: sample.normal, cause: gap?.cause, tilt: scene.tilt) {
        $0.added.add(area, found: isRight)
      }
    }
    for (part, area) in zip(added.parts, left) where 0 < area {
      byLength[GapLengthBin.index(ofAngstrom: part.extentAngstrom)].added.add(area, found: false)
      falseArea.found += area
    }
  }

  private mutating func update(
    bin: Int, normal: SIMD3<Double>, cause: GapCause?, tilt: TiltGeometry,
    _ change: (inout GapScore) -> Void
  ) {
    change(&byLength[bin])
    if tilt.hides(normal: normal) { change(&hidden) } else { change(&seen) }
    change(&byTheta[min(Int(TiltGeometry.thetaDegrees(ofNormal: normal) / 30), 2)])
    if let cause { change(&byCause[cause, default: GapScore()]) }
  }
}
