public import Volumes
import RealModule

/// How a network is trained. The defaults are those of the shipped model.
public struct TrainingOptions: Codable, Hashable, Sendable {
  /// Number of steps.
  public var steps = 4000
  /// Highest learning rate.
  public var learningRate = 3e-3
  /// Share of the steps over which the rate rises to its highest.
  public var warmUpShare = 0.05
  /// Weight decay of AdamW.
  public var weightDecay = 1e-2
  /// Largest Euclidean norm of the gradient.
  public var gradientLimit = 1.0
  /// Weight of the Dice term.
  public var diceShare = 0.5
  /// Steps over which the weights are averaged for the final network.
  public var averagingSteps = 100
  /// Batches over which the statistics are taken anew for the averaged weights.
  public var recalibrationBatches = 32
  /// Whether convolutions compute with 16 bits, on CUDA devices and on processors that can (see
  /// `Engine.withMixedPrecision`).
  public var mixedPrecision = true
  /// Steps between validations; 0: never.
  public var validationInterval = 250
  /// Steps between checkpoints.
  public var checkpointInterval = 250

  /// The defaults.
  public init() {}

  /// The rate of a step, counted from 0: linear warm-up, then half a cosine down to a hundredth.
  public func learningRate(step: Int) -> Double {
    let warmUp = max(1, warmUpShare * Double(steps))
    let time = Double(step)
    if time < warmUp { return learningRate * (time + 1) / (warmUp + 1) }
    let progress = min((time - warmUp) / max(Double(steps) - warmUp, 1), 1)
    return learningRate * cosineDecay(progress)
  }

  /// Share by which the averages move towards the weights after a step, counted from 0; larger at
  /// first, so that the initial weights are soon forgotten.
  func averagingShare(step: Int) -> Double {
    max(1 / Double(max(averagingSteps, 1)), 1 / (1 + Double(step) / 10))
  }
}

/// Half a cosine from 1 at no progress down to a hundredth at 1 (Loshchilov & Hutter 2017, equation 5):
/// what a learning rate is multiplied by.
public func cosineDecay(_ progress: Double) -> Double {
  0.01 + 0.99 * 0.5 * (1 + Double.cos(.pi * progress))
}

/// What a training step or a validation told; a line of the log.
public struct TrainingRecord: Codable, Hashable, Sendable {
  /// Steps done.
  public var step: Int
  /// `training` (means since the last record) or `validation` (averaged weights, unseen data).
  public var kind: Kind
  /// Loss.
  public var loss: Double
  /// Soft Dice, 0...1.
  public var dice: Double
  /// Learning rate of the last step.
  public var rate: Double
  /// Mean Euclidean norm of the gradient before clipping; 0 for validations.
  public var gradientNorm: Double

  /// Makes a record.
  public init(
    step: Int, kind: Kind, loss: Double, dice: Double, rate: Double, gradientNorm: Double
  ) {
    (self.step, self.kind, self.loss, self.dice) = (step, kind, loss, dice)
    (self.rate, self.gradientNorm) = (rate, gradientNorm)
  }

  /// What was watched.
  public enum Kind: String, Codable, Sendable {
    /// Batches that were learned from.
    case training
    /// Batches that were not.
    case validation
  }
}

/// Why training could not go on.
public enum TrainingError: Fault, Equatable {
  /// The loss is no number any more.
  case diverged(step: Int)
  /// The checkpoint belongs to another network or other options.
  case checkpointMismatch(path: String, reason: String)

  public var kind: FaultKind {
    switch self {
    case .diverged: .other
    case .checkpointMismatch: .usage
    }
  }

  public var description: String {
    switch self {
    case .diverged(let step):
      "Training diverged at step \(step): the loss is no number any more. "
        + "Lower the learning rate, and check the training data for extreme values."
    case .checkpointMismatch(let path, let reason):
      "\(path) cannot be resumed: \(reason). "
        + "Give the options it was begun with, or leave out --resume to begin anew."
    }
  }
}
