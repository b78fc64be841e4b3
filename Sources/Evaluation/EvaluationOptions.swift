public import TomogramModel

/// How a result is compared with the truth.
public struct EvaluationOptions: Codable, Equatable, Sendable {
  /// Labels of the truth that are membranes; nil (the default) takes those of the truth's record,
  /// or every label but 0 and the ignored ones where there is none.
  public var membraneLabels: Set<Int>?
  /// Labels of the truth whose voxels count nowhere; none by default.
  public var ignoreLabels: Set<Int>
  /// The tilt range that decides what the wedge hides; nil (the default) takes that of the truth's
  /// record, or ±60° where there is none.
  public var tilt: TiltGeometry?
  /// Whether the truth's labels are classes, not instances (default false): each 26-connected
  /// component of a membrane label is then a membrane of its own.
  public var labelsAreClasses: Bool
  /// A surface farther than this from its counterpart has none, in Å; 100 by default (CONTRACT).
  public var missedBeyondAngstrom: Double

  /// Makes options; each has the default that its documentation names.
  public init(
    membraneLabels: Set<Int>? = nil, ignoreLabels: Set<Int> = [], tilt: TiltGeometry? = nil,
    labelsAreClasses: Bool = false, missedBeyondAngstrom: Double = 100
  ) {
    self.membraneLabels = membraneLabels
    self.ignoreLabels = ignoreLabels
    self.tilt = tilt
    self.labelsAreClasses = labelsAreClasses
    self.missedBeyondAngstrom = missedBeyondAngstrom
  }
}
