import MRCFormat
import MembranePrediction
import Tensors
import TestSupport
import Volumes

/// A network that needs no training: its logit is 4 · density − 6, so that dense is membrane.
enum ThresholdNetwork {
  static func write(to path: String) throws {
    let architecture = UNetArchitecture(
      dimension: 3, stemStride: 1, channels: [1], convolutionsPerLevel: 1)
    var weights = UNet.initialWeights(architecture, seed: 1)
    let centre = (0..<27).map { $0 == 13 ? Float(1) : 0 }
    weights["down0.0.weight"] = TensorValues(shape: [1, 1, 3, 3, 3], values: centre)
    weights["head.weight"] = TensorValues(shape: [1, 1, 1, 1, 1], values: [4])
    weights["head.bias"] = TensorValues(shape: [1], values: [-6])
    let card = ModelCard(architecture: architecture, voxelSizeAngstrom: 10)
    try MembraneModel(card: card, weights: weights).write(to: path)
  }

  /// Writes `tomogram.mrc`, two dark shells in a little noise; `labels.mrc`; and `model`.
  static func writeScene(to folder: String) throws {
    try write(scene.tomogram, to: folder + "/tomogram.mrc")
    try write(scene.labels, to: folder + "/labels.mrc")
    try write(to: folder + "/model")
  }

  /// Made once, since unoptimised code takes seconds for it.
  private static let scene = ShellPhantom.make(
    size: VolumeSize(x: 80, y: 40, z: 40), noise: 0.1, seed: 3, dark: true)

  private static func write<Sample: MRCSample>(_ volume: Volume<Sample>, to path: String) throws {
    let sink = try MRCSink<Sample>(path: path, geometry: volume.geometry, label: "phantom")
    try sink.write(volume.block)
    try sink.commit()
  }
}
