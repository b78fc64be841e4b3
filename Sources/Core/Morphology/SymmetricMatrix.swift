import RealModule

/// A symmetric 3 × 3 matrix: Hessians, structure tensors, covariances.
public struct SymmetricMatrix: Hashable, Sendable {
  /// Entries xx, yy, zz.
  public var diagonal: SIMD3<Double>
  /// Entries yz, xz, xy.
  public var offDiagonal: SIMD3<Double>

  /// Makes a matrix from its six entries.
  public init(diagonal: SIMD3<Double>, offDiagonal: SIMD3<Double>) {
    (self.diagonal, self.offDiagonal) = (diagonal, offDiagonal)
  }

  /// Matrix times vector.
  public func times(_ v: SIMD3<Double>) -> SIMD3<Double> {
    let (d, o) = (diagonal, offDiagonal)
    return SIMD3(
      d.x * v.x + o.z * v.y + o.y * v.z, o.z * v.x + d.y * v.y + o.x * v.z,
      o.y * v.x + o.x * v.y + d.z * v.z)
  }

  /// Eigenvalues, smallest first.
  ///
  /// Closed form by the trigonometric solution of the characteristic polynomial (O. K. Smith,
  /// Commun. ACM 4, 1961, 168); relative error about 1e-8 where two nearly agree.
  public var eigenvalues: SIMD3<Double> {
    let mean = diagonal.sum() / 3
    let (d, o) = (diagonal - mean, offDiagonal)
    let spread = ((d * d).sum() + 2 * (o * o).sum()) / 6
    let radius = spread.squareRoot()
    guard 0 < radius else { return SIMD3(repeating: mean) }
    let determinant =
      d.x * (d.y * d.z - o.x * o.x) - o.z * (o.z * d.z - o.x * o.y)
      + o.y * (o.z * o.x - d.y * o.y)
    let ratio = min(max(determinant / (2 * radius * spread), -1), 1)
    let angle = Double.acos(ratio) / 3
    let high = mean + 2 * radius * Double.cos(angle)
    let low = mean + 2 * radius * Double.cos(angle + 2 * .pi / 3)
    // Rounding may carry the middle one past its neighbour where the two agree.
    return SIMD3(low, min(max(3 * mean - low - high, low), high), high)
  }

  /// A unit eigenvector of an eigenvalue; any unit vector of the eigenspace where it is not unique.
  ///
  /// The rows of A − λI span the complement of the eigenvector, so that the longest cross product of
  /// two of them points along it.
  public func eigenvector(of eigenvalue: Double) -> SIMD3<Double> {
    let d = diagonal - eigenvalue
    let (first, second, third) = (
      SIMD3(d.x, offDiagonal.z, offDiagonal.y), SIMD3(offDiagonal.z, d.y, offDiagonal.x),
      SIMD3(offDiagonal.y, offDiagonal.x, d.z)
    )
    var best = SIMD3<Double>.zero
    var bestSquare = 0.0
    for candidate in [cross(first, second), cross(first, third), cross(second, third)] {
      let square = dot(candidate, candidate)
      if bestSquare < square { (best, bestSquare) = (candidate, square) }
    }
    let scale = (dot(d, d) + 2 * dot(offDiagonal, offDiagonal))
    if scale * scale * 1e-20 < bestSquare { return best / bestSquare.squareRoot() }
    // Two eigenvalues agree: all vectors normal to the longest row will do.
    let longest = [first, second, third].max { dot($0, $0) < dot($1, $1) } ?? .zero
    return anyNormal(to: longest)
  }
}

/// Scalar product.
@inlinable
public func dot(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { (a * b).sum() }

/// Vector product.
@inlinable
public func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
  SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}

/// A unit vector normal to `vector`; along x where that has no length.
public func anyNormal(to vector: SIMD3<Double>) -> SIMD3<Double> {
  let size = SIMD3(abs(vector.x), abs(vector.y), abs(vector.z))
  // Crossing with the axis of the smallest component keeps the product long.
  let axis: SIMD3<Double> =
    size.x <= size.y && size.x <= size.z
    ? SIMD3(1, 0, 0) : size.y <= size.z ? SIMD3(0, 1, 0) : SIMD3(0, 0, 1)
  let normal = cross(vector, axis)
  let length = dot(normal, normal).squareRoot()
  return 0 < length ? normal / length : SIMD3(1, 0, 0)
}
