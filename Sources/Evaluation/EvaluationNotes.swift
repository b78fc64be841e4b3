import Meshes
import TomogramModel
import Volumes

extension EvaluationScene {
  /// What a reader should know of how the numbers came about.
  func notes(
    _ result: ResultInput, _ truth: TruthInput, options: EvaluationOptions
  ) -> [String] {
    var notes: [String] = []
    if let note = geometryNote(result.mask.geometry) { notes.append(note) }
    if !volumes.truth.samples.contains(1) { notes.append("The truth holds no membrane.") }
    notes.append(
      surface.isExact
        ? "The true mid-surface is exact: \(surface.meshes.count) mesh(es)."
        : "The true mid-surface is the ridge of the label volume.")
    if 0 < surface.surfacesPassedOver {
      notes.append(
        "\(surface.surfacesPassedOver) piece(s) of the truth's surfaces lie on no membrane label "
          + "and were passed over.")
    }
    if options.tilt == nil && truth.record == nil {
      notes.append(
        "Hidden and seen are told apart for tilts from \(tilt.minimumDegrees)° to "
          + "\(tilt.maximumDegrees)°, which nobody stated; give --tilt-range.")
    }
    let ignored = volumes.roles.samples.count { $0 == LabelRoles.ignored }
    if 0 < ignored { notes.append("\(ignored) ignored voxels count nowhere.") }
    if result.provenance == nil {
      notes.append("No closed gaps: the result has no provenance volume.")
    }
    if result.instances == nil {
      notes.append("No instance metrics: the result has no instance volume.")
    }
    if fitted.isEmpty {
      notes.append("No surface metrics: the result has no fitted surfaces.")
    } else if fitted.allSatisfy({ $0.standardDeviationAngstrom.allSatisfy(\.isNaN) }) {
      notes.append("No coverage: the fitted surfaces carry no standard deviation.")
    }
    if result.probability == nil {
      notes.append("No calibration error: the result has no probability volume.")
    }
    return notes
  }

  /// Says where a result's header disagrees with the truth's by more than 1 % of a voxel edge.
  private func geometryNote(_ own: VolumeGeometry) -> String? {
    let frame = volumes.geometry
    let edge = frame.voxelSizeAngstrom
    for axis in 0..<3 {
      if 0.01 * edge[axis] < abs(own.voxelSizeAngstrom[axis] - edge[axis]) {
        return "The result's voxel is \(own.voxelSizeAngstrom[axis]) Å, the truth's "
          + "\(edge[axis]) Å; voxels were compared by number, with the truth's size."
      }
      if 0.01 * edge[axis] < abs(own.originAngstrom[axis] - frame.originAngstrom[axis]) {
        return "The result's origin differs from the truth's; voxels were compared by number."
      }
    }
    return nil
  }
}
