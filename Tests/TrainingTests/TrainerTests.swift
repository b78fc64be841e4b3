import FoundationEssentials
import Tensors
import TestSupport
import Testing
import TomogramModel
import Training

private let engine = try? Engine.open()
private let isRequired = ProcessInfo.processInfo.environment["BILAYER_REQUIRE_ENGINE"] == "1"

/// A network of one normalised convolution in 2D: the smallest with all kinds of state.
private final class TinyNetwork: Network {
  let weight, bias, scale, shift, mean, variance: Tensor

  init(_ engine: Engine) throws {
    func tensor(_ values: [Float], _ shape: [Int]) throws -> Tensor {
      try Tensor(values, shape: shape, engine: engine)
    }
    weight = try tensor((0..<9).map { Float($0 % 4) * 0.1 - 0.1 }, [1, 1, 3, 3])
    bias = try tensor([0.1], [1])
    (scale, shift) = (try tensor([1], [1]), try tensor([0], [1]))
    (mean, variance) = (try tensor([0], [1]), try tensor([1], [1]))
  }

  var parameters: [NamedTensor] {
    [
      NamedTensor("weight", weight), NamedTensor("bias", bias), NamedTensor("scale", scale),
      NamedTensor("shift", shift),
    ]
  }
  var statistics: [NamedTensor] { [NamedTensor("mean", mean), NamedTensor("variance", variance)] }

  func logits(of input: Tensor, training: Bool) throws(EngineError) -> Tensor {
    try input.convolved(with: weight, bias: bias, padding: 1).batchNormalised(
      scale: scale, shift: shift, runningMean: mean, runningVariance: variance, training: training,
      momentum: 0.1, epsilon: 1e-5)
  }
}

/// Noise whose bright spots are the target, seen through a blur.
private struct SpotSource: TrainingSource {
  var weight: Float = 1
  var spoiledStep = -1
  let validationBatchCount = 2

  func batch(step: Int) -> TrainingBatch {
    var generator = CountedGenerator(5, UInt64(step))
    let shape = [2, 1, 8, 8]
    var input = (0..<128).map { _ in generator.uniform(0...1) }
    let target = input.map { 0.7 < $0 ? Float(1) : 0 }
    if step == spoiledStep { input[0] = .nan }
    return TrainingBatch(
      input: TensorValues(shape: shape, values: input),
      target: TensorValues(shape: shape, values: target),
      weight: TensorValues(shape: shape, values: Array(repeating: weight, count: 128)))
  }

  func validationBatch(_ index: Int) -> TrainingBatch { batch(step: 1_000_000 + index) }
}

/// The same batch for ever, of 128 KiB a tensor: a leaked one a step would be 128 MiB after 1000.
private struct ConstantSource: TrainingSource {
  let validationBatchCount = 0
  private let constant: TrainingBatch

  init() {
    let count = 2 * 128 * 128
    let values = (0..<count).map { Float($0 % 7) }
    func tensor(_ values: [Float]) -> TensorValues {
      TensorValues(shape: [2, 1, 128, 128], values: values)
    }
    constant = TrainingBatch(
      input: tensor(values), target: tensor(values.map { 4 < $0 ? 1 : 0 }),
      weight: tensor(Array(repeating: 1, count: count)))
  }

  func batch(step: Int) -> TrainingBatch { constant }

  func validationBatch(_ index: Int) -> TrainingBatch { constant }
}

@Suite(
  .serialized, .enabled(if: engine != nil || isRequired, "No engine: run `make engine` first."))
struct TrainerTests {
  private let engine: Engine
  private var options = TrainingOptions()

  init() throws {
    engine = try Engine.open()
    // Sums are split by threads: with one, results are the same to the bit.
    try engine.setThreads(1)
    options.steps = 60
    options.learningRate = 0.05
    options.averagingSteps = 10
    options.validationInterval = 0
    options.recalibrationBatches = 4
  }

  private func trainer(
    _ options: TrainingOptions, source: SpotSource = SpotSource()
  ) throws -> Trainer<TinyNetwork> {
    try Trainer(
      TinyNetwork(engine), source: source, options: options, device: .cpu, engine: engine)
  }

