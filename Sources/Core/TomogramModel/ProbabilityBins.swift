/// What is found where a probability was said, in bins of equal width, 0...1.
///
/// The other number is the truth (0 or 1), or what somebody else says. Where the means of a bin agree,
/// the probability can be taken at its word.
public struct ProbabilityBins: Codable, Hashable, Sendable {
  /// Voxels of which about the same was said.
  public struct Bin: Codable, Hashable, Sendable {
    /// Number of voxels.
    public var voxels = 0
    /// Sum of the probabilities that put them here.
    public var sum = 0.0
    /// Sum of the other number.
    public var otherSum = 0.0

    /// Mean of the probabilities; nil where there are no voxels.
    public var mean: Double? { voxels == 0 ? nil : sum / Double(voxels) }
    /// Mean of the other number.
    public var meanOther: Double? { voxels == 0 ? nil : otherSum / Double(voxels) }
  }

  /// From the lowest probabilities to the highest.
  public private(set) var bins: [Bin]

  /// Nothing counted yet.
  public init(count: Int = 10) { bins = Array(repeating: Bin(), count: count) }

  /// Number of voxels counted.
  public var voxels: Int { bins.reduce(0) { $0 + $1.voxels } }

  /// Counts a voxel, unless nothing was said of it (NaN); beyond 0...1 the nearest of the two counts.
  public mutating func add(_ probability: Float, other: Float) {
    guard !probability.isNaN else { return }
    let clamped = min(max(Double(probability), 0), 1)
    let place = min(Int(clamped * Double(bins.count)), bins.count - 1)
    bins[place].voxels += 1
    bins[place].sum += clamped
    bins[place].otherSum += Double(other)
  }

  /// Counts what others with as many bins have counted.
  public mutating func add(_ other: ProbabilityBins) {
    precondition(other.bins.count == bins.count, "Bins are added to bins of the same width.")
    for place in bins.indices {
      bins[place].voxels += other.bins[place].voxels
      bins[place].sum += other.bins[place].sum
      bins[place].otherSum += other.bins[place].otherSum
    }
  }

  /// Mean over all voxels of the distance between the two means of their bin (expected calibration
  /// error; Naeini et al. 2015); nil where nothing was counted.
  public var expectedError: Double? { expectedError(leavingOut: 0) }

  /// The same without so many bins at either end.
  public func expectedError(leavingOut outermost: Int) -> Double? {
    let inner = bins.dropFirst(outermost).dropLast(outermost)
    let voxels = inner.reduce(0) { $0 + $1.voxels }
    guard 0 < voxels else { return nil }
    return inner.reduce(0) { $0 + abs($1.sum - $1.otherSum) } / Double(voxels)
  }
}
