public import Collective
import CTorchLoader
import Synchronization

extension Engine {
  /// Runs `body` as a part of one computation on a batch that is spread over ranks: norms in training
  /// take mean and variance of the whole batch, `sumsOverRanks` adds up, and gradients are those of
  /// the whole batch's loss with respect to what this rank's part did with the weights.
  ///
  /// Losses made in `body` are differentiated in it, too. Alone, `body` just runs.
  public func shared<Result>(
    by ranks: any Communicator, _ body: () throws -> Result
  ) throws -> Result {
    guard 1 < ranks.size else { return try body() }
    let summation = Summation(ranks)
    let context = unsafe Unmanaged.passUnretained(summation).toOpaque()
    try check(unsafe api.pointee.set_summation(sumOverRanks, context), "set_summation")
    defer { _ = unsafe api.pointee.set_summation(nil, nil) }
    do {
      return try withExtendedLifetime(summation) { try body() }
    } catch {
      // The engine only knows that a sum failed; why, was put down here.
      throw summation.failure ?? error
    }
  }

  /// Tensors of one value each, replaced by their sums over the ranks of `shared(by:)`; elsewhere as
  /// they are.
  public func sumsOverRanks(_ values: [Tensor]) throws(EngineError) -> [Tensor] {
    let handles = unsafe values.map { unsafe $0.handle }
    var sums = unsafe [OpaquePointer?](repeating: nil, count: values.count)
    try check(
      unsafe api.pointee.sums_of_all(handles, Int32(handles.count), &sums), "sums_of_all")
    return try withExtendedLifetime(values) { () throws(EngineError) in
      var tensors: [Tensor] = []
      for index in values.indices {
        guard let sum = unsafe sums[index] else {
          throw .failed(operation: "sums_of_all", detail: "no tensor came back")
        }
        tensors.append(unsafe Tensor(engine: self, handle: sum))
      }
      return tensors
    }
  }
}

extension Device {
  /// The device of a rank: the CUDA devices of a machine are dealt out to its ranks, from `self` on.
  public func dealt(to ranks: any Communicator, engine: Engine) -> Device {
    guard case .cuda(let first) = self, 1 < ranks.sizeOnNode else { return self }
    return .cuda((first + ranks.rankOnNode) % engine.cudaDeviceCount)
  }
}

/// The ranks, for the engine to call back.
private final class Summation: Sendable {
  let ranks: any Communicator
  private let stored = Mutex<CollectiveError?>(nil)

  init(_ ranks: any Communicator) { self.ranks = ranks }

  /// Why a sum failed.
  var failure: CollectiveError? { stored.withLock { $0 } }

  func sum(_ values: inout [Double]) -> Bool {
    do {
      try ranks.sum(&values)
      return true
    } catch {
      stored.withLock { $0 = error }
      return false
    }
  }
}

/// What the engine calls to add up over ranks; gradients of a GPU come on a thread of the engine's own,
/// while the thread of `shared(by:)` waits.
private func sumOverRanks(
  _ context: UnsafeMutableRawPointer?, _ values: UnsafeMutablePointer<Double>, _ count: Int64
) -> Int32 {
  guard let context = unsafe context else { return 1 }
  let summation = unsafe Unmanaged<Summation>.fromOpaque(context).takeUnretainedValue()
  // Bound: the engine hands over `count` values.
  let buffer = unsafe UnsafeMutableBufferPointer(start: values, count: Int(count))
  var copy = unsafe Array(buffer)
  guard summation.sum(&copy) else { return 1 }
  for index in copy.indices { unsafe buffer[index] = copy[index] }
  return 0
}