  private func state(_ trainer: Trainer<TinyNetwork>) throws -> [[Float]] {
    try (trainer.network.parameters + trainer.network.statistics).map { try $0.tensor.values() }
  }

  @Test("The loss falls, the Dice rises, and unseen data agree")
  func learning() throws {
    var longer = options
    longer.steps = 160
    let trainer = try trainer(longer)
    let before = try trainer.validate()
    var records: [TrainingRecord] = []
    try trainer.run { records.append($0) }
    let after = try trainer.validate()
    #expect(records.map(\.step) == [50, 100, 150, 160])
    #expect(after.loss < 0.6 * before.loss)
    #expect(before.dice + 0.2 < after.dice)
  }

  @Test("A run that was stopped and resumed ends with the same bits as one that was not")
  func resume() throws {
    try TemporaryFolder.with { folder in
      let whole = try trainer(options)
      try whole.run()
      let path = folder + "/checkpoint"
      let stopped = try trainer(options)
      let monitor = StageMonitor(progress: { _ in }, shouldStop: { true })
      for _ in 0..<24 { try stopped.takeStep() }
      #expect(throws: Stopped.self) { try stopped.run(checkpointPath: path, monitor: monitor) }
      let resumed = try trainer(options)
      try resumed.resume(from: path)
      #expect(resumed.step == 25)
      try resumed.run()
      #expect(try state(resumed) == state(whole))
      try resumed.finish()
      try whole.finish()
      #expect(try state(resumed) == state(whole))
    }
  }

  @Test("A checkpoint of other options or of something else is refused")
  func mismatch() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/checkpoint"
      try trainer(options).writeCheckpoint(to: path)
      var others = options
      others.learningRate = 0.01
      #expect(throws: TrainingError.self) { try trainer(others).resume(from: path) }
      try TensorFile().write(to: path, overwrite: true)
      #expect(throws: TrainingError.self) { try trainer(options).resume(from: path) }
    }
  }

  @Test("Validation leaves training as if it had not been")
  func validation() throws {
    let (watched, unwatched) = (try trainer(options), try trainer(options))
    for _ in 0..<5 {
      try watched.takeStep()
      _ = try watched.validate()
      try unwatched.takeStep()
    }
    #expect(try state(watched) == state(unwatched))
  }

  @Test("Nothing leaks: as many tensors and as much memory after 1000 steps as after 100")
  func leaks() throws {
    var many = options
    many.steps = 2000
    let trainer = try Trainer(
      TinyNetwork(engine), source: ConstantSource(), options: many, device: .cpu, engine: engine)
    for _ in 0..<100 { try trainer.takeStep() }
    let (tensors, memory) = (engine.liveTensorCount, residentMiB())
    for _ in 0..<1000 { try trainer.takeStep() }
    #expect(engine.liveTensorCount == tensors)
    // Half of what one leaked tensor a step would take; other tests run meanwhile.
    #expect(residentMiB() <= memory + 64)
  }

  @Test("A loss that is no number stops training and names the step")
  func divergence() throws {
    let trainer = try trainer(options, source: SpotSource(spoiledStep: 3))
    #expect(throws: TrainingError.diverged(step: 3)) { try trainer.run() }
  }

  @Test("A batch of which nothing counts changes weights by decay alone and breaks nothing")
  func nothingCounts() throws {
    let trainer = try trainer(options, source: SpotSource(weight: 0))
    let record = try trainer.takeStep()
    #expect(record.gradientNorm == 0 && record.loss.isFinite && record.dice == 1)
  }

  @Test("The averaged weights lie between the first and the last")
  func averaging() throws {
    var slow = options
    slow.averagingSteps = 1000
    let trainer = try trainer(slow)
    for _ in 0..<60 { try trainer.takeStep() }
    let last = try trainer.network.weight.values()
    try trainer.finish()
    let averaged = try trainer.network.weight.values()
    let first = try TinyNetwork(engine).weight.values()
    #expect(averaged != last)
    func distance(_ a: [Float], _ b: [Float]) -> Float {
      zip(a, b).reduce(0) { $0 + abs($1.0 - $1.1) }
    }
    #expect(distance(averaged, last) < distance(first, last))
  }

  private func residentMiB() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
    return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) / 1024
  }
}
