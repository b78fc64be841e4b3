import Collective
import FoundationEssentials
import Tensors
import TestSupport
import Testing
import TomogramModel
@testable import Training

private let engine = try? Engine.open()
private let isRequired = ProcessInfo.processInfo.environment["BILAYER_REQUIRE_ENGINE"] == "1"

/// Two convolutions with a norm between: gradients pass through what ranks share. It is smooth, as
/// a rectifier's gradient would jump where rounding alone changes a sign.
private final class NormedNetwork: Network {
  private let tensors: [NamedTensor]
  let statistics: [NamedTensor]

  init(_ engine: Engine) throws {
    func named(_ name: String, _ shape: [Int], _ value: (Int) -> Float) throws -> NamedTensor {
      let count = shape.reduce(1, *)
      return NamedTensor(
        name, try Tensor((0..<count).map(value), shape: shape, engine: engine))
    }
    tensors = [
      try named("first", [4, 1, 3, 3]) { Float(($0 * 7) % 11) * 0.06 - 0.3 },
      try named("scale", [4]) { 1 + 0.1 * Float($0) }, try named("shift", [4]) { 0.1 * Float($0) },
      try named("last", [1, 4, 1, 1]) { 0.5 - 0.3 * Float($0) }, try named("bias", [1]) { _ in 0 },
    ]
    statistics = [
      try named("mean", [4]) { _ in 0 }, try named("variance", [4]) { _ in 1 },
    ]
  }

  var parameters: [NamedTensor] { tensors }

  func logits(of input: Tensor, training: Bool) throws(EngineError) -> Tensor {
    let normed = try input.convolved(with: tensors[0].tensor, padding: 1).batchNormalised(
      scale: tensors[1].tensor, shift: tensors[2].tensor, runningMean: statistics[0].tensor,
      runningVariance: statistics[1].tensor, training: training, momentum: 0.1, epsilon: 1e-5)
    return try normed.sigmoid().convolved(with: tensors[3].tensor, bias: tensors[4].tensor)
  }
}

/// Five samples of unlike brightness and weight: parts of a batch that resemble it in nothing.
private struct UnlikeSource: TrainingSource {
  let validationBatchCount = 3

  func batch(step: Int) -> TrainingBatch {
    var generator = CountedGenerator(9, UInt64(step))
    let (samples, pixels) = (5, 64)
    var (input, target, weight): ([Float], [Float], [Float]) = ([], [], [])
    for sample in 0..<samples {
      let brightness = Float(sample) - generator.uniform(0...3)
      for _ in 0..<pixels {
        let value = brightness + generator.normal()
        input.append(value)
        target.append(0.5 < value ? 1 : 0)
        weight.append(sample == 1 ? 0 : Float(1 + sample))
      }
    }
    func tensor(_ values: [Float]) -> TensorValues {
      TensorValues(shape: [samples, 1, 8, 8], values: values)
    }
    return TrainingBatch(
      input: tensor(input), target: tensor(target), weight: tensor(weight))
  }

  func validationBatch(_ index: Int) -> TrainingBatch { batch(step: 1_000_000 + index) }
}

@Suite(
  .serialized, .enabled(if: engine != nil || isRequired, "No engine: run `make engine` first."))
struct SharedTrainingTests {
  private let engine: Engine
  private let options: TrainingOptions

  init() throws {
    engine = try Engine.open()
    try engine.setThreads(1)
    var options = TrainingOptions()
    (options.steps, options.learningRate) = (40, 0.02)
    (options.validationInterval, options.checkpointInterval) = (20, 10)
    (options.recalibrationBatches, options.averagingSteps) = (4, 10)
    self.options = options
  }

  private struct Outcome: Sendable {
    var records: [TrainingRecord]
    var state: [Float]
  }

  private func train(
    on ranks: any Communicator, checkpoint: String? = nil, resumed: Bool = false,
    stopAfter: Int = .max, mixedPrecision: Bool = false
  ) throws -> Outcome {
    var options = options
    options.mixedPrecision = mixedPrecision
    let trainer = try Trainer(
      NormedNetwork(engine), source: UnlikeSource(), options: options, device: .cpu,
      engine: engine, ranks: ranks)
    if let checkpoint, resumed, ranks.isFirst { try trainer.resume(from: checkpoint) }
    var records: [TrainingRecord] = []
    let monitor = StageMonitor(progress: { _ in }, shouldStop: { false })
    try trainer.run(checkpointPath: checkpoint, logInterval: 1, monitor: monitor) { record in
      records.append(record)
      if record.step == stopAfter { throw CancellationError() }
    }
    try trainer.finish()
    let tensors = trainer.network.parameters + trainer.network.statistics
    return Outcome(records: records, state: try tensors.flatMap { try $0.tensor.values() })
  }

