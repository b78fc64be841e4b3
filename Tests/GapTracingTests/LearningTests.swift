import RealModule
import ReinforcementLearning
import Tensors
import TestSupport
import Testing
import TomogramModel
import Training
import Volumes

@testable import GapTracing

extension BridgeJudge {
  /// A judge that looks at nothing: log odds of any bridge.
  init(constant logOdds: Double) {
    let count = BridgeFeatures.names.count
    self.init(
      means: Array(repeating: 0, count: count), deviations: Array(repeating: 1, count: count),
      weights: [logOdds] + Array(repeating: 0, count: 2 * count))
  }
}

extension BridgeFeatures {
  /// Features that differ from 0 in the first two.
  init(_ first: Double, _ second: Double) {
    self.init(values: [first, second] + Array(repeating: 0, count: Self.names.count - 2))
  }
}

@Suite("Judging bridges") struct BridgeJudgeTests {
  /// Bridges whose log odds of being right are 1 + 2 a − b².
  static func examples(_ count: Int, seed: UInt64) -> [JudgedBridge] {
    var generator = CountedGenerator(seed)
    return (0..<count).map { _ in
      let (a, b) = (Double(generator.normal()), Double(generator.normal()))
      let odds = 1 + 2 * a - b * b
      let isRight = generator.chance(Float(1 / (1 + Double.exp(-odds))))
      return JudgedBridge(features: BridgeFeatures(a, b), isRight: isRight, isLeft: false)
    }
  }

  @Test("The law behind the examples is found")
  func law() throws {
    let judge = try #require(BridgeJudge([Self.examples(20_000, seed: 1)]))
    for (a, b) in [(0.0, 0.0), (1, 0), (-1, 1), (0.5, -1.5)] {
      let truth = 1 / (1 + Double.exp(-(1 + 2 * a - b * b)))
      #expect(abs(judge.probability(of: BridgeFeatures(a, b), isLeft: false) - truth) < 0.03)
    }
  }

  @Test("Of unseen bridges as many are right as their probabilities say")
  func calibrated() throws {
    let judge = try #require(BridgeJudge([Self.examples(3000, seed: 2)]))
    let unseen = Self.examples(20_000, seed: 3)
    for lower in [0.1, 0.4, 0.8] {
      let group = unseen.filter {
        (lower..<lower + 0.15).contains(judge.probability(of: $0.features, isLeft: false))
      }
      let said = group.map { judge.probability(of: $0.features, isLeft: false) }.reduce(0, +)
      let right = Double(group.count { $0.isRight })
      // Three standard deviations of a count.
      #expect(abs(said - right) < 3 * (said * (1 - said / Double(group.count))).squareRoot())
    }
  }

  @Test("Where a network's own gaps are harder than they look, their odds alone are taken down")
  func leftGaps() throws {
    let tomograms = (1...5 as ClosedRange<UInt64>).map { seed in
      var generator = CountedGenerator(seed)
      return (0..<800).map { number -> JudgedBridge in
        let (a, isLeft) = (2 * Double(generator.normal()), number < 100)
        let isRight = generator.chance(Float(Self.share(a, isLeft: isLeft)))
        return JudgedBridge(features: BridgeFeatures(a, 0), isRight: isRight, isLeft: isLeft)
      }
    }
    let judge = try #require(BridgeJudge(tomograms))
    for a in [-1.0, 0.5, 2] {
      for isLeft in [true, false] {
        let probability = judge.probability(of: BridgeFeatures(a, 0), isLeft: isLeft)
        // Three standard deviations of a share of 500.
        #expect(abs(probability - Self.share(a, isLeft: isLeft)) < 0.06)
      }
    }
  }

  /// How many of such bridges are right: a network's gaps have half the log odds of others, less 0.5.
  private static func share(_ a: Double, isLeft: Bool) -> Double {
    1 / (1 + Double.exp(-(isLeft ? a - 0.5 : 2 * a)))
  }

  @Test("Nothing is learned from bridges of one kind")
  func oneKind() {
    let features = BridgeFeatures(0, 0)
    #expect(BridgeJudge([]) == nil)
    #expect(BridgeJudge([[JudgedBridge(features: features, isRight: true, isLeft: true)]]) == nil)
  }
}

@Suite("Lessons in tracing") struct LessonTests {
  static let size = VolumeSize(x: 60, y: 60, z: 40)
  static let sheet = AnalyticSurface.plane(
    point: SIMD3(30, 30, 20), normal: direction(thetaDegrees: 20, phiDegrees: 0))

  static func volume<Sample: VolumeSample>(_ block: Block<Sample>) -> Volume<Sample> {
    Volume(
      geometry: VolumeGeometry(size: block.region.size, voxelSizeAngstrom: 10),
      samples: block.samples)
  }

  /// A sheet with a slit, and the whole sheet as truth.
  static func lesson() -> TracingLesson {
    let whole = sheet.mask(size: size, thickness: 4) { _ in true }
    let slit = sheet.mask(size: size, thickness: 4) { 5 < abs($0.y - 30) }
    var lesson = TracingLesson(tilt: .customary)
    lesson.mask = volume(slit)
    lesson.labels = volume(whole.map { UInt16($0) * 7 })
    return lesson
  }

