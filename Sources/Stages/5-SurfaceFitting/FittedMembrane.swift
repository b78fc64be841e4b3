public import GaussianProcesses
public import Meshes

/// A membrane's surface and the simple shapes it resembles.
public struct FittedMembrane: Sendable {
  /// The mid-surface: one layer, closed or open.
  public var surface: MembraneSurface
  /// What its standard deviations follow from; nil where the surface is too large for them.
  public var posterior: SurfacePosterior?
  /// Sphere, ellipsoid and plane, each where it can be fitted at all.
  public var fits: [ParametricFit]

  /// Puts them together.
  public init(surface: MembraneSurface, posterior: SurfacePosterior?, fits: [ParametricFit]) {
    (self.surface, self.posterior, self.fits) = (surface, posterior, fits)
  }
}