  /// With 32 bits sums in another order differ by some units of 2⁻²⁴; forty steps make that grow, but not a
  /// hundredfold a step as a wrong norm or loss would.
  private static let rounding = 1e-4

  @Test(
    "Ranks train as one does on the whole batch, also with parts of unequal size",
    arguments: [2, 3, 5])
  func equalsOneRank(_ size: Int) throws {
    let alone = try train(on: SingleRank())
    let shared = try ThreadRanks.run(size) { try train(on: $0) }
    for outcome in shared {
      #expect(outcome.records.map(\.step) == alone.records.map(\.step))
      for (own, other) in zip(outcome.records, alone.records) {
        #expect(abs(own.loss - other.loss) <= Self.rounding * abs(other.loss), "\(other.step)")
        #expect(abs(own.dice - other.dice) <= Self.rounding)
        let difference = abs(own.gradientNorm - other.gradientNorm)
        #expect(difference <= 10 * Self.rounding * (1 + other.gradientNorm))
      }
      for (own, other) in zip(outcome.state, alone.state) {
        #expect(abs(own - other) <= Float(Self.rounding) * (1 + abs(other)))
      }
      // Ranks have the same bits among themselves, so that one may write for all.
      #expect(outcome.state == shared[0].state)
      #expect(outcome.records == shared[0].records)
    }
  }

  @Test("In mixed precision, too, ranks begin as one does, and have the same bits")
  func mixedPrecision() throws {
    let alone = try train(on: SingleRank(), mixedPrecision: true)
    let shared = try ThreadRanks.run(2) { try train(on: $0, mixedPrecision: true) }
    #expect(shared[0].state == shared[1].state)
    // Eight significant bits, and sums that cancel in part.
    for (own, other) in zip(shared[0].records.prefix(3), alone.records) {
      #expect(abs(own.loss - other.loss) <= 0.01 * abs(other.loss), "\(other.step)")
    }
  }

  @Test("Threads that train side by side, each by itself, have the bits of one alone")
  func trainsSideBySide() throws {
    let alone = try train(on: SingleRank())
    for _ in 0..<40 {
      let both = try ThreadRanks.run(2) { _ in try train(on: SingleRank()) }
      #expect(both.allSatisfy { $0.records == alone.records && $0.state == alone.state })
    }
  }

