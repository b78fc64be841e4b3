/// How well the predictions on two half tomograms agree: a check of the probabilities on the user's
/// own data, as the halves share the membranes and not the noise.
///
/// A network that reads noise as membrane is contradicted by the other half; what both halves share
/// (artefacts of the specimen, faults of the network) is not found out.
public struct HalfAgreement: Codable, Hashable, Sendable {
  /// What a half says against what the other says, for each half.
  public private(set) var probabilities = ProbabilityBins()
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
      probabilities.add(a, other: b)
      probabilities.add(b, other: a)
      let (isFirst, isSecond) = (0.5 < a, 0.5 < b)
      if isFirst && isSecond { shared += 1 }
      counted += (isFirst ? 1 : 0) + (isSecond ? 1 : 0)
    }
  }

  /// Dice of the two masks at 0.5; nil where neither half finds anything.
  public var dice: Double? { counted == 0 ? nil : 2 * Double(shared) / Double(counted) }
}
