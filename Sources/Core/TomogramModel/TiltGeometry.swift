import LinearAlgebra
import RealModule

/// The range of tilt angles a tomogram was recorded over: what the missing wedge hides.
///
/// Beam along z, tilt axis y. At tilt angle α the specimen point (x, z) falls on the detector at
/// x' = x cos α + z sin α (IMOD's sign), so the projection knows the Fourier coefficients along
/// (cos α, ·, sin α). A membrane patch with unit normal n has its power along n, therefore it is
/// **seen** iff atan(n.z / n.x) lies within the tilt range. For the symmetric range ±T this is
/// CONTRACT's rule: hidden iff |n.x| < |n.z| tan(90° − T).
public struct TiltGeometry: Hashable, Sendable, Codable {
  /// Lowest tilt angle in degrees, above −90.
  public var minimumDegrees: Double
  /// Highest tilt angle in degrees, below 90, above the lowest.
  public var maximumDegrees: Double

  /// Makes a range of tilt angles.
  ///
  /// - Precondition: −90 < minimum < maximum < 90.
  public init(minimumDegrees: Double, maximumDegrees: Double) {
    precondition(
      -90 < minimumDegrees && minimumDegrees < maximumDegrees && maximumDegrees < 90,
      "Tilt angles rise within −90° and 90°.")
    (self.minimumDegrees, self.maximumDegrees) = (minimumDegrees, maximumDegrees)
  }

  /// What is assumed where nobody says: ±60°, the most common range.
  public static let customary = TiltGeometry(minimumDegrees: -60, maximumDegrees: 60)

  /// Whether the wedge hides a patch with the given normal (order x y z, any length but zero).
  ///
  /// A normal along the tilt axis is always seen.
  public func hides(normal: SIMD3<Double>) -> Bool {
    if normal.x == 0 && normal.z == 0 { return false }
    let sign: Double = normal.x < 0 ? -1 : 1
    let angle = Double.atan2(y: sign * normal.z, x: sign * normal.x) * 180 / .pi
    // A normal along z stands for both +90° and −90°; neither is ever recorded.
    return !(minimumDegrees <= angle && angle <= maximumDegrees)
  }

  /// Angle between normal and beam, 0...90°.
  public static func thetaDegrees(ofNormal normal: SIMD3<Double>) -> Double {
    let length = normal.length
    precondition(0 < length, "A normal has a length.")
    return Double.acos(min(abs(normal.z) / length, 1)) * 180 / .pi
  }
}
