public import Tensors

/// A tensor of a network and the name it is stored under.
public struct NamedTensor {
  /// Unique within its network.
  public let name: String
  /// The values.
  public let tensor: Tensor

  /// Names a tensor.
  public init(_ name: String, _ tensor: Tensor) { (self.name, self.tensor) = (name, tensor) }
}

/// A network that can be trained: a function with parameters.
public protocol Network: AnyObject {
  /// What training changes by gradients, in a fixed order.
  var parameters: [NamedTensor] { get }
  /// What training changes by watching (running means and variances), in a fixed order.
  var statistics: [NamedTensor] { get }
  /// Computes a logit for each place of the target.
  ///
  /// - Parameter training: whether statistics are of the batch, and remembered.
  func logits(of input: Tensor, training: Bool) throws(EngineError) -> Tensor
}

/// Inputs with what the network should say about them.
public struct TrainingBatch: Equatable, Sendable {
  /// What the network gets; first axis: samples.
  public var input: TensorValues
  /// What it should answer, 0...1.
  public var target: TensorValues
  /// How much each answer counts; 0: not at all. Same shape as the target.
  public var weight: TensorValues

  /// Makes a batch.
  ///
  /// - Precondition: target and weight have the same shape.
  public init(input: TensorValues, target: TensorValues, weight: TensorValues) {
    precondition(target.shape == weight.shape, "Each target has its weight.")
    (self.input, self.target, self.weight) = (input, target, weight)
  }
}

/// Where batches come from.
public protocol TrainingSource: Sendable {
  /// The batch of a training step. A function of the step alone, so that training can be resumed.
  func batch(step: Int) throws -> TrainingBatch
  /// Number of batches that are kept out of training, to watch it.
  var validationBatchCount: Int { get }
  /// One of these.
  func validationBatch(_ index: Int) throws -> TrainingBatch
}
