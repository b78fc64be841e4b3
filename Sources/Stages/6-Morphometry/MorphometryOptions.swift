/// How membranes are measured.
public struct MorphometryOptions: Codable, Sendable, Equatable {
  /// How far density is read along the normal, to either side, in Å.
  public var profileReachAngstrom = 110.0
  /// Edge of the cubes whose surface is averaged before the scatter is taken, in Å.
  public var patchAngstrom = 250.0
  /// Leaflet distances looked for, in Å, head group to head group: from thin to thick bilayers.
  public var leafletSpacingAngstrom = 20.0...70.0
  /// How many standard errors the dip between the leaflets must be deep.
  public var dipStandardErrors = 3.0
  /// Patches that must be seen before a thickness is given.
  public var minimumPatches = 4
  /// Above this count of vertices standard deviations are worked out patch by patch.
  public var largestPosterior = 250_000
  /// What classes are told apart by.
  public var classes = ClassPriors()
  /// Whether `lumen.mrc` is written.
  public var lumen = false
  /// Bands of distance from membranes that are written; any makes the lumen be written too.
  public var shells: [ShellBand] = []

  /// The defaults.
  public init() {}
}
