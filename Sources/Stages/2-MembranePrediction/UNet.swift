public import Tensors
public import Training

/// A U-Net (Ronneberger, Fischer & Brox 2015; in volumes Çiçek et al. 2016) of any architecture.
///
/// Batch norm with running statistics, not instance norm: what is said of a voxel must not depend
/// on what else lies in its tile, and an empty tile's noise must not be amplified to unit variance.
public final class UNet: Network {
  /// Its shape.
  public let architecture: UNetArchitecture
  private let units: [String: UNetUnit]
  private let order: [UNetUnit]

  /// Slope of the leaky ReLU.
  static let slope = 0.01

  /// Builds the network from its weights.
  ///
  /// - Parameters:
  ///   - weights: as `weights()` gives them.
  ///   - folded: true merges each norm into its convolution: half the passes over memory, for
  ///     prediction only.
  /// - Throws: `ModelError.missingTensor` where the weights belong to another architecture.
  public init(
    _ architecture: UNetArchitecture, weights: [String: TensorValues], folded: Bool = false,
    device: Device, engine: Engine
  ) throws {
    self.architecture = architecture
    var order: [UNetUnit] = []
    for layer in architecture.layers {
      order.append(
        try UNetUnit(
          layer, architecture.dimension, weights: weights, folded: folded, device: device,
          engine: engine))
    }
    self.order = order
    units = Dictionary(uniqueKeysWithValues: order.map { ($0.layer.name, $0) })
  }

  public var parameters: [NamedTensor] { order.flatMap { $0.parameters } }

  public var statistics: [NamedTensor] { order.flatMap { $0.statistics } }

  /// All weights and statistics by name.
  public func weights() throws(EngineError) -> [String: TensorValues] {
    var weights: [String: TensorValues] = [:]
    for named in parameters + statistics {
      weights[named.name] = TensorValues(
        shape: named.tensor.shape, values: try named.tensor.values())
    }
    return weights
  }

  /// Logits of membrane for each voxel.
  ///
  /// - Parameters:
  ///   - input: (N, 1, [z,] y, x), each spatial axis a multiple of `lengthMultiple`.
  ///   - training: whether norms use the batch's statistics.
  /// - Returns: same shape as the input.
  public func logits(of input: Tensor, training: Bool) throws(EngineError) -> Tensor {
    var x = input
    if architecture.stemStride == 2 { x = try apply("stem", to: x, training) }
    var skipped: [Tensor] = []
    for level in architecture.channels.indices {
      if 0 < level { x = try x.maxPooled(width: 2) }
      x = try applyLevel("down\(level)", to: x, training)
      skipped.append(x)
    }
    skipped.removeLast()
    for level in architecture.channels.indices.dropLast().reversed() {
      let risen = try apply("rise\(level)", to: x, training)
      x = try Tensor.concatenatedChannels([risen, skipped.removeLast()])
      x = try applyLevel("up\(level)", to: x, training)
    }
    return try apply("head", to: x, training).inSinglePrecision()
  }

  private func applyLevel(
    _ prefix: String, to input: Tensor, _ training: Bool
  ) throws(EngineError) -> Tensor {
    var x = input
    for position in 0..<architecture.convolutionsPerLevel
    where units["\(prefix).\(position)"] != nil {
      x = try apply("\(prefix).\(position)", to: x, training)
    }
    return x
  }

  private func apply(
    _ name: String, to input: Tensor, _ training: Bool
  ) throws(EngineError) -> Tensor {
    guard let unit = units[name] else {
      preconditionFailure("The architecture lists every layer that is applied.")
    }
    return try unit.apply(to: input, training: training)
  }
}

/// A convolution with what follows it.
private final class UNetUnit {
  let layer: UNetLayer
  private let weight: Tensor
  /// Nil where a norm that is not folded follows.
  private let bias: Tensor?
  private let norm: Norm?

  private struct Norm {
    let scale, shift, mean, variance: Tensor
  }

  /// Share of a batch in the running statistics, and what keeps variances off 0.
  private static let (momentum, epsilon) = (0.05, 1e-5)

  init(
    _ layer: UNetLayer, _ dimension: Int, weights: [String: TensorValues], folded: Bool,
    device: Device, engine: Engine
  ) throws {
    self.layer = layer
    func values(_ part: String, _ shape: [Int]) throws -> TensorValues {
      let name = layer.name + "." + part
      guard let values = weights[name], values.shape == shape else {
        throw ModelError.missingTensor(name: name, shape: shape)
      }
      return values
    }
    func tensor(_ values: TensorValues) throws -> Tensor {
      try Tensor(values.values, shape: values.shape, on: device, engine: engine)
    }
    let channels = [layer.outputs]
    var weight = try values("weight", layer.weightShape(dimension))
    guard layer.hasNorm else {
      self.weight = try tensor(weight)
      bias = try tensor(values("bias", channels))
      norm = nil
      return
    }
    let scale = try values("scale", channels)
    let shift = try values("shift", channels)
    let mean = try values("mean", channels)
    let variance = try values("variance", channels)
    guard folded else {
      self.weight = try tensor(weight)
      bias = nil
      norm = Norm(
        scale: try tensor(scale), shift: try tensor(shift), mean: try tensor(mean),
        variance: try tensor(variance))
      return
    }
    // scale (W x − mean) / s.d. + shift = (scale / s.d. W) x + (shift − scale / s.d. mean).
    // Only convolutions carry norms, so the output channel is the weight's first axis.
    var offset = shift
    let inner = weight.values.count / layer.outputs
    for channel in 0..<layer.outputs {
      let factor =
        scale.values[channel] / (variance.values[channel] + Float(Self.epsilon)).squareRoot()
      for index in channel * inner..<(channel + 1) * inner { weight.values[index] *= factor }
      offset.values[channel] -= factor * mean.values[channel]
    }
    self.weight = try tensor(weight)
    bias = try tensor(offset)
    norm = nil
  }

  var parameters: [NamedTensor] {
    var named = [NamedTensor(layer.name + ".weight", weight)]
    if let bias { named.append(NamedTensor(layer.name + ".bias", bias)) }
    if let norm {
      named.append(NamedTensor(layer.name + ".scale", norm.scale))
      named.append(NamedTensor(layer.name + ".shift", norm.shift))
    }
    return named
  }

  var statistics: [NamedTensor] {
    guard let norm else { return [] }
    return [
      NamedTensor(layer.name + ".mean", norm.mean),
      NamedTensor(layer.name + ".variance", norm.variance),
    ]
  }

  func apply(to input: Tensor, training: Bool) throws(EngineError) -> Tensor {
    var x = try convolved(input)
    if let norm {
      x = try x.batchNormalised(
        scale: norm.scale, shift: norm.shift, runningMean: norm.mean,
        runningVariance: norm.variance, training: training, momentum: Self.momentum,
        epsilon: Self.epsilon)
    }
    if layer.hasNorm { try x.applyLeakyReLU(slope: UNet.slope) }
    return x
  }

  private func convolved(_ input: Tensor) throws(EngineError) -> Tensor {
    // Keeps the extent at stride 1, halves or doubles it at stride 2.
    let padding = (layer.width - 1) / 2
    switch layer.kind {
    case .convolution:
      return try input.convolved(
        with: weight, bias: bias, stride: layer.stride, padding: padding)
    case .transposed:
      return try input.convolvedTransposed(
        with: weight, bias: bias, stride: layer.stride, padding: padding)
    }
  }
}
