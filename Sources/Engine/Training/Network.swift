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

extension Network {
  /// Logits of values that are brought to a device, in mixed precision where that is wanted (see
  /// `Engine.withMixedPrecision`): it decides how they are laid out, too.
  public func logits(
    of input: TensorValues, training: Bool, mixedPrecision: Bool, on device: Device, engine: Engine
  ) throws(EngineError) -> Tensor {
    try engine.withMixedPrecision(mixedPrecision) { () throws(EngineError) in
      let tensor = try Tensor(input.values, shape: input.shape, on: device, engine: engine)
      return try logits(of: tensor, training: training)
    }
  }
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

/// Which of a batch's samples a rank works on: each has an equal share, as far as that is possible.
public struct BatchPart: Hashable, Sendable {
  /// Which part, 0..<count.
  public let index: Int
  /// Number of parts.
  public let count: Int

  /// Names a part.
  public init(_ index: Int, of count: Int) {
    precondition(0 <= index && index < count, "A part is one of several.")
    (self.index, self.count) = (index, count)
  }

  /// The whole batch.
  public static let whole = BatchPart(0, of: 1)

  /// The samples of the part, of a batch of so many.
  public func range(of sampleCount: Int) -> Range<Int> {
    sampleCount * index / count..<sampleCount * (index + 1) / count
  }
}

/// Where batches come from.
public protocol TrainingSource: Sendable {
  /// The batch of a training step. A function of the step alone, so that training can be resumed.
  func batch(step: Int) throws -> TrainingBatch
  /// A part of that batch, the samples one after the other.
  func batch(step: Int, part: BatchPart) throws -> TrainingBatch
  /// Number of batches that are kept out of training, to watch it.
  var validationBatchCount: Int { get }
  /// One of these.
  func validationBatch(_ index: Int) throws -> TrainingBatch
}

extension TrainingSource {
  /// Makes the whole batch, and cuts.
  public func batch(step: Int, part: BatchPart) throws -> TrainingBatch {
    let whole = try batch(step: step)
    return part == .whole ? whole : whole.samples(part.range(of: whole.input.shape[0]))
  }
}

extension TrainingBatch {
  /// Some of the samples.
  public func samples(_ range: Range<Int>) -> TrainingBatch {
    func cut(_ tensor: TensorValues) -> TensorValues {
      let length = tensor.values.count / tensor.shape[0]
      return TensorValues(
        shape: [range.count] + tensor.shape.dropFirst(),
        values: Array(tensor.values[range.lowerBound * length..<range.upperBound * length]))
    }
    return TrainingBatch(input: cut(input), target: cut(target), weight: cut(weight))
  }
}
