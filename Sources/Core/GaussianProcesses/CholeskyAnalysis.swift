import CCHOLMOD
import Synchronization

/// Held by whoever calls dense kernels: an OpenBLAS built without threads (Debian's
/// libopenblas0-serial) keeps its buffers in globals and is not reentrant. Two threads in it at once
/// gave wrong factors.
let denseKernelLock = Mutex(())

/// The symbolic part of a factorisation: order of elimination and places of all entries. Done once for
/// a pattern, used for any number of matrices on it.
///
/// CHOLMOD (Chen, Davis, Hager & Rajamanickam 2008, ACM TOMS 35, 22): approximate minimum degree,
/// always supernodal, always L Lᵀ, so that the selected inverse has one layout to know.
@safe
public final class CholeskyAnalysis: @unchecked Sendable {
  /// The matrices' pattern.
  public let pattern: SymmetricPattern
  /// Written by the initialiser only.
  private let symbolic: UnsafeMutablePointer<cholmod_factor>
  private let common: CholmodCommon

  /// Analyses a pattern.
  ///
  /// - Throws: `GaussianProcessError` where memory is short.
  public init(_ pattern: SymmetricPattern) throws(GaussianProcessError) {
    self.pattern = pattern
    let common = CholmodCommon()
    self.common = common
    let blank = [Double](repeating: 1, count: pattern.rows.count)
    let found = unsafe Self.withSparse(pattern, blank) { matrix in
      unsafe cholmod_analyze(matrix, common.pointer)
    }
    guard let symbolic = unsafe found else {
      throw .factorisationFailed(status: common.status, order: pattern.order)
    }
    unsafe self.symbolic = symbolic
  }

  deinit {
    var factor: UnsafeMutablePointer<cholmod_factor>? = unsafe symbolic
    unsafe _ = cholmod_free_factor(&factor, common.pointer)
  }

  /// The factor of a matrix on the pattern.
  ///
  /// - Throws: `GaussianProcessError` where the matrix is not positive definite, or memory is short.
  /// - Complexity: O(n^1.5) operations and O(n log n) memory on a surface of n points.
  public func factor(
    _ matrix: SparseSymmetricMatrix
  ) throws(GaussianProcessError) -> CholeskyFactor {
    precondition(matrix.values.count == pattern.rows.count, "A matrix is on the analysed pattern.")
    let own = CholmodCommon()
    guard let factor = unsafe cholmod_copy_factor(symbolic, own.pointer) else {
      throw .factorisationFailed(status: own.status, order: pattern.order)
    }
    _ = denseKernelLock.withLock { _ in
      unsafe Self.withSparse(pattern, matrix.values) { sparse in
        unsafe cholmod_factorize(sparse, factor, own.pointer)
      }
    }
    let result = unsafe CholeskyFactor(factor, common: own)
    let minor = unsafe factor.pointee.minor
    guard minor == pattern.order else {
      throw .notPositiveDefinite(row: Int(minor), order: pattern.order)
    }
    guard own.status == CHOLMOD_OK else {
      throw .factorisationFailed(status: own.status, order: pattern.order)
    }
    return result
  }

  /// Runs `body` with CHOLMOD's view of a matrix; nothing is copied.
  private static func withSparse<Result>(
    _ pattern: SymmetricPattern, _ values: [Double],
    _ body: (UnsafeMutablePointer<cholmod_sparse>) -> Result
  ) -> Result {
    // CHOLMOD takes mutable pointers and only reads through them.
    unsafe pattern.columnStarts.withUnsafeBufferPointer { starts in
      unsafe pattern.rows.withUnsafeBufferPointer { rows in
        unsafe values.withUnsafeBufferPointer { numbers in
          var matrix = unsafe cholmod_sparse()
          unsafe matrix.nrow = pattern.order
          unsafe matrix.ncol = pattern.order
          unsafe matrix.nzmax = values.count
          unsafe matrix.p = UnsafeMutableRawPointer(mutating: starts.baseAddress)
          unsafe matrix.i = UnsafeMutableRawPointer(mutating: rows.baseAddress)
          unsafe matrix.x = UnsafeMutableRawPointer(mutating: numbers.baseAddress)
          // −1: the lower triangle of a symmetric matrix is stored.
          unsafe matrix.stype = -1
          unsafe matrix.itype = CHOLMOD_INT
          unsafe matrix.xtype = CHOLMOD_REAL
          unsafe matrix.dtype = CHOLMOD_DOUBLE
          unsafe matrix.sorted = 1
          unsafe matrix.packed = 1
          return unsafe body(&matrix)
        }
      }
    }
  }
}

/// CHOLMOD's workspace and settings, one a factor, so that factors can be made in several threads.
@safe
final class CholmodCommon {
  let pointer: UnsafeMutablePointer<cholmod_common>

  init() {
    unsafe pointer = .allocate(capacity: 1)
    unsafe pointer.initialize(to: cholmod_common())
    unsafe _ = cholmod_start(pointer)
    unsafe pointer.pointee.supernodal = CHOLMOD_SUPERNODAL
    unsafe pointer.pointee.final_ll = 1
    // One method, or CHOLMOD would try METIS where it expects much fill.
    unsafe pointer.pointee.nmethods = 1
    unsafe pointer.pointee.method.0.ordering = CHOLMOD_AMD
    // Faults come back as a status; nothing is printed.
    unsafe pointer.pointee.print = 0
  }

  deinit {
    unsafe _ = cholmod_finish(pointer)
    unsafe pointer.deallocate()
  }

  /// 0 is success, below it an error, above it a warning.
  var status: Int { unsafe Int(pointer.pointee.status) }
}
