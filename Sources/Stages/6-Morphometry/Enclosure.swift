import LinearAlgebra
public import Meshes
import RealModule
import Volumes

/// The inside of a membrane, also where its surface has holes.
///
/// Inside is where the surface winds around at least half (`WindingNumber`): a hole with a flat rim
/// is closed by the flat disc in it. Where the surface lies on an ellipsoid, as vesicles do that
/// lack the caps the wedge hides, the part of that ellipsoid is put in that rays from its middle
/// meet no surface on; flat discs would cut caps off. An ellipsoid that is mostly guessed closes
/// nothing.
public struct Enclosure: Sendable {
  /// Of the membrane.
  public let label: Int
  /// Smallest box that holds the surface, Å.
  public let lower: SIMD3<Double>
  public let upper: SIMD3<Double>
  /// Share of the surface that was put in to close it; 0 for a closed one, and where flat discs do.
  public let addedShare: Double
  private let winding: WindingNumber

  /// An ellipsoid that holds this share of a surface may close it.
  private static let leastEllipsoidShare = 0.8
  /// A closed surface is put in by no more than this share.
  private static let mostAddedShare = 0.6

  /// Nil for a surface that encloses nothing.
  ///
  /// - Parameters:
  ///   - surface: the membrane's, made only where it may enclose something.
  ///   - encloses: whether the membrane's class is one that does.
  public init?(
    label: Int, surface: @autoclosure () throws -> MembraneSurface, shape: ShapeDescriptors,
    encloses: Bool, inlierAngstrom: Double
  ) rethrows {
    guard shape.isClosed || encloses else { return nil }
    var mesh = try surface().facingApart().mesh
    if !shape.normalsPointOut {
      mesh.triangles = mesh.triangles.map { SIMD3($0.x, $0.z, $0.y) }
    }
    let whole = mesh.areaAngstrom2
    if !shape.isClosed, Self.leastEllipsoidShare <= shape.ellipsoidShare {
      let fits = parametricFits(of: mesh, inlierAngstrom: inlierAngstrom)
      if let patch = fits.first(where: { $0.model == "ellipsoid" })?.ellipsoid?.unmet(by: mesh) {
        let added = patch.areaAngstrom2
        if added <= Self.mostAddedShare * (whole + added) { mesh.append(patch) }
      }
    }
    guard let box = mesh.boundsAngstrom else { return nil }
    (lower, upper) = (box.lower, box.upper)
    let all = mesh.areaAngstrom2
    addedShare = 0 < all ? 1 - whole / all : 0
    self.label = label
    winding = WindingNumber(mesh)
  }

  /// Whether a position in Å lies inside.
  public func contains(_ position: SIMD3<Double>) -> Bool { 0.5 <= winding.value(at: position) }

  /// What holds for all positions within a ball; nil where that cannot be told from its middle.
  ///
  /// Winding numbers between 0 and 1 are positive harmonic functions away from the surface, and so
  /// is what they lack to 1. In a ball of radius d without surface such a function changes, over a
  /// distance r from the middle, by a factor of (1 − r/d) / (1 + r/d)² at least (Harnack's
  /// inequality; Axler, Bourdon & Ramey 2001, thm 3.4).
  func containsBall(center: SIMD3<Double>, radius: Double) -> Bool? {
    let value = min(max(winding.value(at: center), 0), 1)
    let most = max(value, 1 - value)
    // Nearer surface leaves no answer: (1 − t) / (1 + t)² is 1/2 at t = 0.236.
    let needed = radius / 0.236
    let distance = winding.meshIndex.closestPoint(to: center, within: 8 * needed)?.distance
    let share = radius / (distance ?? 8 * needed)
    guard share < 1, 0.5 < most * (1 - share) / ((1 + share) * (1 + share)) else { return nil }
    return 0.5 < value
  }
}

extension TriangleMesh {
  /// Adds another mesh's triangles.
  fileprivate mutating func append(_ other: TriangleMesh) {
    let first = Int32(vertices.count)
    vertices += other.vertices
    triangles += other.triangles.map { $0 &+ first }
  }
}

/// An ellipsoid as its centre and three half axes.
private struct EllipsoidAxes {
  var center: SIMD3<Double>
  var axes: [SIMD3<Double>]

  /// The part of the ellipsoid that rays from its centre meet no triangle of a surface on; nil
  /// where they always do.
  func unmet(by surface: TriangleMesh) -> TriangleMesh? {
    var mesh = TriangleMesh.icosphere(radiusAngstrom: 1, subdivisions: 5)
    mesh.vertices = mesh.vertices.map { center + axes[0] * $0.x + axes[1] * $0.y + axes[2] * $0.z }
    let index = MeshIndex(surface)
    let kept = mesh.triangles.indices.filter { triangle in
      let (a, b, c) = mesh.corners(of: triangle)
      let direction = ((a + b + c) / 3 - center).normalized
      return index.firstHit(from: center, along: direction, beyond: 0) == nil
    }
    return kept.isEmpty ? nil : mesh.keeping(triangles: kept).mesh
  }
}

extension ParametricFit {
  /// The ellipsoid of a fit; nil for another model.
  fileprivate var ellipsoid: EllipsoidAxes? {
    guard let center = vector("center", unit: "_A"), let long = vector("axis_a"),
      let short = vector("axis_c"), let a = self["semiaxis_a_A"],
      let b = self["semiaxis_b_A"], let c = self["semiaxis_c_A"]
    else { return nil }
    // Right-handed, so that the sphere's triangles keep facing outwards.
    return EllipsoidAxes(center: center, axes: [a * long, b * short.cross(long), c * short])
  }
}
