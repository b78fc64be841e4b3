/// What is found where a probability was said: ten bins of equal width, 0...1.
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
  public private(set) var bins = Array(repeating: Bin(), count: 10)

  /// Nothing counted yet.
  public init() {}

  /// Counts a voxel, unless nothing was said of it (NaN).
  public mutating func add(_ probability: Float, other: Float) {
    guard !probability.isNaN else { return }
    let place = min(max(Int(probability * 10), 0), 9)
    bins[place].voxels += 1
    bins[place].sum += Double(probability)
    bins[place].otherSum += Double(other)
  }

  /// Mean over all voxels of the distance between the two means of their bin (expected calibration
  /// error; Naeini et al. 2015); nil where nothing was counted.
  public var expectedError: Double? {
    let voxels = bins.reduce(0) { $0 + $1.voxels }
    guard 0 < voxels else { return nil }
    return bins.reduce(0) { $0 + abs($1.sum - $1.otherSum) } / Double(voxels)
  }
}