  @Test("Straight agents are paid for bridges that are right, and not for stopping")
  func rewards() throws {
    try TemporaryFolder.with { folder in
      let course = try TracingCourse(
        Self.lesson(), options: TracingOptions(), seed: 1, scratchFolder: folder, workers: .one)
      #expect(0 < course.startCount)
      #expect(course.membranes.allSatisfy { $0 == 7 })
      var environment = TracingEnvironment(
        [course], options: TracingOptions(), laneCount: 32, seed: 1, workers: .one)
      let stopped = environment.step(Array(repeating: RimAgent.stop, count: 32))
      #expect(stopped.allSatisfy { $0 == Outcome(reward: 0, ends: true) })
      var sums = [Float](repeating: 0, count: 32)
      var ended: [Float] = []
      for _ in 0..<40 {
        for (lane, outcome) in environment.step(Array(repeating: 2, count: 32)).enumerated() {
          sums[lane] += outcome.reward
          guard outcome.ends else { continue }
          ended.append(sums[lane])
          sums[lane] = 0
        }
      }
      let right = ended.count { 1 <= $0 }
      #expect(Double(right) > 0.9 * Double(ended.count))
      #expect(ended.allSatisfy { $0 < 1.3 })
    }
  }

  @Test("Episodes depend on the seed alone")
  func reproducible() throws {
    try TemporaryFolder.with { folder in
      let course = try TracingCourse(
        Self.lesson(), options: TracingOptions(), seed: 1, scratchFolder: folder, workers: .one)
      func seen(seed: UInt64, workers: Workers) -> Observations {
        var environment = TracingEnvironment(
          [course], options: TracingOptions(), laneCount: 8, seed: seed, workers: workers)
        _ = environment.step([0, 1, 2, 3, 4, 5, 2, 2])
        return environment.observations()
      }
      #expect(seen(seed: 1, workers: .one) == seen(seed: 1, workers: Workers(count: 3)))
      #expect(seen(seed: 1, workers: .one) != seen(seed: 2, workers: .one))
    }
  }

  @Test("Gaps are cut out of the membrane alone, as much as is asked for, and dimmed")
  func gaps() throws {
    try TemporaryFolder.with { folder in
      // Large, so that a fifth of it takes several gaps.
      let size = VolumeSize(x: 160, y: 160, z: 110)
      let sheet = AnalyticSurface.plane(point: SIMD3(0, 0, 30), normal: SIMD3(0, 0, 1))
        .mask(size: size, thickness: 4) { _ in true }
      let geometry = VolumeGeometry(size: size, voxelSizeAngstrom: 10)
      func scratch<Sample: VolumeSample>(_ block: Block<Sample>) throws -> ScratchVolume<Sample> {
        let volume = try ScratchVolume<Sample>(geometry: geometry, folder: folder)
        volume.write(block)
        return volume
      }
      let labels = try scratch(sheet.map { UInt16($0) })
      let mask = try scratch(sheet)
      let probability = try scratch(sheet.map { $0 == 0 ? UInt8(0) : 250 })
      let density = try scratch(sheet.map { $0 == 0 ? UInt8(128) : 200 })
      try GapEraser(
        labels: labels, mask: mask, probability: probability, density: density, workers: .one
      ).erase(seed: 3)
      let left = try mask.readAll().samples
      let (likely, grey) = (try probability.readAll().samples, try density.readAll().samples)
      let before = sheet.samples.count { $0 != 0 }
      let erased = Double(before - left.count { $0 != 0 }) / Double(before)
      #expect(0.15 < erased && erased < 0.4)
      func isCut(_ offset: Int) -> Bool { left[offset] == 0 && sheet.samples[offset] != 0 }
      #expect(!left.indices.contains { left[$0] != 0 && sheet.samples[$0] == 0 })
      #expect(!left.indices.contains { isCut($0) && 101 < likely[$0] })
      #expect(!grey.contains { $0 != 200 && $0 != 128 })
      // Some gaps are faded, and none of them lets membrane stay in the density.
      let faded = left.indices.count { isCut($0) && grey[$0] == 128 }
      #expect(0 < faded)
    }
  }

  @Test("A tracer survives its file, and files of other kinds are refused")
  func file() throws {
    try TemporaryFolder.with { folder in
      var card = TracerCard()
      card.judges = ["tracer": BridgeJudge(constant: 0.25)]
      card.training = ["seed": "5"]
      let weights = ActionValueNetwork.initialWeights(card.architecture, seed: 5)
      let path = folder + "/tracer.safetensors"
      try TracerModel(card: card, weights: weights).write(to: path)
      let model = try TracerModel(path: path)
      #expect(model.card == card)
      #expect(Set(model.weights.keys) == Set(weights.keys))
      let engine = try Engine.open()
      let scalars = AgentView.shape.scalars
      let observation = Observations(
        shape: AgentView.shape, images: Array(repeating: 9, count: AgentView.shape.imageCount),
        scalars: Array(repeating: 0.5, count: scalars))
      let values = try model.network(device: .cpu, engine: engine).values(of: observation)
      #expect(values.count == RimAgent.actionCount)
      let other = folder + "/other.safetensors"
      try TensorFile(metadata: ["x": "y"], tensors: [:]).write(
        to: other, precision: .single, overwrite: false)
      #expect(throws: TracerModelError.self) { try TracerModel(path: other) }
    }
  }
}
