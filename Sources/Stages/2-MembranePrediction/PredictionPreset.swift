/// How much time a prediction takes for how good it is, measured in Docs/VALIDATION.md.
public enum PredictionPreset: String, CaseIterable, Codable, Sendable {
  /// A first look: the small network, tiles that overlap little.
  case fast
  /// What is gained beyond this costs more than it is worth.
  case standard
  /// The mean over four mirrored copies.
  case accurate

  /// The network.
  public var model: ShippedModel { self == .fast ? .fast : .volume }

  /// Sets what the preset decides; the rest stays.
  public func apply(to options: inout PredictionOptions) {
    let plain = PredictionOptions()
    options.haloVoxels = self == .fast ? 8 : plain.haloVoxels
    options.blendVoxels = self == .fast ? 8 : plain.blendVoxels
    options.mirroredCopies = self == .accurate ? 4 : 1
  }
}
