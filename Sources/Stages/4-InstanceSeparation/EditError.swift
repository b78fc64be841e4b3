public import Volumes

/// Why an edit could not be carried out.
public enum EditError: Fault, Equatable {
  /// A step names a label that is not there.
  case noSuchMembrane(action: MembraneEdits.Action, label: Int, present: [Int])
  /// A membrane is too small to be split.
  case cannotSplit(label: Int, voxels: Int)
  /// The edits were made for other labels.
  case otherSeparation(steps: Int)

  public var kind: FaultKind { .usage }

  public var description: String {
    switch self {
    case .noSuchMembrane(let action, let label, let present):
      "--\(action.rawValue) \(label): there is no membrane \(label) here. "
        + (present.isEmpty
          ? "There are no membranes." : "There are \(Self.inWords(present)). ")
        + "Correct the label, or take all edits back with --forget-edits."
    case .cannotSplit(let label, let voxels):
      "--split \(label): membrane \(label) has only \(voxels) voxels and one piece, too little to "
        + "find a neck in. Take the edit back with --forget-edits, and cut it in an editor."
    case .otherSeparation(let steps):
      "The \(steps) edits of the plan were made for other labels than the separation gives now: "
        + "mask or options have changed since. Look at the new labels, then give the edits again "
        + "with --forget-edits."
    }
  }

  /// `1-4, 7`.
  private static func inWords(_ labels: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for label in labels {
      if let last = ranges.last, last.upperBound + 1 == label {
        ranges[ranges.count - 1] = last.lowerBound...label
      } else {
        ranges.append(label...label)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ", ")
  }
}
