// Vectors of three components: the few operations that SIMD3 lacks.
//
// Sums run in the order x, y, z everywhere, so that moving code from one module to another changes
// no bit of a result.

/// Scalar product of two arrays of one length.
public func scalarProduct(_ first: [Double], _ second: [Double]) -> Double {
  precondition(first.count == second.count, "Only arrays of one length have a scalar product.")
  return zip(first, second).reduce(0) { $0 + $1.0 * $1.1 }
}

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

  /// Square of the Euclidean length.
  @inlinable
  public var squaredLength: Double { dot(self) }

  /// Euclidean length.
  @inlinable
  public var length: Double { squaredLength.squareRoot() }

  /// The vector at length 1; the zero vector stays zero.
  @inlinable
  public var normalized: SIMD3<Double> {
    let length = length
    return length == 0 ? .zero : self / length
  }

  /// The components without their signs.
  @inlinable
  public var magnitudes: SIMD3<Double> { SIMD3(abs(x), abs(y), abs(z)) }

  /// The axis (0 x, 1 y, 2 z) of the largest component; the first of equals.
  @inlinable
  public var largestAxis: Int { x >= y && x >= z ? 0 : (y >= z ? 1 : 2) }

  /// A unit vector at right angles to this one; along x for the zero vector.
  @inlinable
  public var anyPerpendicular: SIMD3<Double> {
    // Crossed with the axis it is farthest from, so that the product is never short.
    let size = magnitudes
    let axis: SIMD3<Double> =
      size.x <= size.y && size.x <= size.z
      ? SIMD3(1, 0, 0) : (size.y <= size.z ? SIMD3(0, 1, 0) : SIMD3(0, 0, 1))
    let normal = cross(axis)
    let length = normal.length
    return 0 < length ? normal / length : SIMD3(1, 0, 0)
  }
}

extension SIMD3 where Scalar == Float {
  /// Scalar product.
  @inlinable
  public func dot(_ other: SIMD3<Float>) -> Float {
    x * other.x + y * other.y + z * other.z
  }

  /// Square of the Euclidean length.
  @inlinable
  public var squaredLength: Float { dot(self) }

  /// Euclidean length.
  @inlinable
  public var length: Float { squaredLength.squareRoot() }
}
