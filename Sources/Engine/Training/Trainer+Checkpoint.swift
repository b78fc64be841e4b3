import Collective
import FoundationEssentials
import Tensors
import WorkLedger

/// What a checkpoint says beside the tensors.
private struct CheckpointCard: Codable, Equatable {
  var step: Int
  var options: TrainingOptions
}

extension Trainer {
  private static var cardKey: String { "training" }

  private var stored: [(prefix: String, names: [NamedTensor], list: TensorList)] {
    [
      ("weight", network.parameters, parameters), ("mean", network.parameters, means),
      ("square", network.parameters, squares), ("average", network.parameters, averages),
      ("statistic", network.statistics, statistics),
      ("averageStatistic", network.statistics, averagedStatistics),
    ]
  }

  /// Writes a checkpoint where a path is given; then all ranks go on from the same bits.
  func keepState(at path: String?) throws {
    if let path, ranks.isFirst { try writeCheckpoint(to: path) }
    try shareState()
  }

  /// Gives the state of rank 0 to all ranks: it alone reads and writes checkpoints, and what processors
  /// of different kinds round differently does not add up.
  func shareState() throws {
    guard 1 < ranks.size else { return }
    let counted = try ranks.announced(Array("\(step)".utf8))
    guard let shared = Int(String(decoding: counted, as: UTF8.self)) else {
      preconditionFailure("Rank 0 announces a number.")
    }
    step = shared
    for group in stored {
      for tensor in group.list.tensors {
        var values = try tensor.values()
        try ranks.broadcast(&values)
        if ranks.isFirst { continue }
        try replace(tensor, by: TensorValues(shape: tensor.shape, values: values))
      }
    }
  }

  private func replace(_ tensor: Tensor, by values: TensorValues) throws(EngineError) {
    let loaded = try Tensor(values.values, shape: values.shape, engine: engine)
    try engine.withoutRecording { () throws(EngineError) in try tensor.copyValues(from: loaded) }
  }

  /// Writes everything that the next step depends on, exactly; replaces an older checkpoint.
  public func writeCheckpoint(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let card = try encoder.encode(CheckpointCard(step: step, options: options))
    var file = TensorFile(metadata: [Self.cardKey: String(decoding: card, as: UTF8.self)])
    for group in stored {
      for (name, tensor) in zip(group.names, group.list.tensors) {
        file.tensors["\(group.prefix)/\(name.name)"] = TensorValues(
          shape: tensor.shape, values: try tensor.values())
      }
    }
    try file.write(to: path, overwrite: true)
  }

  /// Takes over the state of a checkpoint.
  ///
  /// - Throws: `FileError`, `TensorFileError`, or `TrainingError.checkpointMismatch` where it was
  ///   written for another network or with other options.
  public func resume(from path: String) throws {
    func mismatch(_ reason: String) -> TrainingError {
      .checkpointMismatch(path: path, reason: reason)
    }
    let file = try TensorFile(path: path)
    guard let text = file.metadata[Self.cardKey],
      let card = try? JSONDecoder().decode(CheckpointCard.self, from: Data(text.utf8))
    else { throw mismatch("it holds no state of training") }
    guard card.options == options else { throw mismatch("it was begun with other options") }
    for group in stored {
      for (name, tensor) in zip(group.names, group.list.tensors) {
        guard let values = file.tensors["\(group.prefix)/\(name.name)"],
          values.shape == tensor.shape
        else { throw mismatch("it has no \(name.name) of this network's shape") }
        try replace(tensor, by: values)
      }
    }
    step = card.step
  }
}
