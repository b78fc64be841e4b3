import CCHOLMOD
import RealModule
import Synchronization

/// L with P A Pᵀ = L Lᵀ for a sparse positive definite A, and what follows from it.
@safe
public final class CholeskyFactor: @unchecked Sendable {
  let factor: UnsafeMutablePointer<cholmod_factor>
  private let common: CholmodCommon

  init(_ factor: UnsafeMutablePointer<cholmod_factor>, common: CholmodCommon) {
    unsafe self.factor = unsafe factor
    self.common = common
  }

  deinit {
    var factor: UnsafeMutablePointer<cholmod_factor>? = unsafe factor
    unsafe _ = cholmod_free_factor(&factor, common.pointer)
  }

  /// Rows of A.
  public var order: Int { unsafe Int(factor.pointee.n) }

  /// Stored entries of L, with the zeros inside its dense blocks.
  var storedEntries: Int { unsafe Int(factor.pointee.xsize) }

  /// log |A|.
  public var logDeterminant: Double {
    let blocks = SupernodalLayout(self)
    var sum = 0.0
    for block in 0..<blocks.count {
      let (columns, rows) = (blocks.columns(of: block), blocks.rowCount(of: block))
      let start = blocks.valueStart(of: block)
      for column in 0..<columns.count {
        sum += Double.log(blocks.value(at: start + column * (rows + 1)))
      }
    }
    return 2 * sum
  }

  /// A⁻¹ b.
  public func solve(_ vector: [Double]) -> [Double] { solve(vector, CHOLMOD_A) }

  /// A vector with covariance A⁻¹ from independent normal deviates: Pᵀ L⁻ᵀ z.
  public func coloured(_ deviates: [Double]) -> [Double] {
    solve(solve(deviates, CHOLMOD_Lt), CHOLMOD_Pt)
  }

  private func solve(_ vector: [Double], _ system: Int32) -> [Double] {
    precondition(vector.count == order, "A vector has the matrix's length.")
    // The lock also guards CHOLMOD's workspace, which is the factor's own.
    return denseKernelLock.withLock { _ in
      unsafe vector.withUnsafeBufferPointer { numbers in
        var dense = unsafe cholmod_dense()
        unsafe (dense.nrow, dense.ncol) = (vector.count, 1)
        unsafe (dense.nzmax, dense.d) = (vector.count, vector.count)
        unsafe dense.x = UnsafeMutableRawPointer(mutating: numbers.baseAddress)
        unsafe dense.xtype = CHOLMOD_REAL
        unsafe dense.dtype = CHOLMOD_DOUBLE
        var found = unsafe cholmod_solve(system, factor, &dense, common.pointer)
        defer { unsafe _ = cholmod_free_dense(&found, common.pointer) }
        guard let result = unsafe found?.pointee.x?.assumingMemoryBound(to: Double.self) else {
          preconditionFailure("Memory for a vector as long as the factor's order can be had.")
        }
        return unsafe Array(UnsafeBufferPointer(start: result, count: vector.count))
      }
    }
  }
}

/// Where the dense blocks of a supernodal factor stand.
///
///     block s:  columns super[s] ..< super[s+1];  rows s[pi[s]] ..< s[pi[s+1]], the columns first
///               values x[px[s]...], by column, as many rows as that
@safe
struct SupernodalLayout {
  let count: Int
  private let starts: UnsafeMutablePointer<Int32>
  private let rowStarts: UnsafeMutablePointer<Int32>
  private let valueStarts: UnsafeMutablePointer<Int32>
  private let rows: UnsafeMutablePointer<Int32>
  let values: UnsafeMutablePointer<Double>
  private let permutation: UnsafeMutablePointer<Int32>

  /// The layout of a factor, which must outlive it.
  init(_ holder: CholeskyFactor) {
    let factor = unsafe holder.factor.pointee
    precondition(
      unsafe factor.is_super == 1 && factor.itype == CHOLMOD_INT,
      "A factor is supernodal with 32-bit indices.")
    count = unsafe Int(factor.nsuper)
    unsafe starts = factor.super.assumingMemoryBound(to: Int32.self)
    unsafe rowStarts = factor.pi.assumingMemoryBound(to: Int32.self)
    unsafe valueStarts = factor.px.assumingMemoryBound(to: Int32.self)
    unsafe rows = factor.s.assumingMemoryBound(to: Int32.self)
    unsafe values = factor.x.assumingMemoryBound(to: Double.self)
    unsafe permutation = factor.Perm.assumingMemoryBound(to: Int32.self)
  }

  func columns(of block: Int) -> Range<Int> {
    unsafe Int(starts[block])..<Int(starts[block + 1])
  }
  func rowCount(of block: Int) -> Int {
    unsafe Int(rowStarts[block + 1]) - Int(rowStarts[block])
  }
  func row(_ place: Int, of block: Int) -> Int {
    unsafe Int(rows[Int(rowStarts[block]) + place])
  }
  func valueStart(of block: Int) -> Int { unsafe Int(valueStarts[block]) }
  func value(at place: Int) -> Double { unsafe values[place] }
  /// The row of A that the factor's row `row` is.
  func original(_ row: Int) -> Int { unsafe Int(permutation[row]) }
}
