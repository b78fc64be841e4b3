import LinearAlgebra
import Meshes
import RealModule

/// Unknowns: offset, tilt (2).
struct PlaneShape: ParametricShape {
  static let name = "plane"
  var offset: Double
  var normal: SIMD3<Double>

  var priors: [(value: Double, deviation: Double)] {
    [(offset, positionDeviation)] + Self.priorsOfDirection
  }

  func moved(by step: [Double]) -> PlaneShape {
    PlaneShape(offset: offset + step[0], normal: normal.tilted(step[1], step[2]))
  }

  func distance(from place: SIMD3<Double>) -> Double { place.dot(normal) - offset }

  var smallestRadius: Double { .infinity }

  func parameters(in cloud: ShapeCloud) -> [FitParameter] {
    cloud.position("center", offset * normal) + cloud.axis("axis", normal)
  }

  static func starts(_ cloud: ShapeCloud) -> [PlaneShape] {
    cloud.axes.map { PlaneShape(offset: cloud.mean.dot($0), normal: $0) }
      + cloud.robustStarts("plane") { fit in
        guard let point = fit.vector("point", unit: "_A"), let normal = fit.vector("normal")
        else { return nil }
        return PlaneShape(offset: point.dot(normal), normal: normal)
      }
  }
}

/// Unknowns: center (3), logarithm of the radius.
struct SphereShape: ParametricShape {
  static let name = "sphere"
  var center: SIMD3<Double>
  var logRadius: Double

  var priors: [(value: Double, deviation: Double)] {
    Self.priors(ofPosition: center) + [(logRadius, logLengthDeviation)]
  }

  func moved(by step: [Double]) -> SphereShape {
    SphereShape(center: center + SIMD3(step[0], step[1], step[2]), logRadius: logRadius + step[3])
  }

  func distance(from place: SIMD3<Double>) -> Double {
    (place - center).length - Double.exp(logRadius)
  }

  var smallestRadius: Double { .exp(logRadius) }

  func parameters(in cloud: ShapeCloud) -> [FitParameter] {
    cloud.position("center", center) + [cloud.length("radius", .exp(logRadius))]
  }

  static func starts(_ cloud: ShapeCloud) -> [SphereShape] {
    let radius = cloud.places.reduce(0) { $0 + ($1 - cloud.mean).length }
    return [
      SphereShape(center: cloud.mean, logRadius: .log(radius / Double(cloud.places.count)))
    ]
      + cloud.robustStarts("sphere") { fit in
        guard let center = fit.vector("center", unit: "_A"), let radius = fit["radius_A"]
        else { return nil }
        return SphereShape(center: center, logRadius: .log(radius))
      }
  }
}
