import CTorchLoader

/// Layers of networks on images (N, C, H, W) and volumes (N, C, D, H, W).
extension Tensor {
  private var spatialDimension: Int32 { unsafe engine.api.pointee.dimensions(handle) - 2 }

  /// Cross-correlation with `weight` of shape (out, in, k, k[, k]).
  public func convolved(
    with weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0
  ) throws(EngineError) -> Tensor {
    try unsafe Self.make(engine, "convolution") { api, out in
      unsafe api.pointee.convolution(
        handle, weight.handle, bias?.handle, spatialDimension, Int32(stride), Int32(padding), 0,
        out)
    }
  }

  /// The transpose of a strided convolution; `weight` has shape (in, out, k, k[, k]).
  ///
  /// An axis of n becomes (n − 1) stride − 2 padding + k.
  public func convolvedTransposed(
    with weight: Tensor, bias: Tensor? = nil, stride: Int, padding: Int = 0
  ) throws(EngineError) -> Tensor {
    try unsafe Self.make(engine, "transposed convolution") { api, out in
      unsafe api.pointee.convolution(
        handle, weight.handle, bias?.handle, spatialDimension, Int32(stride), Int32(padding), 1,
        out)
    }
  }

  /// Batch normalisation per channel (Ioffe & Szegedy 2015).
  ///
  /// - Parameters:
  ///   - training: true: by this batch's mean and variance, which also move the running ones by
  ///     `momentum`; false: by the running ones, so that a value depends on no other value.
  public func batchNormalised(
    scale: Tensor, shift: Tensor, runningMean: Tensor, runningVariance: Tensor, training: Bool,
    momentum: Double, epsilon: Double
  ) throws(EngineError) -> Tensor {
    try unsafe Self.make(engine, "batch_norm") { api, out in
      unsafe api.pointee.batch_norm(
        handle, scale.handle, shift.handle, runningMean.handle, runningVariance.handle,
        training ? 1 : 0, momentum, epsilon, out)
    }
  }

  /// Multiplies negative values by `slope`, in place.
  public func applyLeakyReLU(slope: Double) throws(EngineError) {
    try engine.check(unsafe engine.api.pointee.leaky_relu_(handle, slope), "leaky_relu_")
  }

  /// Maxima of disjoint cubes (squares) of `width`.
  public func maxPooled(width: Int) throws(EngineError) -> Tensor {
    try unsafe Self.make(engine, "max_pool") { api, out in
      unsafe api.pointee.max_pool(handle, spatialDimension, Int32(width), out)
    }
  }

  /// Tensors joined along the channel axis.
  public static func concatenatedChannels(_ tensors: [Tensor]) throws(EngineError) -> Tensor {
    precondition(!tensors.isEmpty, "At least one tensor is joined.")
    let handles = unsafe tensors.map { unsafe $0.handle }
    return try withExtendedLifetime(tensors) { () throws(EngineError) in
      try unsafe make(tensors[0].engine, "cat") { api, out in
        unsafe api.pointee.cat(handles, Int32(handles.count), 1, out)
      }
    }
  }
}
