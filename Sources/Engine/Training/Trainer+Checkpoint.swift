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
        let loaded = try Tensor(values.values, shape: values.shape, engine: engine)
        try engine.withoutRecording { () throws(EngineError) in
          try tensor.copyValues(from: loaded)
        }
      }
    }
    step = card.step
  }
}
