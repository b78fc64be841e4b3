public import Meshes

/// A membrane's surface and the simple shapes it resembles.
public struct FittedMembrane: Sendable {
  /// The mid-surface: one layer, closed or open.
  public var surface: MembraneSurface
  /// Sphere, ellipsoid and plane, each where it can be fitted at all.
  public var fits: [ParametricFit]

  /// Puts them together.
  public init(surface: MembraneSurface, fits: [ParametricFit]) {
    (self.surface, self.fits) = (surface, fits)
  }
}
