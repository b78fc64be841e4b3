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

  /// The defaults.
  public init() {}
}
