public import Volumes

/// Why a field could not be computed.
public enum GaussianProcessError: Fault, Equatable {
  /// The matrix is not positive definite: the factorisation stopped at a row.
  case notPositiveDefinite(row: Int, order: Int)
  /// CHOLMOD's own status, for want of memory above all.
  case factorisationFailed(status: Int, order: Int)

  public var kind: FaultKind {
    switch self {
    case .notPositiveDefinite: .other
    case .factorisationFailed: .resources
    }
  }

  public var description: String {
    switch self {
    case .notPositiveDefinite(let row, let order):
      "The precision of \(order) points is not positive definite at row \(row). Report this with "
        + "the mesh: it has triangles that should have been bounded."
    case .factorisationFailed(let status, let order):
      "The precision of \(order) points could not be factorised (CHOLMOD status \(status); -2 is "
        + "want of memory). Use larger voxels (--bin) or a larger spacing of the mesh."
    }
  }
}