  @Test("Ranks that lost one of them, and are started again, go on to the same bits")
  func resumes() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/checkpoint"
      let whole = try ThreadRanks.run(2) { try train(on: $0) }
      #expect(throws: CancellationError.self) {
        try ThreadRanks.run(2) { ranks in
          try train(on: ranks, checkpoint: path, stopAfter: ranks.rank == 1 ? 17 : .max)
        }
      }
      let resumed = try ThreadRanks.run(2) { try train(on: $0, checkpoint: path, resumed: true) }
      #expect(resumed[0].state == whole[0].state)
      #expect(resumed[1].state == whole[1].state)
      // From the checkpoint after step 10 on.
      #expect(resumed[1].records == whole[1].records.filter { 10 < $0.step })
    }
  }

  @Test("The norm of a batch in parts has the values and gradients of the norm of the whole")
  func normOfAll() throws {
    // Channel means far from 0 next to their deviation: where sums of squares would lose digits.
    let values: [Float] = (0..<96).map { 100 + Float(($0 * 37) % 13) + 0.01 * Float($0) }
    let slopes: [Float] = (0..<96).map { Float(($0 * 5) % 7) - 3 }
    let whole = try normed(values, slopes, on: SingleRank())
    let parts = try ThreadRanks.run(2) { ranks in
      let half = ranks.rank * 48..<(ranks.rank + 1) * 48
      return try normed(Array(values[half]), Array(slopes[half]), on: ranks)
    }
    let names = ["output", "input gradient"]
    for (index, name) in names.enumerated() {
      for (own, other) in zip(parts[0][index] + parts[1][index], whole[index]) {
        #expect(abs(own - other) < 1e-4, "\(name)")
      }
    }
    // Gradients of scale and shift are of the own part, and add up.
    for index in 2...3 {
      let sums = zip(parts[0][index], parts[1][index]).map { $0 + $1 }
      for (own, other) in zip(sums, whole[index]) { #expect(abs(own - other) < 1e-3) }
    }
    for index in 4...5 {
      for (own, other) in zip(parts[1][index], whole[index]) {
        #expect(abs(own - other) < 1e-5 * abs(other))
      }
    }
  }

  /// Output, gradients of input, scale and shift, and the running statistics, of two channels.
  private func normed(
    _ values: [Float], _ slopes: [Float], on ranks: any Communicator
  ) throws -> [[Float]] {
    let shape = [values.count / 24, 2, 3, 4]
    func tensor(_ values: [Float], _ shape: [Int]) throws -> Tensor {
      try Tensor(values, shape: shape, engine: engine)
    }
    let x = try tensor(values, shape)
    let (scale, shift) = (try tensor([2, 0.5], [2]), try tensor([1, -1], [2]))
    let (mean, variance) = (try tensor([0, 0], [2]), try tensor([1, 1], [2]))
    for leaf in [x, scale, shift] { try leaf.setRequiresGradient(true) }
    return try engine.shared(by: ranks) {
      let y = try x.batchNormalised(
        scale: scale, shift: shift, runningMean: mean, runningVariance: variance, training: true,
        momentum: 0.1, epsilon: 1e-5)
      try (try y * (try tensor(slopes, shape))).sum().backward()
      return [
        try y.values(), try x.gradient().values(), try scale.gradient().values(),
        try shift.gradient().values(), try mean.values(), try variance.values(),
      ]
    }
  }

  @Test("Buckets cover all tensors in order, and only a large one exceeds the limit")
  func buckets() {
    #expect(TensorList.buckets([], limit: 8) == [])
    #expect(TensorList.buckets([3, 5, 1, 20, 2, 2], limit: 8) == [0..<2, 2..<3, 3..<4, 4..<6])
    #expect(TensorList.buckets([9], limit: 8) == [0..<1])
    for limit in 1...30 {
      let counts = (0..<17).map { ($0 * 7) % 11 }
      let buckets = TensorList.buckets(counts, limit: limit)
      #expect(buckets.flatMap { Array($0) } == Array(counts.indices))
      for bucket in buckets where 1 < bucket.count {
        #expect(counts[bucket].reduce(0, +) <= limit)
      }
    }
  }

  @Test("Gradients summed in buckets of any size are the sums one by one")
  func summedGradients() throws {
    let shapes = [[2, 3], [1], [4, 2, 2], [5]]
    @Sendable func gradients(_ ranks: any Communicator, limit: Int) throws -> [Float] {
      var tensors: [Tensor] = []
      for (index, shape) in shapes.enumerated() {
        let count = shape.reduce(1, *)
        let values = (0..<count).map { Float($0 + index) * Float(ranks.rank + 1) }
        let tensor = try Tensor(values, shape: shape, engine: engine)
        try tensor.setRequiresGradient(true)
        try (try tensor * tensor).sum().affine(scale: 0.5, shift: 0).backward()
        tensors.append(tensor)
      }
      let list = TensorList(tensors)
      try list.sumGradients(over: ranks, bucketLimit: limit)
      return try tensors.flatMap { try $0.gradient().values() }
    }
    // The gradient of x² / 2 is x; ranks hold once, twice and three times the same.
    let expected = try gradients(SingleRank(), limit: 1).map { 6 * $0 }
    for limit in [1, 7, 16, 1000] {
      let summed = try ThreadRanks.run(3) { try gradients($0, limit: limit) }
      #expect(summed == [expected, expected, expected])
    }
  }

  @Test("Parts of a batch are its samples, each in one part", arguments: [1, 2, 3, 7, 8])
  func parts(_ count: Int) throws {
    let source: any TrainingSource = UnlikeSource()
    let batch = try source.batch(step: 3)
    let parts = try (0..<count).map { try source.batch(step: 3, part: BatchPart($0, of: count)) }
    #expect(parts.map { $0.input.shape[0] }.reduce(0, +) == 5)
    #expect(parts.flatMap { $0.input.values } == batch.input.values)
    #expect(parts.flatMap { $0.target.values } == batch.target.values)
    #expect(parts.flatMap { $0.weight.values } == batch.weight.values)
    let sizes = parts.map { $0.input.shape[0] }
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
  }
}
