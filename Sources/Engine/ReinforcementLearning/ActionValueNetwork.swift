public import Tensors
import Training

/// A small network that tells what each action is worth from what is seen.
///
///     image ─ conv 3×3, stride 2 ─ conv 3×3, stride 2 ─ all of it to `hidden` ┐
///     numbers ──────────────────────────────────────────────────────────────┴─ hidden ─ actions
///
/// Leaky ReLU between the layers. Fully connected layers are convolutions as wide as the image.
public final class ActionValueNetwork: ActionValues {
  /// Its shape.
  public let architecture: Architecture
  private let layers: [(weight: Tensor, bias: Tensor)]
  private let device: Device
  private let engine: Engine

  private static let slope = 0.01

  /// Extents of the network.
  public struct Architecture: Codable, Hashable, Sendable {
    /// What is seen.
    public var observation: ObservationShape
    /// Actions that are valued.
    public var actions: Int
    /// Channels after the first and second convolution.
    public var channels: [Int]
    /// Width of the fully connected layers.
    public var hidden: Int

    /// Names the extents; the defaults are those of the shipped tracer.
    public init(
      observation: ObservationShape, actions: Int, channels: [Int] = [16, 32], hidden: Int = 64
    ) {
      precondition(channels.count == 2, "The image passes two convolutions.")
      (self.observation, self.actions) = (observation, actions)
      (self.channels, self.hidden) = (channels, hidden)
    }

    /// Shapes of the weights (outputs, inputs, height, width), by layer.
    var weightShapes: [[Int]] {
      let (height, width) = (observation.height / 4, observation.width / 4)
      return [
        [channels[0], observation.channels, 3, 3], [channels[1], channels[0], 3, 3],
        [hidden, channels[1], height, width], [hidden, hidden + observation.scalars, 1, 1],
        [actions, hidden, 1, 1],
      ]
    }
  }

  /// Builds the network from its weights.
  ///
  /// - Returns: nil where the weights belong to another architecture.
  public init?(
    _ architecture: Architecture, weights: [String: TensorValues], device: Device, engine: Engine
  ) throws(EngineError) {
    (self.architecture, self.device, self.engine) = (architecture, device, engine)
    var layers: [(Tensor, Tensor)] = []
    for (index, shape) in architecture.weightShapes.enumerated() {
      guard let weight = weights["layer\(index).weight"], weight.shape == shape,
        let bias = weights["layer\(index).bias"], bias.shape == [shape[0]]
      else { return nil }
      layers.append(
        (
          try Tensor(weight.values, shape: shape, on: device, engine: engine),
          try Tensor(bias.values, shape: bias.shape, on: device, engine: engine)
        ))
    }
    self.layers = layers
  }

  /// Weights to begin with, by the seed alone: normal, of variance 2 / inputs (He et al. 2015,
  /// equation 10); the last layer's a hundredth of that, so that no action is worth anything yet.
  public static func initialWeights(
    _ architecture: Architecture, seed: UInt64
  ) -> [String: TensorValues] {
    var weights: [String: TensorValues] = [:]
    let shapes = architecture.weightShapes
    for (index, shape) in shapes.enumerated() {
      var generator = CountedGenerator(seed, 0x4451, UInt64(index))
      let inputs = shape.dropFirst().reduce(1, *)
      var deviation = (2 / Float(inputs)).squareRoot()
      if index == shapes.count - 1 { deviation *= 0.1 }
      weights["layer\(index).weight"] = TensorValues(
        shape: shape, values: (0..<inputs * shape[0]).map { _ in deviation * generator.normal() })
      weights["layer\(index).bias"] = TensorValues(
        shape: [shape[0]], values: Array(repeating: 0, count: shape[0]))
    }
    return weights
  }

  public var observationShape: ObservationShape { architecture.observation }

  /// What training changes, in a fixed order.
  var parameters: TensorList { TensorList(layers.flatMap { [$0.weight, $0.bias] }) }

  /// All weights by name.
  public func weights() throws(EngineError) -> [String: TensorValues] {
    var weights: [String: TensorValues] = [:]
    for (index, layer) in layers.enumerated() {
      weights["layer\(index).weight"] = TensorValues(
        shape: layer.weight.shape, values: try layer.weight.values())
      weights["layer\(index).bias"] = TensorValues(
        shape: layer.bias.shape, values: try layer.bias.values())
    }
    return weights
  }

  public func values(of observations: Observations) throws -> [Float] {
    guard 0 < observations.count else { return [] }
    return try engine.withoutRecording { () throws(EngineError) in
      try forward(observations).values()
    }
  }

  /// Values as a tensor (observations, actions, 1, 1).
  func forward(_ observations: Observations) throws(EngineError) -> Tensor {
    let shape = architecture.observation
    let count = observations.count
    var x = try Tensor(
      observations.images.map { Float($0) * (1 / 255) },
      shape: [count, shape.channels, shape.height, shape.width], on: device, engine: engine)
    for layer in layers[0..<2] {
      x = try x.convolved(with: layer.weight, bias: layer.bias, stride: 2, padding: 1)
      try x.applyLeakyReLU(slope: Self.slope)
    }
    x = try connected(2, x)
    let scalars = try Tensor(
      observations.scalars, shape: [count, shape.scalars, 1, 1], on: device, engine: engine)
    x = try connected(3, try Tensor.concatenatedChannels([x, scalars]))
    return try x.convolved(with: layers[4].weight, bias: layers[4].bias, stride: 1, padding: 0)
  }

  private func connected(_ index: Int, _ x: Tensor) throws(EngineError) -> Tensor {
    let y = try x.convolved(
      with: layers[index].weight, bias: layers[index].bias, stride: 1, padding: 0)
    try y.applyLeakyReLU(slope: Self.slope)
    return y
  }
}
