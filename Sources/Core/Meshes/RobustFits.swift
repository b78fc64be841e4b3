import LinearAlgebra
import RealModule

// Spheres, ellipsoids and planes through a surface, robustly.
//
// A membrane is rarely one of these all over: a vesicle has a bud, a sheet curls at its end. The
// start is the best of many exact shapes through few points (RANSAC; Fischler & Bolles 1981), scored
// by residuals that stop counting at the inlier distance; then least squares are iterated with
// Tukey's biweight of the residual, which ignores what lies far off. Chance is a counter, so the
// same surface gives the same fit.

/// A point of a surface and the area it stands for.
struct WeightedPoint: Sendable {
  /// Å about the surface's middle, in units of its size: keeps the equations well scaled.
  var place: SIMD3<Double>
  var weight: Double
}

/// The points to fit, and the scale to undo afterwards.
struct FitPoints {
  let points: [WeightedPoint]
  let center: SIMD3<Double>
  let scale: Double
  /// Distance of an inlier, in scaled units.
  let inlier: Double

  /// At most this many vertices are used: more change nothing about a dozen parameters.
  private static let most = 20_000

  init?(_ mesh: TriangleMesh, inlierAngstrom: Double) {
    guard let center = mesh.centroidAngstrom, let box = mesh.boundsAngstrom else { return nil }
    let scale = (box.upper - box.lower).length / 2
    guard 0 < scale, 10 <= mesh.vertices.count else { return nil }
    let areas = mesh.vertexAreasAngstrom2()
    let step = max(mesh.vertices.count / Self.most, 1)
    points = stride(from: 0, to: mesh.vertices.count, by: step).map { vertex in
      WeightedPoint(place: (mesh.vertices[vertex] - center) / scale, weight: areas[vertex])
    }
    (self.center, self.scale, inlier) = (center, scale, inlierAngstrom / scale)
  }

  init?(_ places: [SIMD3<Double>], inlier: Double) {
    guard 10 <= places.count else { return nil }
    points = places.map { WeightedPoint(place: $0, weight: 1) }
    (center, scale, self.inlier) = (.zero, 1, inlier)
  }

  /// Sum of squared residuals that stop counting at the inlier distance.
  func cost(_ residual: (SIMD3<Double>) -> Double) -> Double {
    points.reduce(0) { sum, point in
      let value = residual(point.place)
      return sum + point.weight * min(value * value, inlier * inlier)
    }
  }

  /// Tukey's biweight at twice the inlier distance.
  func robustWeight(_ point: WeightedPoint, residual: Double) -> Double {
    let share = residual / (2 * inlier)
    if 1 <= abs(share) { return 0 }
    let fall = 1 - share * share
    return point.weight * fall * fall
  }

  /// The record of a shape, in Å.
  func fit(
    _ model: String, _ parameters: [FitParameter], _ residual: (SIMD3<Double>) -> Double
  ) -> ParametricFit {
    var (all, inside, total, insideWeight) = (0.0, 0.0, 0.0, 0.0)
    for point in points {
      let value = residual(point.place)
      all += point.weight * value * value
      total += point.weight
      if abs(value) <= inlier {
        inside += point.weight * value * value
        insideWeight += point.weight
      }
    }
    return ParametricFit(
      model: model, parameters: parameters,
      rmsResidualAngstrom: scale * (all / total).squareRoot(),
      inlierRmsResidualAngstrom: insideWeight == 0
        ? 0 : scale * (inside / insideWeight).squareRoot(),
      inlierShare: insideWeight / total)
  }

  /// A vector's components as parameters, from scaled units to Å.
  func parameters(_ name: String, positionOf place: SIMD3<Double>) -> [FitParameter] {
    let position = center + scale * place
    return [
      FitParameter("\(name)_x_A", position.x), FitParameter("\(name)_y_A", position.y),
      FitParameter("\(name)_z_A", position.z),
    ]
  }

  /// A direction's components as parameters.
  func parameters(_ name: String, direction: SIMD3<Double>) -> [FitParameter] {
    [
      FitParameter("\(name)_x", direction.x), FitParameter("\(name)_y", direction.y),
      FitParameter("\(name)_z", direction.z),
    ]
  }

  /// `count` points picked by a counter-based generator (Steele, Lea & Flood 2014, SplitMix64).
  func pick(_ count: Int, draw: Int) -> [SIMD3<Double>] {
    (0..<count).map { place in
      var value = UInt64(draw &* count &+ place &+ 1) &* 0x9E37_79B9_7F4A_7C15
      value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
      value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
      return points[Int((value ^ value >> 31) % UInt64(points.count))].place
    }
  }
}

/// Sphere, ellipsoid and plane fits of a surface, each where it can be had.
///
/// - Parameter inlierAngstrom: how near a vertex must lie to count as an inlier, above 0.
public func parametricFits(of mesh: TriangleMesh, inlierAngstrom: Double) -> [ParametricFit] {
  FitPoints(mesh, inlierAngstrom: inlierAngstrom)?.fits ?? []
}

