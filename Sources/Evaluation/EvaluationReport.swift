import TomogramModel

/// Every metric of CONTRACT for one result and one truth.
///
/// A group whose inputs are missing is nil and its keys are absent; a metric that is not defined for
/// the inputs (a precision without prediction) is null. Read `surface_f1` and the like only with
/// `nsd_1` and `thickness_ratio` beside them, so that fat masks do not win.
public struct EvaluationReport: Equatable, Sendable {
  /// How hard the data are.
  public var difficulty: DataDifficulty
  /// Voxel by voxel.
  public var voxels: VoxelOverlap
  /// Boundaries of the masks.
  public var boundaries: BoundaryAgreement
  /// How fat the mask is.
  public var thickness: ThicknessAgreement
  /// Skeleton surfaces.
  public var skeleton: SkeletonDice
  /// The true mid-surface.
  public var midSurface: MidSurfaceAgreement
  /// Closed gaps; needs provenance.
  public var gaps: GapClosing?
  /// Known gaps by length; needs a benchmark's gaps.
  public var knownGaps: GapBenchmark?
  /// Whole instances; needs instances.
  public var instances: PanopticQuality?
  /// Splits and merges; needs instances.
  public var splitsAndMerges: SplitsAndMerges?
  /// Grouping of voxels; needs instances.
  public var grouping: GroupingAgreement?
  /// Fitted surfaces; needs some.
  public var surfaces: FittedSurfaceAgreement?
  /// Their uncertainty; needs surfaces with a standard deviation.
  public var uncertainty: SurfaceUncertainty?
  /// Calibration; needs a probability.
  public var calibration: ProbabilityCalibration?
  /// What a reader should know of the inputs: sentences.
  public var notes: [String]

  /// The groups that are there, in the order they are printed.
  public var groups: [any MetricGroup] {
    let groups: [(any MetricGroup)?] = [
      difficulty, voxels, boundaries, thickness, skeleton, midSurface, gaps, knownGaps, instances,
      splitsAndMerges, grouping, surfaces, uncertainty, calibration,
    ]
    return groups.compactMap { $0 }
  }

  /// The value of a metric by its JSON key; nil where it is absent or not defined.
  public subscript(name: String) -> Double? {
    for group in groups {
      if let row = group.rows.first(where: { $0.name == name }) { return row.value }
    }
    return nil
  }
}

extension EvaluationReport: Encodable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
  }

  /// Writes one flat object: CONTRACT's names, `notes`, and, with a probability, `reliability`: the
  /// bins of the reliability diagram.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    for row in groups.flatMap(\.rows) {
      switch row.value {
      case nil: try container.encodeNil(forKey: Key(row.name))
      case .some(let value) where row.isCount:
        try container.encode(Int(value), forKey: Key(row.name))
      case .some(let value): try container.encode(value, forKey: Key(row.name))
      }
    }
    try container.encode(notes, forKey: Key("notes"))
    if let calibration {
      try container.encode(calibration.bins.map(ReliabilityRow.init), forKey: Key("reliability"))
    }
  }
}

/// A bin as the JSON has it.
private struct ReliabilityRow: Encodable {
  let bin: ProbabilityBins.Bin

  enum CodingKeys: String, CodingKey {
    case voxels
    case membraneShare = "membrane_share"
    case meanProbability = "mean_probability"
  }

  /// Writes number, mean probability and share of membrane; the latter two absent in an empty bin.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(bin.voxels, forKey: .voxels)
    try container.encodeIfPresent(bin.mean, forKey: .meanProbability)
    try container.encodeIfPresent(bin.meanOther, forKey: .membraneShare)
  }
}
