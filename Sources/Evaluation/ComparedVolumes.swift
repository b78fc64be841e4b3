import Morphology
import TomogramModel
import Volumes

/// The voxels of a result and a truth on one grid, in memory: what the metrics are computed from.
///
/// Holds whole volumes, 8 bytes a voxel: the labelled volumes that a result can be compared with
/// are small.
struct ComparedVolumes: Sendable {
  /// The truth's grid; a result's voxel of the same index is at the same place.
  let geometry: VolumeGeometry
  /// A role of `LabelRoles` for each voxel.
  let roles: Block<UInt8>
  /// 1 where the truth has anything at all, membrane or not: what is no background.
  let objects: Block<Int8>
  /// 1 on membranes of the truth.
  let truth: Block<Int8>
  /// Instance of the truth, 0 off its membranes.
  let truthInstances: Block<UInt16>
  /// 1 where the result says membrane, also where the truth is ignored: for surfaces, which a hole
  /// cut by ignored voxels would bend.
  let uncutPrediction: Block<Int8>
  /// 1 where the result says membrane and the truth is not ignored.
  let predicted: Block<Int8>

  /// Edge of a voxel in Å: the "voxel" of tolerances.
  var voxelAngstrom: Double { geometry.meanVoxelSizeAngstrom }

  /// The voxel that holds a position; nil outside the volume.
  func voxel(at position: SIMD3<Double>) -> VoxelIndex? {
    let coordinate = geometry.coordinate(of: Position(angstrom: position)).rounded(
      .toNearestOrAwayFromZero)
    let size = geometry.size
    guard 0 <= coordinate.x, coordinate.x < Double(size.x), 0 <= coordinate.y,
      coordinate.y < Double(size.y), 0 <= coordinate.z, coordinate.z < Double(size.z)
    else { return nil }
    return VoxelIndex(x: Int(coordinate.x), y: Int(coordinate.y), z: Int(coordinate.z))
  }

  /// Whether a position lies in a voxel that counts: inside the volume and not ignored.
  func counts(_ position: SIMD3<Double>) -> Bool {
    guard let voxel = voxel(at: position) else { return false }
    return roles[voxel] != LabelRoles.ignored
  }
}

extension ComparedVolumes {
  /// Reads both.
  ///
  /// - Parameter geometry: the truth's, corrected by its record.
  /// - Throws: the sources' errors, and `EvaluationError.noMembraneInTruth`.
  init(
    mask: any VolumeSource<Int8>, labels: any VolumeSource<UInt16>, geometry: VolumeGeometry,
    membraneLabels: Set<Int>?, options: EvaluationOptions
  ) throws {
    let table = LabelRoles(membraneLabels: membraneLabels, ignoreLabels: options.ignoreLabels)
    let all = try labels.readAll()
    self.geometry = geometry
    roles = all.map { table[$0] }
    objects = all.map { $0 == 0 ? 0 : 1 }
    truth = roles.map { $0 == LabelRoles.membrane ? 1 : 0 }
    // A truth without membranes is a fair test; labels named by the user that do not occur are a slip.
    if let named = options.membraneLabels, !truth.samples.contains(1) {
      throw EvaluationError.noMembraneInTruth(
        membraneLabels: named.sorted(), labelsFound: Set(all.samples).map(Int.init).sorted())
    }
    let membranes = all.cleared { table[$0] != LabelRoles.membrane }
    truthInstances = options.labelsAreClasses ? membranes.splitIntoComponents() : membranes
    uncutPrediction = try mask.readAll().map { $0 == 0 ? 0 : 1 }
    predicted = uncutPrediction.cleared(where: roles) { $0 == LabelRoles.ignored }
  }
}

extension Block {
  /// The same voxels with zero where a sample fulfils the condition.
  fileprivate func cleared(_ condition: (Sample) -> Bool) -> Block {
    map { condition($0) ? .zero : $0 }
  }

  /// The same voxels with zero where another block's sample fulfils the condition.
  func cleared<Other>(where other: Block<Other>, _ condition: (Other) -> Bool) -> Block {
    precondition(region == other.region, "Blocks compared cover the same voxels.")
    var result = self
    for offset in result.samples.indices where condition(other.samples[offset]) {
      result.samples[offset] = .zero
    }
    return result
  }
}
