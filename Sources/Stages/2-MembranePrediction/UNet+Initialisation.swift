public import Tensors
import Training

extension UNet {
  /// Weights to begin training with, by the seed alone.
  ///
  /// Normal with variance 2 / ((1 + slope²) inputs per output), which keeps the variance of what
  /// passes through leaky ReLUs (He et al. 2015, equation 14). The head's bias says that one voxel
  /// in ten is membrane, so that training does not begin with learning that.
  public static func initialWeights(
    _ architecture: UNetArchitecture, seed: UInt64
  ) -> [String: TensorValues] {
    var weights: [String: TensorValues] = [:]
    for (index, layer) in architecture.layers.enumerated() {
      var generator = CountedGenerator(seed, 0x554e, UInt64(index))
      let shape = layer.weightShape(architecture.dimension)
      let count = shape.reduce(1, *)
      // A transposed convolution of width k and stride s sums (k / s)^d terms per input channel.
      let kernel = shape[2...].reduce(1) { product, width in
        product * (layer.kind == .transposed ? width / layer.stride : width)
      }
      let deviation = (2 / ((1 + slope * slope) * Double(layer.inputs * kernel))).squareRoot()
      weights[layer.name + ".weight"] = TensorValues(
        shape: shape, values: (0..<count).map { _ in Float(deviation) * generator.normal() })
      func fill(_ part: String, _ value: Float) {
        weights["\(layer.name).\(part)"] = TensorValues(
          shape: [layer.outputs], values: Array(repeating: value, count: layer.outputs))
      }
      guard layer.hasNorm else {
        fill("bias", layer.name == "head" ? -2.2 : 0)
        continue
      }
      fill("scale", 1)
      fill("shift", 0)
      fill("mean", 0)
      fill("variance", 1)
    }
    return weights
  }
}
