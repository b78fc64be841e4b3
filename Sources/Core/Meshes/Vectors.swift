import RealModule

extension SIMD3 where Scalar == Double {
  /// Scalar product.
  @inlinable
  public func dot(_ other: SIMD3<Double>) -> Double {
    x * other.x + y * other.y + z * other.z
  }

  /// Vector product.
  @inlinable
  public func cross(_ other: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(
      y * other.z - z * other.y, z * other.x - x * other.z, x * other.y - y * other.x)
  }

  /// Euclidean length.
  @inlinable
  public var length: Double { dot(self).squareRoot() }

  /// The vector at length 1; the zero vector stays zero.
  @inlinable
  public var normalized: SIMD3<Double> {
    let length = length
    return length == 0 ? .zero : self / length
  }

  /// A unit vector at right angles to this one, which is not zero.
  @inlinable
  public var anyPerpendicular: SIMD3<Double> {
    // Crossed with the axis it is farthest from, so that the product is never short.
    let size = SIMD3(abs(x), abs(y), abs(z))
    let axis: SIMD3<Double> =
      size.x <= size.y && size.x <= size.z
      ? SIMD3(1, 0, 0) : (size.y <= size.z ? SIMD3(0, 1, 0) : SIMD3(0, 0, 1))
    return cross(axis).normalized
  }
}
