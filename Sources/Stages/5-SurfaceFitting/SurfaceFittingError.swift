public import Volumes

/// Why no surface could be fitted.
public enum SurfaceFittingError: Fault, Equatable {
  /// No voxel has the membrane's label where its record says.
  case labelMissing(label: Int)
  /// The label has voxels, but no mid-surface or too little of it.
  case noSurface(label: Int, samples: Int)

  public var kind: FaultKind { .input }

  public var description: String {
    switch self {
    case .labelMissing(let label):
      "No voxel of the instances has label \(label) in the box the table gives for it. "
        + "Measure and fit with the table and the instances of the same run."
    case .noSurface(let label, let samples):
      "Label \(label) is no sheet: \(samples) points of a mid-surface were found in it, too few "
        + "for a surface. Raise the smallest size of a membrane, or leave this label out."
    }
  }
}
