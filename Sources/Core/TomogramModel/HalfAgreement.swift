/// How well the predictions on two half tomograms agree: a check of the probabilities on the user's
/// own data, as the halves share the membranes and not the noise.
///
/// Where a half says p, the other half says on average `meanOther`. A network that reads noise as
/// membrane is contradicted by the other half; what both halves share (artefacts of the specimen,
/// faults of the network) is not found out.
public struct HalfAgreement: Codable, Hashable, Sendable {
  /// Voxels of which a half says about the same.
  public struct Bin: Codable, Hashable, Sendable {
    /// Voxels of both halves.
    public var voxels = 0
    /// Sum of the probabilities that put them here.
    public var sum = 0.0
    /// Sum of the other half's.
    public var otherSum = 0.0

    /// Mean of the half that put the voxels here; nil where there are none.
    public var mean: Double? { voxels == 0 ? nil : sum / Double(voxels) }
    /// Mean of the other half.
    public var meanOther: Double? { voxels == 0 ? nil : otherSum / Double(voxels) }
  }

  /// Ten bins of equal width, 0...1.
  public private(set) var bins = Array(repeating: Bin(), count: 10)
  /// Voxels above 0.5 in both halves.
  public private(set) var shared = 0
  /// Voxels above 0.5 in the one half and in the other, added up.
  public private(set) var counted = 0

  /// Nothing compared yet.
  public init() {}

  /// Compares the halves' probabilities of the same voxels, 0...1.
  public mutating func add(_ first: [Float], _ second: [Float]) {
    precondition(first.count == second.count, "The halves have the same voxels.")
    for (a, b) in zip(first, second) {
      count(a, other: b)
      count(b, other: a)
      let (isFirst, isSecond) = (0.5 < a, 0.5 < b)
      if isFirst && isSecond { shared += 1 }
      counted += (isFirst ? 1 : 0) + (isSecond ? 1 : 0)
    }
  }

  private mutating func count(_ probability: Float, other: Float) {
    let place = min(max(Int(probability * 10), 0), 9)
    bins[place].voxels += 1
    bins[place].sum += Double(probability)
    bins[place].otherSum += Double(other)
  }

  /// Dice of the two masks at 0.5; nil where neither half finds anything.
  public var dice: Double? { counted == 0 ? nil : 2 * Double(shared) / Double(counted) }
}
