public import Morphology

/// How membrane voxels are parted into membranes.
public struct SeparationOptions: Codable, Hashable, Sendable {
  /// How membranes are told apart.
  public enum Method: String, CaseIterable, Codable, Hashable, Sendable {
    /// Not at all: what touches is one. The baseline.
    case components
    /// By the mask's faces and the thickness between them.
    case faces
  }
  /// How membranes are told apart. Default: by faces.
  public var method = Method.faces
  /// By faces, fragments that one smooth surface runs through get one label across gaps up to this wide, in
  /// Å; 0: none do. Default 600: farther apart, too many surfaces run through two fragments.
  public var widestGapAngstrom = 600.0
  /// With `components`, which voxels count as touching. Default: those that share a corner, as a thin oblique membrane
  /// hangs together by corners only.
  public var connectivity = Connectivity.twentySix
  /// Smaller parts are left out, in voxels. Default 100: less than a patch of 5 × 5 voxels of a
  /// membrane 4 voxels thick, on which no normal can be measured.
  public var minimumVoxels = 100
  /// Parts with less area are left out, in nm². Default 0: none.
  public var minimumAreaNm2 = 0.0

  /// The defaults.
  public init() {}
}
