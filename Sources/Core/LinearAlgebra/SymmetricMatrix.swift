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

  /// The matrix of zeros.
  public static let zero = SymmetricMatrix(diagonal: .zero, offDiagonal: .zero)

  /// Rows (and columns), in the order x, y, z.
  public var rows: (x: SIMD3<Double>, y: SIMD3<Double>, z: SIMD3<Double>) {
    let (d, o) = (diagonal, offDiagonal)
    return (SIMD3(d.x, o.z, o.y), SIMD3(o.z, d.y, o.x), SIMD3(o.y, o.x, d.z))
  }

  /// Adds `weight` v vᵀ.
  public mutating func addOuterProduct(of v: SIMD3<Double>, weight: Double = 1) {
    diagonal += weight * v * v
    offDiagonal += weight * SIMD3(v.y * v.z, v.x * v.z, v.x * v.y)
  }

  /// Matrix times vector.
  public func times(_ v: SIMD3<Double>) -> SIMD3<Double> {
    let rows = rows
    return SIMD3(rows.x.dot(v), rows.y.dot(v), rows.z.dot(v))
  }
}

// MARK: - Eigenvalues and eigenvectors

extension SymmetricMatrix {
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
    let shifted = SymmetricMatrix(diagonal: diagonal - eigenvalue, offDiagonal: offDiagonal)
    let (first, second, third) = shifted.rows
    var best = SIMD3<Double>.zero
    var bestSquare = 0.0
    for candidate in [first.cross(second), first.cross(third), second.cross(third)] {
      let square = candidate.squaredLength
      if bestSquare < square { (best, bestSquare) = (candidate, square) }
    }
    let scale = shifted.diagonal.squaredLength + 2 * offDiagonal.squaredLength
    if scale * scale * 1e-20 < bestSquare { return best / bestSquare.squareRoot() }
    // Two eigenvalues agree: all vectors normal to the longest row will do.
    let longest = [first, second, third].max { $0.squaredLength < $1.squaredLength } ?? .zero
    return longest.anyPerpendicular
  }
}
