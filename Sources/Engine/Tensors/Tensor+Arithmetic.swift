import CTorchLoader

/// Element by element; shapes are broadcast as in torch.
extension Tensor {
  /// Sum of two tensors.
  public static func + (a: Tensor, b: Tensor) throws(EngineError) -> Tensor {
    try unsafe make(a.engine, "add") { api, out in
      unsafe api.pointee.add(a.handle, b.handle, out)
    }
  }

  /// Product of two tensors.
  public static func * (a: Tensor, b: Tensor) throws(EngineError) -> Tensor {
    try unsafe make(a.engine, "multiply") { api, out in
      unsafe api.pointee.multiply(a.handle, b.handle, out)
    }
  }

  /// Quotient of two tensors.
  public static func / (a: Tensor, b: Tensor) throws(EngineError) -> Tensor {
    try unsafe make(a.engine, "divide") { api, out in
      unsafe api.pointee.divide(a.handle, b.handle, out)
    }
  }

  /// `scale * self + shift`.
  public func affine(scale: Double, shift: Double) throws(EngineError) -> Tensor {
    try unsafe Self.make(engine, "affine") { api, out in
      unsafe api.pointee.affine(handle, scale, shift, out)
    }
  }

  /// Sum of all values, a tensor without axes.
  public func sum() throws(EngineError) -> Tensor {
    try unsafe Self.make(engine, "sum") { api, out in unsafe api.pointee.sum(handle, out) }
  }

  /// 1 / (1 + exp(-x)).
  public func sigmoid() throws(EngineError) -> Tensor {
    try unsafe Self.make(engine, "sigmoid") { api, out in unsafe api.pointee.sigmoid(handle, out) }
  }

  /// Sum over all elements of weight times binary cross-entropy between sigmoid(self) and target.
  public func binaryCrossEntropySum(
    target: Tensor, weight: Tensor
  ) throws(EngineError) -> Tensor {
    try unsafe Self.make(engine, "bce_with_logits_sum") { api, out in
      unsafe api.pointee.bce_with_logits_sum(handle, target.handle, weight.handle, out)
    }
  }
}
