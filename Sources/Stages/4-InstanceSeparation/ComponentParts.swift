import Morphology
import Volumes

/// The components of a mask that are large enough; smaller ones belong to the largest.
struct ComponentParts: LabelParts {
  private let runs: ComponentRuns
  let count: Int

  /// Nil where fewer than two are large enough.
  init?(_ mask: any VolumeSource<Int8>, minimumVoxels: Int) throws {
    runs = try ComponentRuns(of: mask, connectivity: .twentySix)
    // Components come by falling size.
    count = runs.components.count { minimumVoxels <= $0.voxels }
    guard 2 <= count else { return nil }
  }

  func forEachSlab(
    of mask: any VolumeSource<Int8>, _ body: (Block<Int32>) throws -> Void
  ) throws {
    try runs.forEachLabelledSlab(of: mask) { block in
      try body(block.map { Int($0) <= count ? $0 : 1 })
    }
  }
}
