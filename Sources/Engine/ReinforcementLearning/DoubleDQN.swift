public import Tensors
public import TomogramModel
import Training

/// Double deep Q-learning with n-step returns (van Hasselt, Guez & Silver 2016, equation 4; n steps as
/// in Hessel et al. 2018): one network chooses the next action, an older copy of it values it.
///
///     y = Σₖ γᵏ rₜ₊ₖ + γⁿ Q⁻(sₜ₊ₙ, argmaxₐ Q(sₜ₊ₙ, a)),   loss = mean (Q(sₜ, aₜ) − y)²
///
/// Exploration is ε-greedy, ε falling linearly to its last value over the first half of the steps. Same
/// options, seed, environment and threads, same network.
public final class DoubleDQN {
  /// The network that learns.
  public let network: ActionValueNetwork
  /// How it learns.
  public let options: DoubleDQNOptions

  private let target: ActionValueNetwork
  private let parameters: TensorList
  private let targetParameters: TensorList
  private let means: TensorList
  private let squares: TensorList
  private let device: Device
  private let engine: Engine
  private var learned = 0

  /// Starts with the given weights, or with new ones.
  public init?(
    _ architecture: ActionValueNetwork.Architecture, weights: [String: TensorValues]? = nil,
    options: DoubleDQNOptions, device: Device, engine: Engine
  ) throws(EngineError) {
    let weights =
      weights ?? ActionValueNetwork.initialWeights(architecture, seed: options.seed)
    guard
      let network = try ActionValueNetwork(
        architecture, weights: weights, device: device, engine: engine),
      let target = try ActionValueNetwork(
        architecture, weights: weights, device: device, engine: engine)
    else { return nil }
    (self.network, self.target, self.options) = (network, target, options)
    (self.device, self.engine) = (device, engine)
    parameters = network.parameters
    targetParameters = target.parameters
    means = try parameters.zerosLike()
    squares = try parameters.zerosLike()
    for tensor in parameters.tensors { try tensor.setRequiresGradient(true) }
  }

  /// Lets agents act and learns from what they get.
  ///
  /// - Parameter log: gets a record every `options.recordInterval` steps.
  /// - Throws: `EngineError`, `TrainingError.diverged`, and what the monitor throws.
  public func learn(
    in environment: inout some Environment, monitor: StageMonitor,
    log: (LearningRecord) throws -> Void
  ) throws {
    var memory = ReplayMemory(
      capacity: max(options.memory / environment.laneCount, options.returnSteps + 2),
      laneCount: environment.laneCount, shape: environment.observationShape)
    var record = LearningTally(lanes: environment.laneCount)
    for step in 0..<options.steps {
      var generator = CountedGenerator(options.seed, 0x4451_0001, UInt64(step))
      let seen = environment.observations()
      let actions = try actions(
        for: seen, exploration: options.exploration(step: step), using: &generator)
      let outcomes = environment.step(actions)
      memory.record(seen, actions, outcomes)
      record.add(outcomes)
      if options.batch <= memory.available(steps: options.returnSteps) {
        let batch = memory.sample(
          options.batch, steps: options.returnSteps, discount: Float(options.discount),
          using: &generator)
        record.add(loss: try learn(from: batch, rate: options.learningRate(step: step)))
      }
      if (step + 1).isMultiple(of: options.recordInterval) || step + 1 == options.steps {
        try log(record.taken(step: step + 1))
      }
      try monitor.report(completed: step + 1, of: options.steps)
    }
  }

  /// The best action for each lane, or any, with the given probability.
  private func actions(
    for seen: Observations, exploration: Double, using generator: inout CountedGenerator
  ) throws -> [Int] {
    let count = network.architecture.actions
    let best = bestActions(try network.values(of: seen), count: count)
    return best.map { action in
      generator.chance(Float(exploration)) ? Int.random(in: 0..<count, using: &generator) : action
    }
  }

