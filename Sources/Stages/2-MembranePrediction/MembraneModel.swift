public import Tensors
public import TomogramModel
import FoundationEssentials
public import Volumes
import WorkLedger

/// A trained network with what must be known to use it: the content of a model file.
public struct MembraneModel: Equatable, Sendable {
  /// Everything but the weights.
  public var card: ModelCard
  /// Weights and statistics by name, as `UNet` wants them.
  public var weights: [String: TensorValues]

  /// Puts a model together.
  public init(card: ModelCard, weights: [String: TensorValues]) {
    (self.card, self.weights) = (card, weights)
  }
}

/// What is known of a model beside its weights.
public struct ModelCard: Codable, Hashable, Sendable {
  /// The network's shape.
  public var architecture: UNetArchitecture
  /// Voxel edge the network was trained for, in Å.
  public var voxelSizeAngstrom: Double
  /// Turns logits into probabilities that are as often right as they say.
  public var calibration = LogitCalibration()
  /// What the calibrated probabilities say against the truth, on tomograms it has not learned from;
  /// nil where there were none.
  public var reliability: ProbabilityBins?
  /// What it was trained with: options, data, seeds, as JSON texts by name.
  public var training: [String: String] = [:]

  /// Makes the card of a model.
  public init(architecture: UNetArchitecture, voxelSizeAngstrom: Double) {
    (self.architecture, self.voxelSizeAngstrom) = (architecture, voxelSizeAngstrom)
  }
}

/// probability = sigmoid(slope · logit + offset) (Platt 1999).
public struct LogitCalibration: Codable, Hashable, Sendable {
  /// Below 1 where the network is too sure of itself.
  public var slope = 1.0
  /// Below 0 where it finds too much.
  public var offset = 0.0

  /// Leaves probabilities as they are.
  public init() {}

  /// Makes a calibration.
  public init(slope: Double, offset: Double) { (self.slope, self.offset) = (slope, offset) }
}

/// Why a model could not be used.
public enum ModelError: Fault, Equatable {
  /// A tensor of the architecture is not in the file.
  case missingTensor(name: String, shape: [Int])
  /// The file has tensors and no card that can be read.
  case noCard(path: String, reason: String)
  /// No `Models` folder with the model beside the executable or above it.
  case noShippedModel(name: String, searched: String)

  public var kind: FaultKind { .input }

  public var description: String {
    switch self {
    case .missingTensor(let name, let shape):
      "The model has no tensor \(name) of shape \(shape), which its architecture needs. "
        + "It is damaged: get it again."
    case .noCard(let path, let reason):
      "\(path) is no membrane model: \(reason). Give a model written by `bilayer train`."
    case .noShippedModel(let name, let searched):
      "No \(name) was found in a folder Models beside \(searched) or above it. "
        + "Give one with --model, or train one with `bilayer train`."
    }
  }
}

// MARK: - Files

extension MembraneModel {
  private static let cardKey = "bilayer"

  /// Reads a model file.
  ///
  /// - Throws: `FileError`, `TensorFileError`, `ModelError`.
  public init(path: String) throws {
    let file = try TensorFile(path: path)
    guard let text = file.metadata[Self.cardKey] else {
      throw ModelError.noCard(path: path, reason: "it has no card of this program")
    }
    guard let card = try? JSONDecoder().decode(ModelCard.self, from: Data(text.utf8)),
      card.architecture.isValid, 0 < card.voxelSizeAngstrom, card.voxelSizeAngstrom.isFinite
    else { throw ModelError.noCard(path: path, reason: "its card is of another version") }
    self.init(card: card, weights: file.tensors)
  }

  /// Writes the model: weights in 16 bits, statistics and biases in 32.
  ///
  /// - Throws: `FileError`.
  public func write(to path: String, overwrite: Bool = false) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let text = String(decoding: try encoder.encode(card), as: UTF8.self)
    let file = TensorFile(metadata: [Self.cardKey: text], tensors: weights)
    try file.write(to: path, precision: .halfForMatrices, overwrite: overwrite)
  }

  /// SHA-256 of a model file: what a plan names it by.
  ///
  /// - Throws: `FileError`.
  public static func contentHash(path: String) throws -> String {
    try SHA256.hexDigest(ofFile: path)
  }
}

/// The models that come with the program.
public enum ShippedModel: String, CaseIterable, Sendable {
  /// Looks at volumes.
  case volume
  /// Looks at volumes, with a quarter of the work.
  case fast
  /// Looks at sections, each on its own.
  case slice

  private var fileName: String {
    switch self {
    case .volume: "membrane.safetensors"
    case .fast: "membrane-fast.safetensors"
    case .slice: "membrane-slice.safetensors"
    }
  }

  /// Path of the model: in a folder `Models` beside the executable, or beside a folder above it, then
  /// the same from the working folder.
  ///
  /// - Throws: `ModelError.noShippedModel`.
  public func path() throws -> String {
    if let path = EngineLocation.shippedFile("Models/" + fileName) { return path }
    throw ModelError.noShippedModel(name: fileName, searched: EngineLocation.executableFolder)
  }
}
