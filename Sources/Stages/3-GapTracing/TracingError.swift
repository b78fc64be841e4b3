public import Volumes

/// Why gaps could not be traced.
public enum TracingError: Fault, Equatable {
  /// Neither a probability nor a mask was given.
  case nothingToTrace
  /// Probability and mask, or an output, are not of one size.
  case sizesDiffer(VolumeSize, VolumeSize)
  /// The method is learned, and there is no model.
  case noModel(TracingOptions.Method)
  /// No course has a rim that agents could set out from.
  case nothingToLearn

  public var kind: FaultKind {
    switch self {
    case .nothingToTrace, .noModel: .usage
    case .sizesDiffer, .nothingToLearn: .input
    }
  }

  public var description: String {
    switch self {
    case .nothingToTrace:
      "There is neither a membrane probability nor a mask to trace. Give one of them, or both."
    case .noModel(let method):
      "The method \(method.rawValue) wants a tracer model. Give one, or choose minimal-path."
    case .nothingToLearn:
      "No membrane ends anywhere, so that there is nothing to learn from. Give tomograms with more "
        + "membrane."
    case .sizesDiffer(let first, let second):
      "Volumes of \(first.x) × \(first.y) × \(first.z) and \(second.x) × \(second.y) × "
        + "\(second.z) voxels cannot be traced together. Give a probability and a mask of the same "
        + "tomogram."
    }
  }
}
