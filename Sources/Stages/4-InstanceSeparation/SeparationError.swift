public import Volumes

/// Why membranes could not be parted.
public enum SeparationError: Fault, Equatable {
  /// More membranes than a 16-bit label volume can number.
  case tooManyMembranes(found: Int)

  /// Labels that fit in `instances.mrc`.
  static let limit = Int(UInt16.max)

  public var kind: FaultKind { .usage }

  public var description: String {
    switch self {
    case .tooManyMembranes(let found):
      "The mask falls apart into \(found) membranes, but a label volume can hold \(Self.limit). "
        + "Ask for larger ones (a higher minimum area), or check that the mask is a segmentation."
    }
  }
}