/// The same of places that each stand for as much area, about the origin and of size 1.
///
/// - Parameter inlier: how near a place must lie to count as an inlier, above 0.
public func parametricFits(of places: [SIMD3<Double>], inlier: Double) -> [ParametricFit] {
  FitPoints(places, inlier: inlier)?.fits ?? []
}

extension FitPoints {
  fileprivate var fits: [ParametricFit] {
    let sphere = sphere()
    return [sphere?.fit(self), ellipsoid(from: sphere)?.fit(self), plane()?.fit(self)]
      .compactMap { $0 }
  }
}

// MARK: - Sphere

struct FittedSphere {
  var center: SIMD3<Double>
  var radius: Double

  init?(near points: [SIMD3<Double>], weights: [Double]? = nil) {
    guard let found = algebraicSphere(near: points, weights: weights) else { return nil }
    (center, radius) = found
  }

  func residual(_ place: SIMD3<Double>) -> Double { (place - center).length - radius }

  func fit(_ points: FitPoints) -> ParametricFit {
    points.fit(
      "sphere",
      points.parameters("center", positionOf: center)
        + [FitParameter("radius_A", radius * points.scale)], residual)
  }
}

extension FitPoints {
  private static let draws = 300
  private static let rounds = 30

  /// Nil for a surface as flat as a plane, to the precision of the inlier distance.
  func sphere() -> FittedSphere? {
    var best: (sphere: FittedSphere, cost: Double)?
    for draw in 0..<Self.draws {
      guard let sphere = FittedSphere(near: pick(4, draw: draw)) else { continue }
      let cost = cost(sphere.residual)
      if cost < best?.cost ?? .infinity { best = (sphere, cost) }
    }
    if let all = FittedSphere(near: points.map(\.place), weights: points.map(\.weight)) {
      let cost = cost(all.residual)
      if cost < best?.cost ?? .infinity { best = (all, cost) }
    }
    guard var sphere = best?.sphere else { return nil }
    for _ in 0..<Self.rounds {
      guard let step = gaussNewtonStep(sphere) else { break }
      sphere.center += SIMD3(step[0], step[1], step[2])
      sphere.radius += step[3]
      if step.allSatisfy({ abs($0) < 1e-9 }) { break }
    }
    // Larger than this, its bulge over the surface is lost in the inlier distance.
    guard sphere.radius.isFinite, 0 < sphere.radius, sphere.radius < 1 / inlier else { return nil }
    return sphere
  }

  /// One weighted step for the distance itself: d(|p − c| − r) = −u·dc − dr.
  private func gaussNewtonStep(_ sphere: FittedSphere) -> [Double]? {
    var equations = NormalEquations(unknowns: 4)
    for point in points {
      let residual = sphere.residual(point.place)
      let weight = robustWeight(point, residual: residual)
      if weight == 0 { continue }
      let u = (point.place - sphere.center).normalized
      equations.add([u.x, u.y, u.z, 1], residual, weight: weight)
    }
    return equations.solution()
  }
}

// MARK: - Plane

struct FittedPlane {
  var point: SIMD3<Double>
  var normal: SIMD3<Double>

  func residual(_ place: SIMD3<Double>) -> Double { (place - point).dot(normal) }

  func fit(_ points: FitPoints) -> ParametricFit {
    points.fit(
      "plane",
      points.parameters("point", positionOf: point)
        + points.parameters("normal", direction: normal), residual)
  }
}

extension FitPoints {
  func plane() -> FittedPlane? {
    var best: (plane: FittedPlane, cost: Double)?
    for draw in 0..<Self.draws {
      let corners = pick(3, draw: draw)
      let normal = (corners[1] - corners[0]).cross(corners[2] - corners[0]).normalized
      if normal == .zero { continue }
      let plane = FittedPlane(point: corners[0], normal: normal)
      let cost = cost(plane.residual)
      if cost < best?.cost ?? .infinity { best = (plane, cost) }
    }
    guard var plane = best?.plane else { return nil }
    for _ in 0..<Self.rounds {
      guard let next = principalPlane(near: plane) else { break }
      let isSettled = 1 - 1e-12 < abs(next.normal.dot(plane.normal))
      plane = next
      if isSettled { break }
    }
    if plane.normal.z < 0 { plane.normal = -plane.normal }
    return plane
  }

  /// The plane of least weighted squares: through the mean, across the direction of least spread.
  private func principalPlane(near plane: FittedPlane) -> FittedPlane? {
    var (mean, total) = (SIMD3<Double>.zero, 0.0)
    for point in points {
      let weight = robustWeight(point, residual: plane.residual(point.place))
      mean += weight * point.place
      total += weight
    }
    guard 0 < total else { return nil }
    mean /= total
    var spread = SymmetricMatrix.zero
    for point in points {
      let weight = robustWeight(point, residual: plane.residual(point.place))
      spread.addOuterProduct(of: point.place - mean, weight: weight)
    }
    return FittedPlane(point: mean, normal: spread.eigenvector(of: spread.eigenvalues.x))
  }
}
