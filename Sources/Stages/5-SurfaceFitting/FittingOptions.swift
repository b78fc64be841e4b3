/// How surfaces are fitted to membranes.
public struct FittingOptions: Codable, Sendable, Equatable {
  /// Standard deviation of the averaging over mid-surface samples, in voxels. Roughness below it
  /// is lost; sheets nearer than three times this begin to pull at each other.
  public var smoothingVoxels = 1.5
  /// Distance of the mesh's grid lines, in voxels: about the length of its edges.
  public var spacingVoxels = 1.5
  /// Pairs of Taubin steps over the finished mesh.
  public var smoothingPasses = 3
  /// Reach of the neighbourhood that curvature is measured in, in Å; never less than four edges.
  public var curvatureRadiusAngstrom = 100.0
  /// Pieces of a surface below this share of its largest piece are left out.
  public var minimumPieceShare = 0.02
  /// Holes whose rim is no longer than this, in voxels, are closed: such gaps come from single
  /// missing samples.
  public var holePerimeterVoxels = 15.0
  /// How near a surface's vertices must lie to a sphere, ellipsoid or plane to count as inliers of
  /// it, in voxels.
  public var inlierVoxels = 1.5
  /// Bends shorter than 2π times this, in voxels, are smoothed out of the carrier that the
  /// posterior's distances are taken from.
  public var carrierLengthVoxels = 4.0
  /// How far along the surface the odds against membrane are averaged, in voxels.
  public var evidenceLengthVoxels = 6.0
  /// Standard deviation of a drawn surface's error where the evidence is perfect, in voxels.
  public var errorFloorVoxels = 0.33
  /// What it grows to, in voxels, where membrane is as likely as not.
  public var errorAtEvenOddsVoxels = 4.6
  /// How fast: the power of the odds against membrane.
  public var errorExponent = 0.77
  /// Odds above this say no more about the error.
  public var largestOdds = 0.59
  /// Odds against membrane of vertices that were bridged or inferred, at least.
  public var unseenOdds = 0.59
  /// Odds against membrane where the wedge hides it, at least: a network may be sure that a cap is there,
  /// but not where.
  public var leastHiddenOdds = 0.2
  /// Odds against membrane where the wedge hides it and there is no probability.
  public var hiddenOdds = 0.26
  /// Odds against membrane elsewhere, without a probability.
  public var seenOdds = 0.09
  /// Distance over which a drawn surface's errors are correlated, in voxels.
  public var errorRangeVoxels = 30.0
  /// Standard deviation of the true surface's distance from the carrier before observation, in
  /// voxels: how far a membrane may be from where it was drawn on no evidence.
  public var priorDeviationVoxels = 6.0
  /// Range of that distance, in voxels.
  public var priorRangeVoxels = 40.0
  /// Above this count of vertices the posterior is that of overlapping patches of about so many, as one of
  /// them takes about 9 kB a vertex.
  public var largestPosterior = 250_000

  /// The defaults.
  public init() {}
}
