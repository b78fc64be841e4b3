public import TomogramModel
public import Volumes

/// What the caller knows of a result beyond its folder.
///
/// Everything may be left out: then the tomogram is the one that `plan.json` names, where it still
/// is there.
public struct ReportContext: Sendable {
  /// The tomogram as the stages saw it: the plan's region, binned as in the plan.
  public var tomogram: (any VolumeSource<Float>)?
  /// Where the tomogram lies, for `open.cxc`; nil: as the plan says.
  public var tomogramPath: String?
  /// Contrast that was found or given, e.g. "dark membranes".
  public var contrast: String?
  /// What the network's probabilities say against the truth, on tomograms it has not learned from.
  public var reliability: ProbabilityBins?
  /// Notes and verdicts of the stages, for the top of the page.
  public var notes: [String]
  /// Versions to name beside the plan's.
  public var versions: [Methods.Version]

  /// Knows nothing.
  public init(
    tomogram: (any VolumeSource<Float>)? = nil, tomogramPath: String? = nil,
    contrast: String? = nil, notes: [String] = [], versions: [Methods.Version] = []
  ) {
    self.tomogram = tomogram
    self.tomogramPath = tomogramPath
    self.contrast = contrast
    self.notes = notes
    self.versions = versions
  }
}
