public import ReinforcementLearning
public import Tensors
public import TomogramModel
public import Volumes

extension TracerModel {
  /// Episodes side by side while agents learn.
  private static let laneCount = 128

  /// A tracer that has learned nothing yet, by the seed alone.
  public init(seed: UInt64) {
    let card = TracerCard()
    self.init(
      card: card, weights: ActionValueNetwork.initialWeights(card.architecture, seed: seed))
  }

  /// The model's network after its agents have gone on learning; the judges stay as they are.
  ///
  /// - Parameters:
  ///   - tracing: how far agents go.
  ///   - learning: how, and by which seed.
  ///   - log: gets the records of learning.
  /// - Throws: `TracingError.nothingToLearn` where no course has a rim to set out from;
  ///   `EngineError`, `TrainingError`, `TracerModelError`, and what the monitor and the log throw.
  public func network(
    learningIn courses: [TracingCourse], tracing: TracingOptions, learning: DoubleDQNOptions,
    device: Device, engine: Engine, workers: Workers, monitor: StageMonitor,
    log: (LearningRecord) throws -> Void
  ) throws -> ActionValueNetwork {
    let courses = courses.filter { 0 < $0.startCount }
    guard !courses.isEmpty else { throw TracingError.nothingToLearn }
    guard
      let learner = try DoubleDQN(
        card.architecture, weights: weights, options: learning, device: device, engine: engine)
    else { throw TracerModelError.noTracer(path: "The model", reason: "weights are missing") }
    var environment = TracingEnvironment(
      courses, options: tracing, laneCount: Self.laneCount, seed: learning.seed, workers: workers)
    try learner.learn(in: &environment, monitor: monitor, log: log)
    return learner.network
  }
}
