import LinearAlgebra
import Meshes
import RealModule

// Surfaces of revolution start from an axis: all normals meet it. Given its direction, its place is
// where the lines along the normals, seen along the axis, come nearest to meeting.

/// Unknowns: the axis' place (2) and tilt (2), logarithm of the radius.
struct CylinderShape: ParametricShape {
  static let name = "cylinder"
  /// The axis' point nearest to the cloud's middle.
  var point: SIMD3<Double>
  var axis: SIMD3<Double>
  var logRadius: Double

  var priors: [(value: Double, deviation: Double)] {
    let (first, second) = axis.tangents
    return [(point.dot(first), positionDeviation), (point.dot(second), positionDeviation)]
      + Self.priorsOfDirection + [(logRadius, logLengthDeviation)]
  }

  func moved(by step: [Double]) -> CylinderShape {
    let (first, second) = axis.tangents
    let tilted = axis.tilted(step[2], step[3])
    return CylinderShape(
      point: (point + step[0] * first + step[1] * second).across(tilted), axis: tilted,
      logRadius: logRadius + step[4])
  }

  func distance(from place: SIMD3<Double>) -> Double {
    (place - point).across(axis).length - Double.exp(logRadius)
  }

  var smallestRadius: Double { .exp(logRadius) }

  func parameters(in cloud: ShapeCloud) -> [FitParameter] {
    cloud.position("center", point) + cloud.axis("axis", axis)
      + [cloud.length("radius", .exp(logRadius))]
  }

  static func starts(_ cloud: ShapeCloud) -> [CylinderShape] {
    cloud.axes.compactMap { axis in
      guard let point = cloud.meetingPoint(along: axis) else { return nil }
      let radius = cloud.places.reduce(0) { $0 + ($1 - point).across(axis).length }
      return CylinderShape(
        point: point, axis: axis, logRadius: .log(radius / Double(cloud.places.count)))
    }
  }
}

/// A ring with a hole. Unknowns: center (3), the axis' tilt (2), logarithms of the tube's and the
/// hole's radius.
struct TorusShape: ParametricShape {
  static let name = "torus"
  var center: SIMD3<Double>
  var axis: SIMD3<Double>
  var logTube: Double
  var logHole: Double

  /// Radius of the circle that the tube is about.
  private var ring: Double { .exp(logHole) + .exp(logTube) }

  var smallestRadius: Double { .exp(min(logHole, logTube)) }

  /// Half of the tube's way around, and a sixth of the ring's.
  var isSpanned: Bool { .exp(logTube) <= 1 && ring + .exp(logTube) <= 2 }

  var priors: [(value: Double, deviation: Double)] {
    Self.priors(ofPosition: center) + Self.priorsOfDirection
      + [(logTube, logLengthDeviation), (logHole, logLengthDeviation)]
  }

  func moved(by step: [Double]) -> TorusShape {
    TorusShape(
      center: center + SIMD3(step[0], step[1], step[2]), axis: axis.tilted(step[3], step[4]),
      logTube: logTube + step[5], logHole: logHole + step[6])
  }

  func distance(from place: SIMD3<Double>) -> Double {
    let (offset, height) = ((place - center).across(axis).length, (place - center).dot(axis))
    let beyond = offset - ring
    return (beyond * beyond + height * height).squareRoot() - .exp(logTube)
  }

  func parameters(in cloud: ShapeCloud) -> [FitParameter] {
    cloud.position("center", center) + cloud.axis("axis", axis)
      + [cloud.length("ring_radius", ring), cloud.length("tube_radius", .exp(logTube))]
  }

  /// In half planes through the axis a torus is a circle (Kåsa 1976).
  static func starts(_ cloud: ShapeCloud) -> [TorusShape] {
    cloud.axes.compactMap { axis in
      guard let point = cloud.meetingPoint(along: axis) else { return nil }
      var equations = NormalEquations(unknowns: 3)
      for place in cloud.places {
        let (offset, height) = ((place - point).across(axis).length, (place - point).dot(axis))
        equations.add([2 * offset, 2 * height, 1], offset * offset + height * height, weight: 1)
      }
      guard let x = equations.solution(), 0 < x[2] + x[0] * x[0] + x[1] * x[1] else { return nil }
      let tube = (x[2] + x[0] * x[0] + x[1] * x[1]).squareRoot()
      let hole = max(x[0] - tube, 0.1 * tube)
      return TorusShape(
        center: point + x[1] * axis, axis: axis, logTube: .log(tube), logHole: .log(hole))
    }
  }
}

extension ShapeCloud {
  /// Where lines along the normals, seen along an axis, come nearest to meeting by least squares.
  func meetingPoint(along axis: SIMD3<Double>) -> SIMD3<Double>? {
    let (first, second) = axis.tangents
    var equations = NormalEquations(unknowns: 2)
    for (place, normal) in zip(places, normals) {
      // Across a line of direction (u, v): −v x + u y is the same for all its points.
      let (u, v) = (normal.dot(first), normal.dot(second))
      equations.add([-v, u], u * place.dot(second) - v * place.dot(first), weight: 1)
    }
    return equations.solution().map { $0[0] * first + $0[1] * second }
  }
}
