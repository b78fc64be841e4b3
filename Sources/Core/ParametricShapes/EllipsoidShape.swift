import LinearAlgebra
import Meshes
import RealModule

/// An ellipsoid by the logarithm of its semiaxes as a tensor Q: semiaxes are the exponentials of Q's
/// eigenvalues, along its eigenvectors. Unlike with angles, nothing is undetermined for a sphere.
///
/// Unknowns: center (3), Q's diagonal (3) and √2 times its other entries (3).
struct EllipsoidShape: ParametricShape {
  static let name = "ellipsoid"
  let center: SIMD3<Double>
  let logAxes: SymmetricMatrix
  /// Longest first, with their lengths.
  private let axes: [SIMD3<Double>]
  private let semiaxes: SIMD3<Double>

  init(center: SIMD3<Double>, logAxes: SymmetricMatrix) {
    (self.center, self.logAxes) = (center, logAxes)
    let values = logAxes.eigenvalues
    let long = logAxes.eigenvector(of: values.z)
    // The middle one may belong to the same eigenvalue as either: taken across both.
    let short = logAxes.eigenvector(of: values.x).across(long)
    let across = short.length < 0.5 ? long.anyPerpendicular : short.normalized
    axes = [long, across.cross(long), across]
    semiaxes = SIMD3(.exp(values.z), .exp(values.y), .exp(values.x))
  }

  init(center: SIMD3<Double>, axes: [SIMD3<Double>], semiaxes: [Double]) {
    var logAxes = SymmetricMatrix.zero
    for (axis, length) in zip(axes, semiaxes) {
      logAxes.addOuterProduct(of: axis, weight: .log(length))
    }
    self.init(center: center, logAxes: logAxes)
  }

  var priors: [(value: Double, deviation: Double)] {
    let (d, o) = (logAxes.diagonal, logAxes.offDiagonal)
    return Self.priors(ofPosition: center)
      + (0..<3).map { (d[$0], logLengthDeviation) }
      + (0..<3).map { (Double.sqrt(2) * o[$0], logLengthDeviation) }
  }

  func moved(by step: [Double]) -> EllipsoidShape {
    EllipsoidShape(
      center: center + SIMD3(step[0], step[1], step[2]),
      logAxes: SymmetricMatrix(
        diagonal: logAxes.diagonal + SIMD3(step[3], step[4], step[5]),
        offDiagonal: logAxes.offDiagonal + SIMD3(step[6], step[7], step[8]) / Double.sqrt(2)))
  }

  var smallestRadius: Double { semiaxes.z * semiaxes.z / semiaxes.x }

  /// Longer than thrice the surface, its far end is a guess.
  var isSpanned: Bool { semiaxes.x <= 3 }

  /// The nearest point is r y / (s + r) in the axes' frame, r the squared semiaxes over the least of
  /// them, s the largest root of Σ (r u / (s + r))² = 1, u = y / semiaxis (Eberly 2013). Newton's
  /// steps from below the root, where the sum is convex and falls, never pass it.
  func distance(from place: SIMD3<Double>) -> Double {
    let offset = place - center
    let y = SIMD3(offset.dot(axes[0]), offset.dot(axes[1]), offset.dot(axes[2])).magnitudes
    let ratio = semiaxes * semiaxes / (semiaxes.z * semiaxes.z)
    let pulled = ratio * (y / semiaxes)
    var root = max((pulled - ratio).max(), -1 + 1e-9)
    for _ in 0..<60 {
      let share = pulled / (root + ratio)
      let excess = share.squaredLength - 1
      let step = excess / (2 * (share * share / (root + ratio)).sum())
      if !(1e-15 * (1 + abs(root)) < step) { break }
      root += step
    }
    var foot = ratio * y / (root + ratio)
    let on = foot / semiaxes
    // Next to the middle plane the nearest point is beside it, where the sum has no root to be found.
    if on.squaredLength < 1 - 1e-9 {
      foot.z = semiaxes.z * max(1 - on.x * on.x - on.y * on.y, 0).squareRoot()
    }
    let size = (y - foot).length
    return root < 0 ? -size : size
  }

  func parameters(in cloud: ShapeCloud) -> [FitParameter] {
    cloud.position("center", center) + cloud.axis("axis", axes[0])
      + cloud.axis("short_axis", axes[2])
      + zip(["a", "b", "c"], 0..<3).map { cloud.length("semiaxis_\($0)", semiaxes[$1]) }
  }

  /// From the second moments (a²/3 for a sphere's surface), and from the robust quadric.
  static func starts(_ cloud: ShapeCloud) -> [EllipsoidShape] {
    let values = cloud.moments.eigenvalues
    let long = cloud.moments.eigenvector(of: values.z)
    let short = cloud.moments.eigenvector(of: values.x)
    let moments = EllipsoidShape(
      center: cloud.mean, axes: [long, short.cross(long), short],
      semiaxes: [values.z, values.y, values.x].map { max(3 * $0, 1e-4).squareRoot() })
    return [moments]
      + cloud.robustStarts("ellipsoid") { fit in
        guard let center = fit.vector("center", unit: "_A"), let long = fit.vector("axis_a"),
          let short = fit.vector("axis_c"), let a = fit["semiaxis_a_A"],
          let b = fit["semiaxis_b_A"], let c = fit["semiaxis_c_A"]
        else { return nil }
        return EllipsoidShape(
          center: center, axes: [long, short.cross(long), short], semiaxes: [a, b, c])
      }
  }
}
