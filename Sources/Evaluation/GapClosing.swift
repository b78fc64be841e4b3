import LinearAlgebra
import Morphology
public import TomogramModel
import Volumes

/// Whether closed gaps were gaps: precision, recall and F1 of closed gap area.
///
/// The area of a bridge is that of the predicted mid-surface in voxels whose provenance is bridged
/// or inferred; a voxel belongs to the accepted bridge whose straight line from end to end is
/// nearest. A bridge is right if
///
/// - at least 80 % of its area lies within 2 voxels of the true mid-surface, and
/// - both its ends are on the same true membrane: within half thickness + 2 voxels of its
///   mid-surface.
///
/// Then, in area of the mid-surface:
///
///     gap_precision = area of right bridges / area of all accepted bridges
///     gap_recall    = true area closed by right bridges / true gap area
///
/// Accepted bridges with a probability of 0.85 to 0.95, and the right ones among them, tell whether
/// 0.9 can be taken at its word, and likewise 0.6 to 0.8; with `--accept 0` all bridges count.
///
/// True gap area is what lies farther than 1.5 voxels from every voxel of the mask with provenance
/// seen, on membranes of which some part is seen: what no fragment reaches cannot be bridged. It is
/// closed where a voxel of a right bridge is within 1.5 voxels. Nil: the precision without a
/// bridge, the recall without a gap.
public struct GapClosing: MetricGroup, Equatable {
  /// Predicted area of all accepted bridges, and of the right ones, in nm².
  public var bridged = AreaShare()
  /// True area of all gaps, and of those closed by right bridges, in nm².
  public var gaps = AreaShare()
  /// Accepted bridges.
  public var bridgesAccepted: Int
  /// Those that are right.
  public var bridgesRight: Int
  /// What was said of the accepted bridges, against whether they are right, in bins of a twentieth;
  /// those without a probability are left out.
  public var reliability = ProbabilityBins(count: 20)

  /// Harmonic mean of precision and recall.
  public var f1: Double? { harmonicMean(bridged.share, gaps.share) }

  public static let title = "Closed gaps"

  public var rows: [MetricRow] {
    [
      MetricRow("gap_precision", bridged.share), MetricRow("gap_recall", gaps.share),
      MetricRow("gap_f1", f1), MetricRow("gap_area_truth_nm2", gaps.total),
      MetricRow("gap_area_bridged_nm2", bridged.total),
      MetricRow("bridges_accepted", count: bridgesAccepted),
      MetricRow("bridges_right", count: bridgesRight),
    ]
      + (6...9).flatMap { tenth -> [MetricRow] in
        let (said, right) = given(near: tenth)
        return [
          MetricRow("bridges_near_0_\(tenth)", count: said),
          MetricRow("bridges_near_0_\(tenth)_right", count: right),
        ]
      } + [MetricRow("bridge_calibration_error", reliability.expectedError)]
  }

  /// Bridges whose probability lies within a twentieth of so many tenths, and the right ones among them.
  private func given(near tenth: Int) -> (said: Int, right: Int) {
    let bins = reliability.bins[(2 * tenth - 1)..<(2 * tenth + 1)]
    return (
      bins.reduce(0) { $0 + $1.voxels }, Int(bins.reduce(0) { $0 + $1.otherSum }.rounded())
    )
  }
}

extension GapClosing {
  /// Share of a bridge's area that has to lie on the truth.
  static let leastShare = 0.8
  /// Distance from the truth that a bridge may have, in voxels.
  static let bridgeToleranceVoxels = 2.0

