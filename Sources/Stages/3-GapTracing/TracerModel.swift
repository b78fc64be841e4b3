import FoundationEssentials
public import ReinforcementLearning
public import Tensors
public import Volumes
import WorkLedger

/// A trained tracer: the content of `Models/tracer.safetensors`.
public struct TracerModel: Equatable, Sendable {
  /// Everything but the weights.
  public var card: TracerCard
  /// Weights of the network by name.
  public var weights: [String: TensorValues]

  /// Puts a model together.
  public init(card: TracerCard, weights: [String: TensorValues]) {
    (self.card, self.weights) = (card, weights)
  }
}

/// What is known of a tracer beside its weights.
public struct TracerCard: Codable, Hashable, Sendable {
  /// The network's shape.
  public var architecture: ActionValueNetwork.Architecture
  /// What tells how likely a bridge is right, by the method that found it.
  public var judges: [String: BridgeJudge] = [:]
  /// What it was trained with, as JSON texts by name.
  public var training: [String: String] = [:]

  /// The card of a tracer that has learned nothing yet.
  public init() {
    architecture = ActionValueNetwork.Architecture(
      observation: AgentView.shape, actions: RimAgent.actionCount)
  }
}

/// Why a tracer could not be used.
public enum TracerModelError: Fault, Equatable {
  /// The file holds no tracer of this version.
  case noTracer(path: String, reason: String)

  /// No `Models` folder with a tracer beside the executable or above it.
  case notShipped(searched: String)

  public var kind: FaultKind { .input }

  public var description: String {
    switch self {
    case .notShipped(let searched):
      "No tracer.safetensors was found in a folder Models beside \(searched) or above it. "
        + "Give one with --tracer, or take --method minimal-path."
    case .noTracer(let path, let reason):
      "\(path) is no tracer: \(reason). Give a file written by `bilayer train-tracer`."
    }
  }
}

extension TracerModel {
  private static let cardKey = "bilayer-tracer"

  /// Reads a file.
  ///
  /// - Throws: `FileError`, `TensorFileError`, `TracerModelError`.
  public init(path: String) throws {
    let file = try TensorFile(path: path)
    guard let text = file.metadata[Self.cardKey] else {
      throw TracerModelError.noTracer(path: path, reason: "it has no card of a tracer")
    }
    guard let card = try? JSONDecoder().decode(TracerCard.self, from: Data(text.utf8)),
      card.architecture == TracerCard().architecture, card.judges.values.allSatisfy(\.isValid)
    else { throw TracerModelError.noTracer(path: path, reason: "it is of another version") }
    self.init(card: card, weights: file.tensors)
  }

  /// Writes the file: weights in 16 bits, biases in 32.
  ///
  /// - Throws: `FileError`.
  public func write(to path: String, overwrite: Bool = false) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let text = String(decoding: try encoder.encode(card), as: UTF8.self)
    try TensorFile(metadata: [Self.cardKey: text], tensors: weights)
      .write(to: path, precision: .halfForMatrices, overwrite: overwrite)
  }

  /// Path of the tracer that comes with the program: in a folder `Models` beside the executable, or
  /// beside a folder above it, then the same from the working folder.
  ///
  /// - Throws: `TracerModelError.notShipped`.
  public static func shippedPath() throws -> String {
    if let path = EngineLocation.shippedFile("Models/tracer.safetensors") { return path }
    throw TracerModelError.notShipped(searched: EngineLocation.executableFolder)
  }

  /// The network on a device.
  ///
  /// - Throws: `EngineError`, or `TracerModelError` where the weights are incomplete.
  public func network(device: Device, engine: Engine) throws -> ActionValueNetwork {
    guard
      let network = try ActionValueNetwork(
        card.architecture, weights: weights, device: device, engine: engine)
    else {
      throw TracerModelError.noTracer(path: "The model", reason: "weights are missing")
    }
    return network
  }
}
