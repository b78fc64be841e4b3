import FoundationEssentials
import MembranePrediction
import Tensors
import TestSupport
import Testing
import Training

private let engine = try? Engine.open()
private let isRequired = ProcessInfo.processInfo.environment["BILAYER_REQUIRE_ENGINE"] == "1"

/// Small networks of every kind.
let smallArchitectures = [
  UNetArchitecture(dimension: 3, stemStride: 2, channels: [4, 6, 8], convolutionsPerLevel: 2),
  UNetArchitecture(dimension: 3, stemStride: 1, channels: [4, 6], convolutionsPerLevel: 1),
  UNetArchitecture(dimension: 3, stemStride: 2, channels: [4], convolutionsPerLevel: 1),
  UNetArchitecture(dimension: 2, stemStride: 2, channels: [4, 6], convolutionsPerLevel: 2),
  UNetArchitecture(dimension: 2, stemStride: 1, channels: [4, 6, 8], convolutionsPerLevel: 3),
]

@Suite(
  .serialized, .enabled(if: engine != nil || isRequired, "No engine: run `make engine` first."))
struct UNetTests {
  private let engine: Engine

  init() throws { engine = try Engine.open() }

  private func network(
    _ architecture: UNetArchitecture, weights: [String: TensorValues]? = nil, folded: Bool = false
  ) throws -> UNet {
    try UNet(
      architecture, weights: weights ?? UNet.initialWeights(architecture, seed: 3), folded: folded,
      device: .cpu, engine: engine)
  }

  private func noise(
    _ architecture: UNetArchitecture, edge: Int
  ) throws(EngineError) -> Tensor {
    let shape = [1, 1] + Array(repeating: edge, count: architecture.dimension)
    let values = (0..<shape.reduce(1, *)).map { (index: Int) -> Float in
      Float((index * 7919 + 13) % 101) / 50 - 1
    }
    return try Tensor(values, shape: shape, engine: engine)
  }

  @Test(
    "There is a finite logit for each voxel, and as many weights as the plan counts",
    arguments: smallArchitectures)
  func shape(architecture: UNetArchitecture) throws {
    let network = try network(architecture)
    let input = try noise(architecture, edge: 2 * architecture.lengthMultiple)
    let logits = try network.logits(of: input, training: true)
    #expect(logits.shape == input.shape)
    #expect(try logits.values().allSatisfy { $0.isFinite })
    let count = network.parameters.reduce(0) { $0 + $1.tensor.shape.reduce(1, *) }
    #expect(count == architecture.parameterCount)
    #expect(Set(network.parameters.map(\.name)).count == network.parameters.count)
  }

  @Test(
    "A folded network says the same as the one it was folded from",
    arguments: smallArchitectures)
  func folding(architecture: UNetArchitecture) throws {
    let trained = try network(architecture)
    let input = try noise(architecture, edge: 2 * architecture.lengthMultiple)
    // Moves the statistics off 0 and 1.
    for _ in 0..<10 { _ = try trained.logits(of: input, training: true) }
    let folded = try network(architecture, weights: trained.weights(), folded: true)
    let (a, b) = (
      try trained.logits(of: input, training: false).values(),
      try folded.logits(of: input, training: false).values()
    )
    #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test(
    "In mixed precision logits differ by rounding where the processor rounds, else not at all",
    arguments: smallArchitectures)
  func mixedPrecision(architecture: UNetArchitecture) throws {
    let network = try network(architecture)
    let edge = 2 * architecture.lengthMultiple
    func logits(mixed: Bool, training: Bool) throws -> [Float] {
      try engine.withMixedPrecision(mixed) { () throws(EngineError) in
        // Made within: how it is laid out is decided here.
        let input = try noise(architecture, edge: edge)
        return try network.logits(of: input, training: training)
      }.values()
    }
    for training in [true, false] {
      let single = try logits(mixed: false, training: training)
      let mixed = try logits(mixed: true, training: training)
      let spread = single.max()! - single.min()!
      let errors = zip(single, mixed).map { abs($0 - $1) }
      #expect(errors.reduce(0, +) / Float(errors.count) < 0.01 * spread)
      #expect((single != mixed) == engine.processorMultipliesBFloat16)
    }
  }