  /// Judges the accepted bridges.
  ///
  /// - Parameters:
  ///   - bridges: with ends in the truth's frame.
  ///   - provenance: of each voxel of the result.
  ///   - predictedRidge: mid-surface of the result's whole mask.
  init(
    bridges: [Bridge], provenance: Block<Int8>, predictedRidge: [MidSurfaceSample],
    surface: ReferenceSurface, volumes: ComparedVolumes, halfThicknessAngstrom: Double,
    workers: Workers
  ) {
    let accepted = bridges.filter(\.accepted)
    let tolerance = Self.bridgeToleranceVoxels * volumes.voxelAngstrom
    var areas = [AreaShare](repeating: AreaShare(), count: accepted.count)
    for sample in predictedRidge where Self.isBridged(provenance[sample.voxel]) {
      guard volumes.roles[sample.voxel] != LabelRoles.ignored,
        let bridge = nearest(of: accepted, to: sample.position)
      else { continue }
      areas[bridge].add(
        sample.areaSquareAngstrom / 100,
        found: surface.nearest(to: sample.position, within: tolerance) != nil)
    }
    let reach = halfThicknessAngstrom + tolerance
    let isRight = zip(accepted, areas).map { bridge, area in
      let ends = [bridge.start, bridge.end].map {
        surface.nearest(to: $0.angstrom, within: reach)?.label
      }
      return Self.leastShare <= (area.share ?? 0) && ends[0] != nil && ends[0] == ends[1]
    }
    bridgesAccepted = accepted.count
    bridgesRight = isRight.count { $0 }
    for (area, isRight) in zip(areas, isRight) { bridged.add(area.total, found: isRight) }
    for (bridge, isRight) in zip(accepted, isRight) {
      if let said = bridge.probability { reliability.add(Float(said), other: isRight ? 1 : 0) }
    }
    gaps = Self.closedGaps(
      bridges: accepted, isRight: isRight, provenance: provenance, surface: surface,
      volumes: volumes, workers: workers)
  }

  static func isBridged(_ value: Int8) -> Bool {
    value == Provenance.bridged.rawValue || value == Provenance.inferred.rawValue
  }

  /// The true gap area and the part of it that right bridges close.
  private static func closedGaps(
    bridges: [Bridge], isRight: [Bool], provenance: Block<Int8>, surface: ReferenceSurface,
    volumes: ComparedVolumes, workers: Workers
  ) -> AreaShare {
    let radius = MidSurfaceAgreement.toleranceVoxels * volumes.voxelAngstrom
    let seenVoxels = volumes.predicted.cleared(where: provenance) {
      $0 != Provenance.seen.rawValue
    }
    let rightVoxels = voxels(
      ofRight: bridges, isRight: isRight, provenance: provenance, volumes: volumes)
    let seen = VoxelsNearby(
      of: seenVoxels, geometry: volumes.geometry, radiusAngstrom: radius)
    let closed = VoxelsNearby(
      of: rightVoxels, geometry: volumes.geometry, radiusAngstrom: radius)
    let patches = surface.patches
    let states = workers.map(patches.count) { index in
      let position = patches[index].position
      return (seen: seen.contains(near: position), closed: closed.contains(near: position))
    }
    var membranesSeen: Set<UInt16> = []
    for (patch, state) in zip(patches, states) where state.seen {
      membranesSeen.insert(patch.label)
    }
    var gaps = AreaShare()
    for (patch, state) in zip(patches, states)
    where !state.seen && membranesSeen.contains(patch.label) {
      gaps.add(patch.areaNm2, found: state.closed)
    }
    return gaps
  }

  /// The bridged voxels that belong to a right bridge.
  private static func voxels(
    ofRight bridges: [Bridge], isRight: [Bool], provenance: Block<Int8>,
    volumes: ComparedVolumes
  ) -> Block<Int8> {
    var mask = volumes.predicted.cleared(where: provenance) { !isBridged($0) }
    let size = volumes.geometry.size
    for offset in mask.samples.indices where mask.samples[offset] != 0 {
      let row = offset / size.x
      let voxel = VoxelIndex(x: offset % size.x, y: row % size.y, z: row / size.y)
      let position = volumes.geometry.position(of: voxel).angstrom
      guard let bridge = nearest(of: bridges, to: position), isRight[bridge] else {
        mask.samples[offset] = 0
        continue
      }
    }
    return mask
  }
}

/// Place in `bridges` of the one whose line from start to end passes nearest; the first of equals.
private func nearest(of bridges: [Bridge], to position: SIMD3<Double>) -> Int? {
  var best: (index: Int, squared: Double)?
  for (index, bridge) in bridges.enumerated() {
    let line = bridge.end.angstrom - bridge.start.angstrom
    let offset = position - bridge.start.angstrom
    let length = line.squaredLength
    let along = length == 0 ? 0 : min(max(offset.dot(line) / length, 0), 1)
    let rest = offset - line * along
    let squared = rest.squaredLength
    if squared < best?.squared ?? .infinity { best = (index, squared) }
  }
  return best?.index
}
