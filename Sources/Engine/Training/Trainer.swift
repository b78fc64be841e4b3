public import Collective
public import Tensors
public import TomogramModel

/// Trains a network: AdamW, a rate that rises and falls, clipped gradients, averaged weights.
///
/// A step is a function of the step's number and the state in the checkpoint, so a run that was
/// stopped and resumed ends with the same bits as one that was not (same machine and threads).
/// Many ranks train one network, each on its part of every batch, as one would on the whole: losses,
/// norms and gradients are of the whole batch, and differ by rounding only (Decision 10).
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
  let ranks: any Communicator
  private let part: BatchPart
  let engine: Engine
  let device: Device
  let parameters: TensorList
  let statistics: TensorList
  let means: TensorList
  let squares: TensorList
  let averages: TensorList
  let averagedStatistics: TensorList

  /// Prepares training from the network's present weights.
  ///
  /// - Parameter ranks: all train the same network with the same options; batches have at least one
  ///   sample for each.
  public init(
    _ network: Model, source: any TrainingSource, options: TrainingOptions, device: Device,
    engine: Engine, ranks: any Communicator = SingleRank()
  ) throws(EngineError) {
    (self.network, self.source, self.options) = (network, source, options)
    (self.engine, self.device, self.ranks) = (engine, device, ranks)
    part = BatchPart(ranks.rank, of: ranks.size)
    batches = BatchQueue(source, part: part, steps: options.steps)
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
  ///   - checkpointPath: where rank 0 keeps the state every `checkpointInterval` steps, and where the
  ///     monitor stops the run; nil: nowhere.
  ///   - logInterval: steps that a record of training stands for.
  ///   - log: gets a record every `logInterval` steps and at each validation, the same on all ranks.
  /// - Throws: `Stopped` or `StoppedTogether`, `TrainingError.diverged`, `EngineError`,
  ///   `CollectiveError`, or the source's error.
  public func run(
    checkpointPath: String? = nil, logInterval: Int = 50, monitor: StageMonitor = .silent,
    log: (TrainingRecord) throws -> Void = { _ in }
  ) throws {
    try shareState()
    var recent: [TrainingRecord] = []
    while step < options.steps {
      recent.append(try takeStep())
      let isLast = step == options.steps
      if isLast || step.isMultiple(of: logInterval) {
        try log(Self.mean(of: recent))
        recent = []
      }
      let validates = 0 < options.validationInterval && 0 < source.validationBatchCount
      if validates && (isLast || step.isMultiple(of: options.validationInterval)) {
        try log(try validate())
      }
      if isLast || step.isMultiple(of: max(options.checkpointInterval, 1)) {
        try keepState(at: checkpointPath)
      }
      do {
        try ranks.report(completed: step, of: options.steps, to: monitor)
      } catch let stop where stop is Stopped || stop is StoppedTogether {
        try keepState(at: checkpointPath)
        throw stop
      }
    }
  }

  /// One step on the step's batch.
  @discardableResult
  public func takeStep() throws -> TrainingRecord {
    let batch = try batches.batch(step: step)
    let loss = try engine.shared(by: ranks) {
      let loss = try self.loss(of: batch, training: true)
      guard try loss.total.item().isFinite else { throw TrainingError.diverged(step: step) }
      try parameters.clearGradients()
      try loss.total.backward()
      return loss
    }
    try parameters.sumGradients(over: ranks)
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
      step: step, kind: .training, loss: Double(try loss.total.item()), dice: try loss.softDice(),
      rate: rate, gradientNorm: norm)
  }

  /// Loss and Dice of the averaged weights on the validation batches, which ranks take by turns.
  public func validate() throws -> TrainingRecord {
    try withAverages {
      var means = [0.0, 0.0]
      let count = source.validationBatchCount
      for index in stride(from: ranks.rank, to: count, by: ranks.size) {
        let batch = try source.validationBatch(index)
        let result = try engine.withoutRecording { () throws(EngineError) in
          let result = try self.loss(of: batch, training: false)
          return (Double(try result.total.item()), try result.softDice())
        }
        means[0] += result.0 / Double(count)
        means[1] += result.1 / Double(count)
      }
      try ranks.sum(&means)
      return TrainingRecord(
        step: step, kind: .validation, loss: means[0], dice: means[1],
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
      let batch = try source.batch(step: options.steps + index, part: part)
      try engine.shared(by: ranks) {
        try engine.withoutRecording { () throws(EngineError) in
          _ = try self.logits(of: batch, training: true)
        }
      }
    }
  }
}

extension Trainer {
  private func tensor(_ values: TensorValues) throws(EngineError) -> Tensor {
    try Tensor(values.values, shape: values.shape, on: device, engine: engine)
  }

  private func logits(of batch: TrainingBatch, training: Bool) throws(EngineError) -> Tensor {
    try network.logits(
      of: batch.input, training: training, mixedPrecision: options.mixedPrecision, on: device,
      engine: engine)
  }

  private func loss(
    of batch: TrainingBatch, training: Bool
  ) throws(EngineError) -> SegmentationLoss {
    try SegmentationLoss(
      logits: logits(of: batch, training: training), target: tensor(batch.target),
      weight: tensor(batch.weight),
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
