public import Collective
import Foundation
import Synchronization

/// Ranks that are threads of one process, with the naive sum: one contribution after the other.
///
///     let sums = try ThreadRanks.run(3) { ranks in ... }     // a result for each rank
public final class ThreadRanks: Communicator {
  public let rank: Int
  private let meeting: Meeting

  public var size: Int { meeting.size }
  public var rankOnNode: Int { rank }
  public var sizeOnNode: Int { size }

  private init(_ rank: Int, _ meeting: Meeting) { (self.rank, self.meeting) = (rank, meeting) }

  /// Runs a function on so many ranks at once.
  ///
  /// - Returns: what each rank gives back.
  /// - Throws: the error of the first rank that fails; the others then lose it.
  public static func run<Result: Sendable>(
    _ size: Int, _ body: @escaping @Sendable (ThreadRanks) throws -> Result
  ) throws -> [Result] {
    let meeting = Meeting(size: size)
    let results = Mutex([Swift.Result<Result, any Error>?](repeating: nil, count: size))
    let first = Mutex<(any Error)?>(nil)
    let ended = DispatchSemaphore(value: 0)
    for rank in 0..<size {
      Thread.detachNewThread {
        let result = Swift.Result { try body(ThreadRanks(rank, meeting)) }
        if case .failure(let error) = result {
          first.withLock { $0 = $0 ?? error }
          meeting.leave()
        }
        results.withLock { $0[rank] = result }
        ended.signal()
      }
    }
    for _ in 0..<size { ended.wait() }
    if let error = first.withLock({ $0 }) { throw error }
    return try results.withLock { $0 }.compactMap { try $0?.get() }
  }

  public func sum(_ values: inout [Float]) throws(CollectiveError) {
    let all = try meeting.exchange(values, of: rank)
    values = all.dropFirst().reduce(all[0]) { zip($0, $1).map { $0 + $1 } }
  }

  public func sum(_ values: inout [Double]) throws(CollectiveError) {
    let all = try meeting.exchange(values, of: rank)
    values = all.dropFirst().reduce(all[0]) { zip($0, $1).map { $0 + $1 } }
  }

  public func broadcast(_ bytes: inout [UInt8]) throws(CollectiveError) {
    bytes = try meeting.exchange(bytes, of: rank)[0]
  }

  public func broadcast(_ values: inout [Float]) throws(CollectiveError) {
    values = try meeting.exchange(values, of: rank)[0]
  }

  public func barrier() throws(CollectiveError) { _ = try meeting.exchange([UInt8](), of: rank) }
}

/// Where all threads bring something, and each takes what all have brought.
private final class Meeting: @unchecked Sendable {
  let size: Int
  private let condition = NSCondition()
  private var brought: [Int: any Sendable] = [:]
  private var round = 0
  private var last: [Int: any Sendable] = [:]
  private var isBroken = false

  init(size: Int) { self.size = size }

  /// Called by a thread that comes no more.
  func leave() {
    condition.withLock {
      isBroken = true
      condition.broadcast()
    }
  }

  func exchange<Value: Sendable>(
    _ value: [Value], of rank: Int
  ) throws(CollectiveError) -> [[Value]] {
    let taken = meet(value, of: rank)
    let all = (0..<size).compactMap { taken[$0] as? [Value] }
    guard all.count == size, all.allSatisfy({ $0.count == all[0].count }) else {
      throw .rankLost(operation: "meeting", detail: "not all brought the same")
    }
    return all
  }

  private func meet(_ value: any Sendable, of rank: Int) -> [Int: any Sendable] {
    condition.withLock {
      let mine = round
      brought[rank] = value
      if brought.count == size {
        (last, brought) = (brought, [:])
        round += 1
        condition.broadcast()
      }
      while round == mine {
        if isBroken { return [:] }
        condition.wait()
      }
      return last
    }
  }
}
