import Tensors
import Testing
import TomogramModel

@testable import ReinforcementLearning

@Suite("Double deep Q-learning") struct DoubleDQNTests {
  static let architecture = ActionValueNetwork.Architecture(
    observation: Corridor.shape, actions: 3, channels: [4, 8], hidden: 16)

  static func options(steps: Int) -> DoubleDQNOptions {
    var options = DoubleDQNOptions()
    (options.steps, options.batch, options.memory, options.returnSteps) = (steps, 64, 4000, 3)
    (options.discount, options.learningRate, options.targetShare) = (0.8, 3e-3, 0.05)
    options.recordInterval = 100
    return options
  }

  static func trained(steps: Int) throws -> (DoubleDQN, [LearningRecord]) {
    let engine = try Engine.open()
    let learner = try #require(
      try DoubleDQN(
        architecture, options: options(steps: steps), device: .cpu, engine: engine))
    var corridor = Corridor(lanes: 16)
    var log: [LearningRecord] = []
    try learner.learn(in: &corridor, monitor: .silent) { log.append($0) }
    return (learner, log)
  }

  @Test("Actions come to be worth what they bring, discounted")
  func corridor() throws {
    let (learner, log) = try Self.trained(steps: 700)
    let values = try learner.network.values(of: Corridor.observations(at: [0, 1, 2, 3]))
    for place in 0..<4 {
      // Right from place p: the reward comes 3 − p steps later.
      let right = [0.512, 0.64, 0.8, 1][place]
      let left = 0.8 * [0.512, 0.512, 0.64, 0.8][place]
      #expect(abs(Double(values[3 * place + 1]) - right) < 0.06)
      #expect(abs(Double(values[3 * place]) - left) < 0.1)
      #expect(abs(Double(values[3 * place + 2])) < 0.06)
    }
    #expect(bestActions(values, count: 3) == [1, 1, 1, 1])
    #expect(log.map(\.step) == [100, 200, 300, 400, 500, 600, 700])
    #expect(log[0].meanReturn < log[6].meanReturn)
  }

  @Test("The same seed gives the same network, another seed another")
  func reproducible() throws {
    let (first, _) = try Self.trained(steps: 20)
    let (second, _) = try Self.trained(steps: 20)
    // Suites that run beside this one set the engine's threads, and with them the order of sums.
    let rounding: Float = 1e-4
    let (one, two) = (try first.network.weights(), try second.network.weights())
    for (name, values) in one {
      let others = try #require(two[name]).values
      #expect(zip(values.values, others).allSatisfy { abs($0 - $1) < rounding })
    }
    #expect(
      ActionValueNetwork.initialWeights(Self.architecture, seed: 1)
        != ActionValueNetwork.initialWeights(Self.architecture, seed: 2))
  }

  @Test("Weights of another architecture are refused")
  func otherArchitecture() throws {
    let engine = try Engine.open()
    let weights = ActionValueNetwork.initialWeights(Self.architecture, seed: 1)
    var other = Self.architecture
    other.hidden = 17
    #expect(
      try ActionValueNetwork(other, weights: weights, device: .cpu, engine: engine) == nil)
    let network = try #require(
      try ActionValueNetwork(Self.architecture, weights: weights, device: .cpu, engine: engine))
    #expect(try network.weights() == weights)
    let nothing = Observations(shape: Corridor.shape, images: [], scalars: [])
    #expect(try network.values(of: nothing).isEmpty)
  }

  @Test("Of equal values the first action is taken")
  func ties() {
    #expect(bestActions([1, 1, 0, 0, 2, 2], count: 3) == [0, 1])
  }
}
