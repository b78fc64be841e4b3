import LinearAlgebra
import Meshes
import TomogramModel
import Volumes

/// The true mid-surface inside known gaps.
struct GapSurface: Sendable {
  /// What the truth says of a place.
  enum Verdict { case inGap, elsewhereOnTruth, offTruth }

  let records: [GapRecord]
  /// Id of the gap at each voxel.
  let labels: Block<Int16>
  let patches: [ReferenceSurface.Patch]
  /// Place in `records` of each patch's gap.
  let gapOfPatch: [Int]
  /// Label of the membrane of each gap id.
  let membraneOfGap: [Int16: UInt16]
  private let index: PointIndex
  private let voxel: Double

  /// Distance from the truth that added area may have, in voxels.
  private static let toleranceVoxels = 2.0
  /// Distance from a gap at which area still belongs to it, in voxels.
  private static let belongingVoxels = 5.0

  init(_ gaps: KnownGaps, labels: Block<Int16>, scene: EvaluationScene) {
    (records, self.labels) = (gaps.records, labels)
    voxel = scene.volumes.voxelAngstrom
    let places = Dictionary(
      gaps.records.enumerated().map { (Int16(truncatingIfNeeded: $1.id), $0) },
      uniquingKeysWith: { first, _ in first })
    membraneOfGap = places.mapValues { UInt16(truncatingIfNeeded: gaps.records[$0].membrane) }
    var (patches, gapOfPatch): ([ReferenceSurface.Patch], [Int]) = ([], [])
    for patch in scene.surface.patches {
      guard let place = scene.volumes.voxel(at: patch.position), let gap = places[labels[place]]
      else { continue }
      patches.append(patch)
      gapOfPatch.append(gap)
    }
    (self.patches, self.gapOfPatch) = (patches, gapOfPatch)
    index = PointIndex(patches.map(\.position))
  }

  /// The gap nearest to a place, if it is near.
  func gap(near place: SIMD3<Double>) -> Int? {
    index.nearest(to: place, within: Self.belongingVoxels * voxel).map { gapOfPatch[$0.index] }
  }

  /// Whether a place lies on the true mid-surface, inside a gap or elsewhere. The nearest patch
  /// counts as a plane piece a voxel and a half wide.
  func verdict(on place: SIMD3<Double>, scene: EvaluationScene) -> Verdict {
    let limit = Self.toleranceVoxels * voxel
    if let found = index.nearest(to: place, within: limit + voxel) {
      let (patch, square) = (patches[found.index], found.distance * found.distance)
      let height = abs((place - patch.position).dot(patch.normal))
      let across = max(square - height * height, 0).squareRoot()
      if height <= limit, across <= 1.5 * voxel { return .inGap }
    }
    return scene.surface.nearest(to: place, within: limit) == nil ? .offTruth : .elsewhereOnTruth
  }
}
