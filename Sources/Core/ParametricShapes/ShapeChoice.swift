public import Meshes
import RealModule

/// A family's best shape and what speaks for it.
public struct ShapeCandidate: Codable, Hashable, Sendable {
  /// `plane`, `sphere`, `cylinder`, `ellipsoid` or `torus`.
  public var model: String
  /// Natural logarithm of the probability density of the surface under the family, per Å of each
  /// vertex that was looked at.
  public var logEvidence: Double
  /// The shape's numbers, unit last.
  public var parameters: [FitParameter]
  /// Standard deviation of each of them, in its unit.
  public var deviations: [Double]
  /// Root mean square distance of all of the surface, in Å, by area.
  public var rmsResidualAngstrom: Double
  /// What 68 % of the area are nearer than, in the surface's own standard deviations; 1 where the
  /// surface is this shape.
  public var departure: Double
  /// By how much the surface's standard deviations are off, were it this shape.
  public var errorFactor: Double
  /// Share of the area that is something else, 0...1.
  public var outlierShare: Double

  /// A number and its standard deviation.
  public subscript(name: String) -> (value: Double, deviation: Double)? {
    parameters.firstIndex { $0.name == name }.map { (parameters[$0].value, deviations[$0]) }
  }
}

/// Which simple shape a surface is.
public struct ShapeChoice: Codable, Hashable, Sendable {
  /// By falling evidence; empty where nothing could be fitted.
  public var candidates: [ShapeCandidate]

  /// Takes the candidates in order.
  public init(candidates: [ShapeCandidate]) { self.candidates = candidates }

  /// A surface this far from its best shape, in its own standard deviations, is none.
  public static let departureOfNone = 2.0
  /// Odds of 3 and more are a choice (Kass & Raftery 1995).
  public static let leastMargin = Double.log(3)

  /// The shape; nil where the surface is none of them.
  public var chosen: ShapeCandidate? {
    candidates.first.flatMap { $0.departure < Self.departureOfNone ? $0 : nil }
  }

  /// Log evidence over that of the next family; nil with fewer than two.
  public var margin: Double? {
    candidates.count < 2 ? nil : candidates[0].logEvidence - candidates[1].logEvidence
  }

  /// Why there is no shape or its family is in doubt; empty where neither.
  public var verdict: String {
    guard let best = candidates.first else {
      return "surface too small or without standard deviations"
    }
    if chosen == nil {
      let times = (best.departure * 10).rounded() / 10
      return "departs from the best shape (\(best.model)) by \(times) times its error"
    }
    if let margin, margin < Self.leastMargin {
      return "hardly more probable than \(candidates[1].model)"
    }
    return ""
  }
}

/// Fits plane, sphere, cylinder, ellipsoid and torus to a surface, robustly and with its correlated
/// errors, and compares them by their evidence (MacKay 2003, chapter 28).
///
/// - Parameter voxelAngstrom: edge of a voxel, Å: the unit in which errors are correlated.
/// - Complexity: vertices × unknowns, and 400³ / 6 multiplications for each family a few times.
public func shapeChoice(of surface: MembraneSurface, voxelAngstrom: Double) -> ShapeChoice {
  guard let cloud = ShapeCloud(surface, voxelAngstrom: voxelAngstrom) else {
    return ShapeChoice(candidates: [])
  }
  func candidate<Shape: ParametricShape>(_ family: Shape.Type) -> ShapeCandidate? {
    ShapePosterior<Shape>(cloud)?.candidate(surface, in: cloud)
  }
  let candidates = [
    candidate(PlaneShape.self), candidate(SphereShape.self), candidate(CylinderShape.self),
    candidate(EllipsoidShape.self), candidate(TorusShape.self),
  ].compactMap { $0 }.filter { $0.logEvidence.isFinite }
  return ShapeChoice(candidates: candidates.sorted { $1.logEvidence < $0.logEvidence })
}
