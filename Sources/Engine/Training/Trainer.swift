public import Tensors
public import TomogramModel

/// Trains a network: AdamW, a rate that rises and falls, clipped gradients, averaged weights.
///
/// A step is a function of the step's number and the state in the checkpoint, so a run that was
/// stopped and resumed ends with the same bits as one that was not (same machine and threads).
/// Belongs to one thread (see `Engine`). Memory: five times the parameters, plus one batch.
public final class Trainer<Model: Network> {
  /// What is trained; holds the last step's weights until `finish`.
  public let network: Model
  /// How.
  public let options: TrainingOptions
  /// Steps done.
  public internal(set) var step = 0
  let source: any TrainingSource
  private let batches: BatchQueue
  let engine: Engine
  let device: Device
  let parameters: TensorList
  let statistics: TensorList
  let means: TensorList
  let squares: TensorList
  let averages: TensorList
  let averagedStatistics: TensorList

  /// Prepares training from the network's present weights.
  public init(
    _ network: Model, source: any TrainingSource, options: TrainingOptions, device: Device,
    engine: Engine
  ) throws(EngineError) {
    (self.network, self.source, self.options) = (network, source, options)
    (self.engine, self.device) = (engine, device)
    batches = BatchQueue(source, steps: options.steps)
    parameters = TensorList(network.parameters.map { $0.tensor })
    statistics = TensorList(network.statistics.map { $0.tensor })
    for tensor in parameters.tensors { try tensor.setRequiresGradient(true) }
    means = try parameters.zerosLike()
    squares = try parameters.zerosLike()
    averages = try parameters.zerosLike()
    averagedStatistics = try statistics.zerosLike()
    try averages.copyValues(from: parameters)
    try averagedStatistics.copyValues(from: statistics)
  }

  /// Trains until `options.steps` are done.
  ///
  /// - Parameters:
  ///   - checkpointPath: where the state is kept every `checkpointInterval` steps, and where the
  ///     monitor stops the run; nil: nowhere.
  ///   - log: gets a record every 50 steps and at each validation.
  /// - Throws: `Stopped`, `TrainingError.diverged`, `EngineError`, or the source's error.
  public func run(
    checkpointPath: String? = nil, monitor: StageMonitor = .silent,
    log: (TrainingRecord) throws -> Void = { _ in }
  ) throws {
    var recent: [TrainingRecord] = []
    while step < options.steps {
      recent.append(try takeStep())
      let isLast = step == options.steps
      if isLast || step.isMultiple(of: 50) {
        try log(Self.mean(of: recent))
        recent = []
      }
      let validates = 0 < options.validationInterval && 0 < source.validationBatchCount
      if validates && (isLast || step.isMultiple(of: options.validationInterval)) {
        try log(try validate())
      }
      if let checkpointPath, isLast || step.isMultiple(of: max(options.checkpointInterval, 1)) {
        try writeCheckpoint(to: checkpointPath)
      }
      do {
        try monitor.report(completed: step, of: options.steps)
      } catch {
        if let checkpointPath { try writeCheckpoint(to: checkpointPath) }
        throw error
      }
    }
  }

  /// One step on the step's batch.
  @discardableResult
  public func takeStep() throws -> TrainingRecord {
    let batch = try batches.batch(step: step)
    let loss = try loss(of: batch, training: true)
    let value = Double(try loss.total.item())
    guard value.isFinite else { throw TrainingError.diverged(step: step) }
    try parameters.clearGradients()
    try loss.total.backward()
    let norm = try parameters.clipGradients(limit: options.gradientLimit)
    guard norm.isFinite else { throw TrainingError.diverged(step: step) }
    let rate = options.learningRate(step: step)
    try parameters.stepAdamW(
      means: means, squares: squares, step: step + 1, rate: rate, decay: options.weightDecay)
    try parameters.clearGradients()
    let share = options.averagingShare(step: step)
    try averages.move(towards: parameters, share: share)
    try averagedStatistics.move(towards: statistics, share: share)
    step += 1
    return TrainingRecord(
      step: step, kind: .training, loss: value, dice: try loss.softDice(), rate: rate,
      gradientNorm: norm)
  }

  /// Loss and Dice of the averaged weights on the validation batches.
  public func validate() throws -> TrainingRecord {
    try withAverages {
      var (loss, dice) = (0.0, 0.0)
      let count = source.validationBatchCount
      for index in 0..<count {
        let batch = try source.validationBatch(index)
        let result = try engine.withoutRecording { () throws(EngineError) in
          let result = try self.loss(of: batch, training: false)
          return (Double(try result.total.item()), try result.softDice())
        }
        loss += result.0 / Double(count)
        dice += result.1 / Double(count)
      }
      return TrainingRecord(
        step: step, kind: .validation, loss: loss, dice: dice,
        rate: options.learningRate(step: max(step - 1, 0)), gradientNorm: 0)
    }
  }

  /// Ends training: the network takes over the averaged weights, and its statistics are taken anew
  /// for them from training batches.
  public func finish() throws {
    try parameters.copyValues(from: averages)
    try statistics.copyValues(from: averagedStatistics)
    for index in 0..<options.recalibrationBatches {
      // Numbers beyond the last step: batches that were not learned from.
      let batch = try source.batch(step: options.steps + index)
      try engine.withoutRecording { () throws(EngineError) in
        _ = try self.network.logits(of: self.tensor(batch.input), training: true)
      }
    }
  }
}

extension Trainer {
  private func tensor(_ values: TensorValues) throws(EngineError) -> Tensor {
    try Tensor(values.values, shape: values.shape, on: device, engine: engine)
  }

  private func loss(
    of batch: TrainingBatch, training: Bool
  ) throws(EngineError) -> SegmentationLoss {
    let logits = try engine.withMixedPrecision(options.mixedPrecision) { () throws(EngineError) in
      try network.logits(of: tensor(batch.input), training: training)
    }
    return try SegmentationLoss(
      logits: logits, target: tensor(batch.target), weight: tensor(batch.weight),
      diceShare: options.diceShare)
  }

  private func withAverages<Result>(_ body: () throws -> Result) throws -> Result {
    let (weights, watched) = (try parameters.zerosLike(), try statistics.zerosLike())
    try weights.copyValues(from: parameters)
    try watched.copyValues(from: statistics)
    try parameters.copyValues(from: averages)
    try statistics.copyValues(from: averagedStatistics)
    let result = Swift.Result { try body() }
    try parameters.copyValues(from: weights)
    try statistics.copyValues(from: watched)
    return try result.get()
  }

  private static func mean(of records: [TrainingRecord]) -> TrainingRecord {
    let count = Double(records.count)
    var mean = records[records.count - 1]
    mean.loss = records.reduce(0) { $0 + $1.loss } / count
    mean.dice = records.reduce(0) { $0 + $1.dice } / count
    mean.gradientNorm = records.reduce(0) { $0 + $1.gradientNorm } / count
    return mean
  }
}
