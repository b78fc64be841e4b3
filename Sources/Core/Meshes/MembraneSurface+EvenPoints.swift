import LinearAlgebra
public import TomogramModel

/// A place on a membrane with what is known of it there.
public struct SurfacePoint: Hashable, Sendable {
  /// Position in Å.
  public var position: SIMD3<Double>
  /// Unit normal, interpolated between the vertices'.
  public var normal: SIMD3<Double>
  /// Posterior standard deviation of the position along the normal, Å; NaN where there is none.
  public var standardDeviationAngstrom: Double
  /// How the nearest corner of the triangle is known.
  public var provenance: Provenance

  /// Makes a point.
  public init(
    position: SIMD3<Double>, normal: SIMD3<Double>, standardDeviationAngstrom: Double,
    provenance: Provenance
  ) {
    (self.position, self.normal) = (position, normal)
    self.standardDeviationAngstrom = standardDeviationAngstrom
    self.provenance = provenance
  }
}

extension MembraneSurface {
  /// Points spread evenly over the surface: no two on the same face of the membrane nearer than
  /// `spacing`, and none of the surface farther than about `spacing` from one.
  ///
  /// Poisson-disk sampling by dart throwing (Cook, ACM Trans. Graph. 5, 1986, p. 51) with a fixed
  /// set of darts, a quarter of the spacing apart: each dart is thrown once, in random order, and
  /// stays unless one that stayed is too near. So the set is maximal, and a rejected dart needs no
  /// second chance. Distances are straight lines; a place whose normal points the other way is on
  /// another sheet, as across a thin cisterna, and keeps nothing away.
  ///
  /// - Parameters:
  ///   - spacing: in Å, above 0.
  ///   - seenOnly: leave out what was bridged or inferred.
  ///   - generator: decides the order of the darts.
  /// - Returns: points on the surface, in the order they were found; the same for the same mesh and
  ///   generator.
  /// - Complexity: O(n) in the number of darts, 16 times the area over spacing², or one a triangle.
  public func evenPoints(
    spacingAngstrom spacing: Double, seenOnly: Bool = false,
    using generator: inout some RandomNumberGenerator
  ) -> [SurfacePoint] {
    precondition(0 < spacing, "Points lie some distance apart.")
    var darts = mesh.surfaceSamples(spacingAngstrom: spacing / 4)
    darts.shuffle(using: &generator)
    var kept = SpacedPoints(spacing: spacing)
    var points: [SurfacePoint] = []
    for dart in darts {
      let point = point(at: dart.position, in: dart.triangle)
      if seenOnly && point.provenance != .seen { continue }
      if kept.insert(point) { points.append(point) }
    }
    return points
  }

  /// What is known at a position in a triangle.
  public func point(at position: SIMD3<Double>, in triangle: Int) -> SurfacePoint {
    let corner = mesh.triangles[triangle]
    let shares = mesh.barycentric(position, in: triangle)
    var (normal, deviation) = (SIMD3<Double>.zero, 0.0)
    for axis in 0..<3 {
      normal += shares[axis] * normals[Int(corner[axis])]
      deviation += shares[axis] * Double(standardDeviationAngstrom[Int(corner[axis])])
    }
    // Normals of the three corners may cancel at a crease; the triangle's own never does.
    let unit = normal.length < 1e-6 ? mesh.areaVector(of: triangle) : normal
    return SurfacePoint(
      position: position, normal: unit.normalized, standardDeviationAngstrom: deviation,
      provenance: provenance[Int(corner[shares.largestAxis])])
  }
}

extension TriangleMesh {
  /// Shares of a triangle's corners in a position of its plane; they sum to 1.
  public func barycentric(_ position: SIMD3<Double>, in triangle: Int) -> SIMD3<Double> {
    let (a, b, c) = corners(of: triangle)
    let normal = areaVector(of: triangle)
    let squared = normal.squaredLength
    guard 0 < squared else { return SIMD3(1, 0, 0) }
    let second = normal.dot((a - c).cross(position - c)) / squared
    let third = normal.dot((b - a).cross(position - a)) / squared
    return SIMD3(1 - second - third, second, third)
  }
}

/// Points by cubes of space, none nearer to another on its side than a given distance.
private struct SpacedPoints {
  let spacing: Double
  private var cubes: [SIMD3<Int>: [SurfacePoint]] = [:]

  init(spacing: Double) { self.spacing = spacing }

  /// Adds a point unless one too near is there; whether it was added.
  mutating func insert(_ point: SurfacePoint) -> Bool {
    let place = (point.position / spacing).rounded(.down)
    let cube = SIMD3(Int(place.x), Int(place.y), Int(place.z))
    for z in -1...1 {
      for y in -1...1 {
        for x in -1...1 {
          for other in cubes[cube &+ SIMD3(x, y, z)] ?? []
          where (other.position - point.position).squaredLength < spacing * spacing
            && 0 <= other.normal.dot(point.normal)
          { return false }
        }
      }
    }
    cubes[cube, default: []].append(point)
    return true
  }
}
