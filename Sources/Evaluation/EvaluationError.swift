public import Volumes

/// Why a result cannot be compared with a truth.
public enum EvaluationError: Fault, Equatable {
  /// A volume of the result is not on the truth's grid.
  case sizesDiffer(name: String, found: VolumeSize, expected: VolumeSize)
  /// The truth holds no voxel with any of the membrane labels that were named.
  case noMembraneInTruth(membraneLabels: [Int], labelsFound: [Int])
  /// A distance of the options is not above 0.
  case unusableOption(name: String, found: Double)

  public var kind: FaultKind {
    switch self {
    case .sizesDiffer, .noMembraneInTruth: .input
    case .unusableOption: .usage
    }
  }

  public var description: String {
    switch self {
    case .sizesDiffer(let name, let found, let expected):
      "The result's \(name) has \(found.x) x \(found.y) x \(found.z) voxels (x y z), the truth "
        + "\(expected.x) x \(expected.y) x \(expected.z). Compare volumes of the same tomogram at "
        + "the same binning."
    case .noMembraneInTruth(let membraneLabels, let labelsFound):
      "The truth holds no voxel of the membrane labels \(Self.list(membraneLabels)); its labels are "
        + "\(Self.list(labelsFound)). Name the membranes' labels with --membrane-labels."
    case .unusableOption(let name, let found):
      "\(name) is \(found); it has to be finite and above 0 Å."
    }
  }

  private static func list(_ labels: [Int]) -> String {
    labels.isEmpty ? "(none)" : labels.prefix(20).map(String.init).joined(separator: ", ")
  }
}
