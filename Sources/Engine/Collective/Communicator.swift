/// Processes that work on one thing side by side, and how they talk.
///
/// Each process is a *rank*, counted from 0. All ranks call the same operations in the same order, each
/// from one thread at a time; an operation is over on a rank when that rank has its result. Which
/// ranks there are never changes: where one is lost, all must end and be started again.
public protocol Communicator: AnyObject, Sendable {
  /// This process among all, 0..<size.
  var rank: Int { get }
  /// Number of processes.
  var size: Int { get }
  /// This process among those of its machine, 0..<sizeOnNode.
  var rankOnNode: Int { get }
  /// Number of processes on this machine.
  var sizeOnNode: Int { get }
  /// Replaces each value by its sum over all ranks; the same bits on all.
  ///
  /// In which order is added depends on the number of ranks, so sums may differ by rounding from
  /// those of another number.
  func sum(_ values: inout [Float]) throws(CollectiveError)
  /// The same in 64 bits, for few values.
  func sum(_ values: inout [Double]) throws(CollectiveError)
  /// Replaces bytes by those of rank 0; as many on all ranks.
  func broadcast(_ bytes: inout [UInt8]) throws(CollectiveError)
  /// The same for numbers.
  func broadcast(_ values: inout [Float]) throws(CollectiveError)
  /// Returns when all ranks have called it.
  func barrier() throws(CollectiveError)
}

extension Communicator {
  /// Whether this is rank 0, which alone writes files and speaks.
  public var isFirst: Bool { rank == 0 }

  /// Whether it is so on any rank.
  public func any(_ isSo: Bool) throws(CollectiveError) -> Bool {
    var count = [isSo ? 1.0 : 0.0]
    try sum(&count)
    return 0 < count[0]
  }

  /// A message of rank 0, of any length, on all ranks.
  ///
  /// - Parameter message: what rank 0 says; of no matter on the others.
  public func announced(_ message: [UInt8]) throws(CollectiveError) -> [UInt8] {
    var count = littleEndianBytes(UInt64(message.count))
    try broadcast(&count)
    let length = count.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    var bytes = isFirst ? message : [UInt8](repeating: 0, count: Int(length))
    try broadcast(&bytes)
    return bytes
  }

  /// The eight bytes of a number, lowest first, whatever the machine.
  private func littleEndianBytes(_ value: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

/// One process that works alone: sums are its own values.
public final class SingleRank: Communicator {
  public let rank = 0
  public let size = 1
  public let rankOnNode = 0
  public let sizeOnNode = 1

  /// Makes it.
  public init() {}

  public func sum(_ values: inout [Float]) {}
  public func sum(_ values: inout [Double]) {}
  public func broadcast(_ bytes: inout [UInt8]) {}
  public func broadcast(_ values: inout [Float]) {}
  public func barrier() {}
}
