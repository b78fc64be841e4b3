import LinearAlgebra
import Meshes

/// A surface given by a few numbers.
///
/// Lengths are in the units of a `ShapeCloud`. A shape is a place on a manifold: directions have no
/// coordinates without a pole, so that unknowns are steps from a shape, not numbers of it.
protocol ParametricShape: Sendable {
  /// Name of the family.
  static var name: String { get }
  /// What each unknown was expected to be before any data: how far it is off its prior mean, and the
  /// prior's standard deviation. An unknown direction has 0 and 1 for each of its two angles: the
  /// density there, 1/2π, is that of all directions of an unsigned axis.
  var priors: [(value: Double, deviation: Double)] { get }
  /// The shape with its unknowns changed by a step.
  func moved(by step: [Double]) -> Self
  /// Signed orthogonal distance from the surface.
  func distance(from place: SIMD3<Double>) -> Double
  /// Smallest radius of curvature anywhere.
  var smallestRadius: Double { get }
  /// Whether a surface of size 1 shows enough of the shape; else its numbers are extrapolated.
  var isSpanned: Bool { get }
  /// The shape's numbers in Å, units last in their names.
  func parameters(in cloud: ShapeCloud) -> [FitParameter]
  /// Rough shapes to begin with.
  static func starts(_ cloud: ShapeCloud) -> [Self]
}

/// Prior standard deviation of a position, in half diagonals of the surface's box: its middle, within
/// a box twice as wide.
let positionDeviation = 1.0
/// Prior standard deviation of a length's logarithm about the half diagonal.
let logLengthDeviation = 1.0

extension ParametricShape {
  static func priors(ofPosition place: SIMD3<Double>) -> [(value: Double, deviation: Double)] {
    (0..<3).map { (place[$0], positionDeviation) }
  }

  var isSpanned: Bool { true }

  static var priorsOfDirection: [(value: Double, deviation: Double)] { [(0, 1), (0, 1)] }
}

extension SIMD3<Double> {
  /// Two unit vectors across a unit vector and each other.
  var tangents: (SIMD3<Double>, SIMD3<Double>) {
    let first = anyPerpendicular
    return (first, cross(first))
  }

  /// The unit vector tilted by two small angles.
  func tilted(_ a: Double, _ b: Double) -> SIMD3<Double> {
    let (first, second) = tangents
    return (self + a * first + b * second).normalized
  }

  /// The one of ± this vector whose largest component is above 0: an axis has no sign.
  var unsigned: SIMD3<Double> { self[magnitudes.largestAxis] < 0 ? -self : self }

  /// What is left of a vector across a unit vector.
  func across(_ axis: SIMD3<Double>) -> SIMD3<Double> { self - dot(axis) * axis }
}
