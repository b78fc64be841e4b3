import Dispatch
import Synchronization

/// Makes the batches of coming steps while the engine works on the present one.
///
/// A batch is a function of its step, so those made ahead are those that would have been made.
final class BatchQueue {
  private let source: any TrainingSource
  private let part: BatchPart
  private let lastStep: Int
  private let makers = DispatchQueue(label: "bilayer.batches", attributes: .concurrent)
  private var pending: [(step: Int, batch: PendingBatch)] = []

  /// Batches made ahead, side by side: each ends with a stretch that keeps few threads busy.
  private static let lead = 3

  /// - Parameters:
  ///   - part: what is made of each batch.
  ///   - steps: no batch from this step on is made ahead.
  init(_ source: any TrainingSource, part: BatchPart, steps: Int) {
    (self.source, self.part) = (source, part)
    lastStep = steps - 1
  }

  /// The batch of a step, waited for where it is not ready.
  func batch(step: Int) throws -> TrainingBatch {
    if pending.first?.step != step { pending = [] }
    let next = (pending.last?.step ?? step - 1) + 1
    let last = max(step, min(step + Self.lead, lastStep))
    for ahead in next..<(last + 1) {
      let batch = PendingBatch()
      pending.append((ahead, batch))
      makers.async { [source, part] in
        batch.fill { try source.batch(step: ahead, part: part) }
      }
    }
    return try pending.removeFirst().batch.wait()
  }
}

/// A batch that another thread makes.
private final class PendingBatch: Sendable {
  private let result = Mutex<Result<TrainingBatch, any Error>?>(nil)
  private let isReady = DispatchSemaphore(value: 0)

  func fill(_ make: () throws -> TrainingBatch) {
    let made = Result { try make() }
    result.withLock { $0 = made }
    isReady.signal()
  }

  /// To be called once.
  func wait() throws -> TrainingBatch {
    isReady.wait()
    guard let made = result.withLock({ $0.take() }) else {
      preconditionFailure("A batch is filled before it is signalled, and taken once.")
    }
    return try made.get()
  }
}
