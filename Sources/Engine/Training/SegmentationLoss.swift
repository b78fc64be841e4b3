public import Tensors

/// What segmentation is trained by: cross-entropy for calibrated probabilities, plus soft Dice
/// against the rarity of the foreground.
///
///     loss = Σ w BCE / Σ w  +  dice share × (1 − (2 Σ w p t + s) / (Σ w p + Σ w t + s))
///
/// p probability, t target, w weight, sums over the whole batch: a patch without foreground is
/// no division by nought, and small patches of it do not weigh more than large ones. Where ranks
/// share a batch (`Engine.shared`), the sums, and so the loss, are those of all their parts.
public struct SegmentationLoss {
  /// What `backward` starts from.
  public let total: Tensor
  private let doubledOverlap: Tensor
  private let volume: Tensor

  /// Smoothing `s`, in voxels: pulls the Dice term of an almost empty batch to 0.
  static let smoothing = 10.0

  /// Computes the loss of a batch.
  public init(
    logits: Tensor, target: Tensor, weight: Tensor, diceShare: Double
  ) throws(EngineError) {
    let probability = try logits.sigmoid()
    let weightedProbability = try probability * weight
    let own = [
      try (try weightedProbability * target).sum(), try weightedProbability.sum(),
      try (try target * weight).sum(),
      try logits.binaryCrossEntropySum(target: target, weight: weight), try weight.sum(),
    ]
    let sums = try logits.engine.sumsOverRanks(own)
    doubledOverlap = try sums[0].affine(scale: 2, shift: 0)
    volume = try sums[1] + sums[2]
    // A batch of which nothing counts has no loss, not 0 / 0.
    let meanCrossEntropy = try sums[3] / (try sums[4].affine(scale: 1, shift: 1e-6))
    let smoothed =
      try (try doubledOverlap.affine(scale: 1, shift: Self.smoothing))
      / (try volume.affine(scale: 1, shift: Self.smoothing))
    total = try meanCrossEntropy + (try smoothed.affine(scale: -diceShare, shift: diceShare))
  }

  /// Soft Dice of the batch without smoothing, 0...1; 1 where there is nothing to find or found.
  public func softDice() throws(EngineError) -> Double {
    let size = Double(try volume.item())
    return size < 1e-6 ? 1 : Double(try doubledOverlap.item()) / size
  }
}
