import Dispatch

/// How many threads may work at once. Results never depend on it.
public struct Workers: Hashable, Sendable {
  /// Number of threads, at least 1.
  public let count: Int

  /// Makes a limit of `count` threads.
  public init(count: Int) {
    precondition(0 < count, "At least one thread works.")
    self.count = count
  }

  /// One thread.
  public static let one = Workers(count: 1)

  /// Runs `body` once for each of `0..<iterations`, in any order, on up to `count` threads.
  ///
  /// Each thread takes a contiguous share, so `body` should cost about the same for each iteration.
  public func forEach(_ iterations: Int, _ body: @Sendable (Int) -> Void) {
    let shares = min(count, iterations)
    guard 1 < shares else {
      for iteration in 0..<iterations { body(iteration) }
      return
    }
    DispatchQueue.concurrentPerform(iterations: shares) { share in
      let first = iterations * share / shares
      let last = iterations * (share + 1) / shares
      for iteration in first..<last { body(iteration) }
    }
  }

  /// Computes one value for each of `0..<iterations`, in order of iteration.
  public func map<Value: Sendable>(_ iterations: Int, _ body: @Sendable (Int) -> Value) -> [Value] {
    let slots = ResultSlots<Value>(count: iterations)
    forEach(iterations) { slots.set($0, to: body($0)) }
    return slots.values
  }

  /// Fills `buffer` row by row: `body` gets a row's number and its samples to write.
  ///
  /// - Precondition: `rowLength` is above 0 and divides the buffer's length.
  public func fillRows<Element: BitwiseCopyable & Sendable>(
    of buffer: inout [Element], rowLength: Int,
    _ body: @Sendable (Int, inout MutableSpan<Element>) -> Void
  ) {
    precondition(
      0 < rowLength && buffer.count.isMultiple(of: rowLength),
      "A buffer filled by rows has a whole number of rows.")
    let rows = buffer.count / rowLength
    unsafe buffer.withUnsafeMutableBufferPointer { pointer in
      guard let base = pointer.baseAddress else { return }
      nonisolated(unsafe) let start = unsafe base
      // Rows are disjoint, so no two threads touch the same element.
      forEach(rows) { row in
        var span = unsafe MutableSpan(_unsafeStart: start + row * rowLength, count: rowLength)
        body(row, &span)
      }
    }
  }
}

/// One place per iteration, each written by exactly one thread before any is read.
@safe
private final class ResultSlots<Value: Sendable>: @unchecked Sendable {
  private let storage: UnsafeMutableBufferPointer<Value?>

  init(count: Int) {
    unsafe storage = .allocate(capacity: count)
    unsafe storage.initialize(repeating: nil)
  }

  deinit {
    unsafe storage.deinitialize()
    unsafe storage.deallocate()
  }

  func set(_ index: Int, to value: Value) { unsafe storage[index] = value }

  var values: [Value] { unsafe storage.compactMap { $0 } }
}