  @Test("In mixed precision gradients point where those of 32 bits do")
  func mixedGradients() throws {
    let architecture = smallArchitectures[0]
    func gradients(mixed: Bool) throws -> [Float] {
      let network = try network(architecture)
      for named in network.parameters { try named.tensor.setRequiresGradient(true) }
      let logits = try engine.withMixedPrecision(mixed) { () throws(EngineError) in
        try network.logits(
          of: try noise(architecture, edge: 4 * architecture.lengthMultiple), training: true)
      }
      try (try logits * logits).sum().backward()
      return try network.parameters.flatMap { try $0.tensor.gradient().values() }
    }
    let (single, mixed) = (try gradients(mixed: false), try gradients(mixed: true))
    func product(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let norms = (product(single, single) * product(mixed, mixed)).squareRoot()
    // Rounding turns over the sign of activations near 0, and so some of the gradient.
    #expect(0.99 < product(single, mixed) / norms)
  }

  @Test("A logit depends on nothing beyond the receptive radius")
  func receptiveRadius() throws {
    let architecture = UNetArchitecture(
      dimension: 2, stemStride: 2, channels: [3, 3], convolutionsPerLevel: 1)
    let network = try network(architecture)
    let (edge, radius) = (96, architecture.receptiveRadius)
    func logits(changing place: Int?) throws -> [Float] {
      var values = try noise(architecture, edge: edge).values()
      if let place { values[place * edge + place] += 3 }
      let input = try Tensor(values, shape: [1, 1, edge, edge], engine: engine)
      return try network.logits(of: input, training: false).values()
    }
    let place = 40
    let (before, after) = (try logits(changing: nil), try logits(changing: place))
    var farthest = 0
    for index in before.indices where before[index] != after[index] {
      farthest = max(farthest, abs(index % edge - place), abs(index / edge - place))
    }
    #expect(farthest <= radius)
    // Not so generous that halos are wasted.
    #expect(radius <= 2 * farthest)
  }

  @Test("The same seed gives the same weights, another seed others")
  func seeds() {
    let architecture = smallArchitectures[0]
    let weights = UNet.initialWeights(architecture, seed: 1)
    #expect(weights == UNet.initialWeights(architecture, seed: 1))
    #expect(weights != UNet.initialWeights(architecture, seed: 2))
  }

  @Test("The shipped networks cost what their descriptions say")
  func cost() {
    let (volume, slice) = (UNetArchitecture.volume, UNetArchitecture.slice)
    #expect(volume.parameterCount == 5_604_321)
    #expect(volume.multiplicationsPerVoxel == 27_096)
    #expect(UNetArchitecture.fast.parameterCount == 1_402_865)
    #expect(UNetArchitecture.fast.multiplicationsPerVoxel == 6902)
    #expect(volume.lengthMultiple == 16 && slice.lengthMultiple == 16)
    #expect(slice.parameterCount == 1_084_777)
    #expect(slice.multiplicationsPerVoxel == 19_848)
  }

  @Test("Weights of another architecture are refused by the name of what is missing")
  func mismatch() {
    let weights = UNet.initialWeights(smallArchitectures[1], seed: 1)
    #expect(throws: ModelError.missingTensor(name: "stem.weight", shape: [4, 1, 4, 4, 4])) {
      try network(smallArchitectures[0], weights: weights)
    }
  }
}

@Suite struct MembraneModelTests {
  private let model: MembraneModel = {
    var card = ModelCard(architecture: smallArchitectures[0], voxelSizeAngstrom: 10)
    card.calibration = LogitCalibration(slope: 0.8, offset: -0.1)
    card.training["seed"] = "7"
    return MembraneModel(
      card: card, weights: UNet.initialWeights(smallArchitectures[0], seed: 1))
  }()

  @Test("A model file gives back the card, and the weights to half precision")
  func roundTrip() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/m.safetensors"
      try model.write(to: path)
      let read = try MembraneModel(path: path)
      #expect(read.card == model.card)
      #expect(read.weights["stem.scale"] == model.weights["stem.scale"])
      let (got, want) = (read.weights["stem.weight"]!, model.weights["stem.weight"]!)
      #expect(got.shape == want.shape)
      #expect(zip(got.values, want.values).allSatisfy { abs($0 - $1) <= abs($1) * 0x1p-11 + 1e-7 })
      let hash = try MembraneModel.contentHash(path: path)
      #expect(hash.count == 64)
    }
  }

  @Test("A file of tensors that is no model of this program is refused")
  func noCard() throws {
    try TemporaryFolder.with { folder in
      try TensorFile().write(to: folder + "/a")
      #expect(throws: ModelError.self) { try MembraneModel(path: folder + "/a") }
      try TensorFile(metadata: ["bilayer": "{}"]).write(to: folder + "/b")
      #expect(throws: ModelError.self) { try MembraneModel(path: folder + "/b") }
    }
  }
}