  /// One step of AdamW on a batch.
  ///
  /// - Returns: the loss before it.
  func learn(from batch: TransitionBatch, rate: Double) throws -> Double {
    let count = network.architecture.actions
    let chosen = bestActions(try network.values(of: batch.next), count: count)
    let values = try target.values(of: batch.next)
    // The values of actions that were not taken have no target: they are left out by `taken`.
    var (targets, taken) = (
      [Float](repeating: 0, count: batch.actions.count * count),
      [Float](repeating: 0, count: batch.actions.count * count)
    )
    for (index, action) in batch.actions.enumerated() {
      let next = values[index * count + chosen[index]]
      targets[index * count + action] = batch.returns[index] + batch.nextFactors[index] * next
      taken[index * count + action] = 1
    }
    let shape = [batch.actions.count, count, 1, 1]
    let negated = try Tensor(targets.map { -$0 }, shape: shape, on: device, engine: engine)
    let mask = try Tensor(taken, shape: shape, on: device, engine: engine)
    let difference = try (try network.forward(batch.seen) * mask) + negated
    let loss = try (try difference * difference).sum()
      .affine(scale: 1 / Double(batch.actions.count), shift: 0)
    let value = Double(try loss.item())
    guard value.isFinite else { throw TrainingError.diverged(step: learned) }
    try parameters.clearGradients()
    try loss.backward()
    _ = try parameters.clipGradients(limit: options.gradientLimit)
    learned += 1
    try parameters.stepAdamW(
      means: means, squares: squares, step: learned, rate: rate, decay: options.weightDecay)
    try parameters.clearGradients()
    try engine.withoutRecording { () throws(EngineError) in
      try targetParameters.move(towards: parameters, share: options.targetShare)
    }
    return value
  }
}

/// The action of highest value for each observation; the first of equals.
public func bestActions(_ values: [Float], count: Int) -> [Int] {
  stride(from: 0, to: values.count, by: count).map { start in
    (1..<count).reduce(0) { values[start + $1] > values[start + $0] ? $1 : $0 }
  }
}

/// How double deep Q-learning learns. The defaults are those of the shipped tracer.
public struct DoubleDQNOptions: Codable, Hashable, Sendable {
  /// Steps of all lanes together, each followed by one of learning.
  public var steps = 6000
  /// Transitions learned from at a time.
  public var batch = 256
  /// Transitions that are remembered, all lanes together.
  public var memory = 60_000
  /// Steps n of a return.
  public var returnSteps = 5
  /// Discount γ of a step.
  public var discount = 0.98
  /// Highest learning rate; half a cosine leads down to a hundredth of it.
  public var learningRate = 1e-3
  /// Weight decay of AdamW.
  public var weightDecay = 1e-4
  /// Largest Euclidean norm of the gradient.
  public var gradientLimit = 5.0
  /// Share by which the valuing copy follows after each step (Lillicrap et al. 2016, "soft").
  public var targetShare = 0.01
  /// Share of random actions at first, and at last.
  public var firstExploration = 0.5
  public var lastExploration = 0.05
  /// Steps between records.
  public var recordInterval = 250
  /// Seed of weights and exploration.
  public var seed: UInt64 = 1

  /// The defaults.
  public init() {}

  /// For a network that goes on learning in one world: gently, and near what it does already.
  public static var adapting: DoubleDQNOptions {
    var options = DoubleDQNOptions()
    (options.learningRate, options.firstExploration) = (2e-4, 0.1)
    (options.memory, options.recordInterval) = (30_000, 100)
    return options
  }

  func learningRate(step: Int) -> Double {
    learningRate * cosineDecay(Double(step) / Double(max(steps, 1)))
  }

  func exploration(step: Int) -> Double {
    let progress = min(2 * Double(step) / Double(max(steps, 1)), 1)
    return firstExploration + progress * (lastExploration - firstExploration)
  }
}

/// How learning goes; a line of the log.
public struct LearningRecord: Codable, Hashable, Sendable {
  /// Steps done.
  public var step: Int
  /// Episodes that ended since the last record.
  public var episodes: Int
  /// Mean of their sums of rewards, not discounted.
  public var meanReturn: Double
  /// Mean loss since the last record.
  public var loss: Double
}

/// Sums between two records.
private struct LearningTally {
  private var running: [Double]
  private var returns = (sum: 0.0, count: 0)
  private var losses = (sum: 0.0, count: 0)

  init(lanes: Int) { running = Array(repeating: 0, count: lanes) }

  mutating func add(_ outcomes: [Outcome]) {
    for (lane, outcome) in outcomes.enumerated() {
      running[lane] += Double(outcome.reward)
      guard outcome.ends else { continue }
      returns.sum += running[lane]
      returns.count += 1
      running[lane] = 0
    }
  }

  mutating func add(loss: Double) {
    losses.sum += loss
    losses.count += 1
  }

  /// The record; sums begin anew.
  mutating func taken(step: Int) -> LearningRecord {
    defer { (returns, losses) = ((0, 0), (0, 0)) }
    return LearningRecord(
      step: step, episodes: returns.count, meanReturn: returns.sum / Double(max(returns.count, 1)),
      loss: losses.sum / Double(max(losses.count, 1)))
  }
}
