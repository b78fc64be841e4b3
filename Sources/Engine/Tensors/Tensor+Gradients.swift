import CTorchLoader

extension Tensor {
  /// Whether operations on this tensor are recorded, so that `backward` can compute its gradient.
  public func setRequiresGradient(_ required: Bool) throws(EngineError) {
    try engine.check(
      unsafe engine.api.pointee.set_requires_gradient(handle, required ? 1 : 0),
      "set_requires_gradient")
  }

  /// Adds the gradient of this one value to each tensor that took part in it and requires one.
  public func backward() throws(EngineError) {
    try engine.check(unsafe engine.api.pointee.backward(handle), "backward")
  }

  /// The gradient that `backward` left.
  public func gradient() throws(EngineError) -> Tensor {
    try unsafe Self.make(engine, "gradient") { api, out in
      unsafe api.pointee.gradient(handle, out)
    }
  }
}

/// Tensors that are updated together: the parameters of a network, or what belongs to them.
@safe
public struct TensorList {
  /// The tensors, in order.
  public let tensors: [Tensor]
  private let handles: [OpaquePointer]
  private let engine: Engine

  /// Makes a list of at least one tensor.
  public init(_ tensors: [Tensor]) {
    precondition(!tensors.isEmpty, "A list of tensors holds at least one.")
    self.tensors = tensors
    engine = tensors[0].engine
    unsafe handles = unsafe tensors.map { unsafe $0.handle }
  }

  private var count: Int32 { Int32(tensors.count) }

  /// Zeros of the same shapes.
  public func zerosLike() throws(EngineError) -> TensorList {
    var zeros: [Tensor] = []
    for tensor in tensors { zeros.append(try tensor.zerosLike()) }
    return TensorList(zeros)
  }

  /// All gradients, one tensor after the other.
  public func gradientValues() throws(EngineError) -> [Float] {
    var values = [Float](repeating: 0, count: valueCounts.reduce(0, +))
    let total = Int64(values.count)
    try engine.check(
      unsafe engine.api.pointee.gradients_to_floats(handles, count, &values, total),
      "gradients_to_floats")
    return values
  }

  /// Replaces all gradients.
  ///
  /// - Precondition: as many values as `gradientValues` gives.
  public func setGradients(_ values: [Float]) throws(EngineError) {
    try engine.check(
      unsafe engine.api.pointee.gradients_from_floats(handles, count, values, Int64(values.count)),
      "gradients_from_floats")
  }

  /// Number of values of each tensor.
  public var valueCounts: [Int] { tensors.map { $0.shape.reduce(1, *) } }

  /// Forgets all gradients.
  public func clearGradients() throws(EngineError) {
    try engine.check(unsafe engine.api.pointee.clear_gradients(handles, count), "clear_gradients")
  }

  /// Scales all gradients down together where their Euclidean norm exceeds `limit`.
  ///
  /// - Returns: the norm before.
  public func clipGradients(limit: Double) throws(EngineError) -> Double {
    var norm = 0.0
    try engine.check(
      unsafe engine.api.pointee.clip_gradients(handles, count, limit, &norm), "clip_gradients")
    return norm
  }

  /// One step of AdamW (Loshchilov & Hutter 2019, algorithm 2).
  ///
  /// - Parameters:
  ///   - means: running means of the gradients, one for each tensor.
  ///   - squares: running means of their squares.
  ///   - step: counts from 1.
  public func stepAdamW(
    means: TensorList, squares: TensorList, step: Int, rate: Double, decay: Double,
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8
  ) throws(EngineError) {
    precondition(means.count == count && squares.count == count, "Each tensor has its moments.")
    try engine.check(
      unsafe engine.api.pointee.adamw_(
        handles, means.handles, squares.handles, count, Int64(step), rate, beta1, beta2, decay,
        epsilon), "adamw_")
  }

  /// Moves each tensor by `share` of the way to its target.
  public func move(towards targets: TensorList, share: Double) throws(EngineError) {
    precondition(targets.count == count, "Each tensor has its target.")
    try engine.check(
      unsafe engine.api.pointee.lerp_(handles, targets.handles, count, share), "lerp_")
  }

  /// Takes over the values of another list.
  public func copyValues(from others: TensorList) throws(EngineError) {
    precondition(others.count == count, "Each tensor has its source.")
    try engine.withoutRecording { () throws(EngineError) in
      for (tensor, other) in zip(tensors, others.tensors) { try tensor.copyValues(from: other) }
    }
  }
}
