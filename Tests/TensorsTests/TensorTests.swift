import FoundationEssentials
import Tensors
import TestSupport
import Testing
import Volumes

/// The engine, or nil where it is not installed; opened once.
private let engine = try? Engine.open()
private let isRequired = ProcessInfo.processInfo.environment["BILAYER_REQUIRE_ENGINE"] == "1"

@Suite(
  .serialized, .enabled(if: engine != nil || isRequired, "No engine: run `make engine` first."))
struct TensorTests {
  private let engine: Engine

  init() throws { engine = try Engine.open() }

  private func tensor(_ values: [Float], _ shape: [Int]) throws -> Tensor {
    try Tensor(values, shape: shape, engine: engine)
  }

  @Test("Values and shape come back as they went in")
  func roundTrip() throws {
    let x = try tensor([1, 2, 3, 4, 5, 6], [1, 2, 3])
    #expect(x.shape == [1, 2, 3])
    #expect(try x.values() == [1, 2, 3, 4, 5, 6])
    #expect(try tensor([], [0, 3]).values().isEmpty)
    #expect(try tensor([7], []).item() == 7)
  }

  @Test("Arithmetic works element by element and broadcasts")
  func arithmetic() throws {
    let (a, b) = (try tensor([1, 2, 3, 4], [2, 2]), try tensor([10, 20], [2]))
    #expect(try (a + b).values() == [11, 22, 13, 24])
    #expect(try (a * b).values() == [10, 40, 30, 80])
    #expect(try (b / a).values() == [10, 10, 10 / 3, 5])
    #expect(try a.affine(scale: 2, shift: -1).values() == [1, 3, 5, 7])
    #expect(try a.sum().item() == 10)
    #expect(try tensor([0], [1]).sigmoid().item() == 0.5)
  }

  @Test("A convolution in 2D and 3D equals the sum written out", arguments: [2, 3])
  func convolution(dimension: Int) throws {
    let edge = 3
    let count = dimension == 2 ? 9 : 27
    let shape = [1, 1] + Array(repeating: edge, count: dimension)
    let image = (0..<count).map { Float($0 * $0 % 7) }
    let kernel = (0..<count).map { Float($0 % 5) - 2 }
    let result = try tensor(image, shape).convolved(with: tensor(kernel, shape), padding: 1)
    #expect(result.shape == shape)
    // The middle voxel sees the whole kernel, unflipped.
    let expected = zip(image, kernel).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(try result.values()[count / 2] == expected)
  }

  @Test("A transposed convolution is the adjoint of the strided one")
  func adjoint() throws {
    let kernel = try tensor((0..<16).map { Float($0 % 5) - 1.5 }, [1, 1, 4, 4])
    let (x, y) = (
      (0..<64).map { Float($0 * 7 % 11) - 5 }, (0..<16).map { Float($0 * 5 % 13) - 6 }
    )
    let forward = try tensor(x, [1, 1, 8, 8]).convolved(with: kernel, stride: 2, padding: 1)
    let backward = try tensor(y, [1, 1, 4, 4])
      .convolvedTransposed(with: kernel, stride: 2, padding: 1)
    #expect(forward.shape == [1, 1, 4, 4] && backward.shape == [1, 1, 8, 8])
    let left = zip(try forward.values(), y).reduce(0) { $0 + $1.0 * $1.1 }
    let right = zip(x, try backward.values()).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(left == right)
  }

  @Test("Batch norm normalises a batch, remembers it, and then treats each value alone")
  func batchNorm() throws {
    let x = try tensor([1, 3, 5, 7], [2, 1, 1, 2])
    let (one, zero) = (try tensor([1], [1]), try tensor([0], [1]))
    let (mean, variance) = (try tensor([0], [1]), try tensor([1], [1]))
    func normalised(_ x: Tensor, training: Bool) throws -> [Float] {
      try x.batchNormalised(
        scale: one, shift: zero, runningMean: mean, runningVariance: variance, training: training,
        momentum: 1, epsilon: 0
      ).values()
    }
    // Mean 4, variance 5 over the batch; the running variance is the unbiased one, 20 / 3.
    let batch = try normalised(x, training: true)
    for (value, offset) in zip(batch, [-3, -1, 1, 3] as [Float]) {
      #expect(abs(value - offset / Float(5).squareRoot()) < 1e-6)
    }
    #expect(try mean.item() == 4)
    #expect(abs(try variance.item() - 20 / 3) < 1e-5)
    let alone = try normalised(tensor([4, 100], [1, 1, 1, 2]), training: false)
    #expect(alone[0] == 0)
  }

  @Test("Pooling takes maxima, leaky ReLU scales what is negative, channels are joined in order")
  func layers() throws {
    let x = try tensor([1, -2, 3, -4], [1, 1, 2, 2])
    #expect(try x.maxPooled(width: 2).values() == [3])
    #expect(try Tensor.concatenatedChannels([x, x]).shape == [1, 2, 2, 2])
    try x.applyLeakyReLU(slope: 0.5)
    #expect(try x.values() == [1, -1, 3, -2])
  }

  @Test("Binary cross-entropy is weighted, and a weight of 0 hides a value altogether")
  func crossEntropy() throws {
    let logits = try tensor([0, 0, 1000], [3])
    let loss = try logits.binaryCrossEntropySum(
      target: tensor([1, 0, 0], [3]), weight: tensor([1, 2, 0], [3])
    ).item()
    #expect(abs(loss - 3 * Float(0.693147)) < 1e-5)
  }

  @Test("The gradient of a product is the other factor, and is off where not recorded")
  func gradients() throws {
    let (x, y) = (try tensor([2, 3], [2]), try tensor([5, 7], [2]))
    try x.setRequiresGradient(true)
    try (x * y).sum().backward()
    #expect(try x.gradient().values() == [5, 7])
    try TensorList([x]).clearGradients()
    #expect(throws: EngineError.self) { try x.gradient() }
    let quiet = try engine.withoutRecording { () throws(EngineError) in try (x * y).sum() }
    #expect(throws: EngineError.self) { try quiet.backward() }
  }

  @Test("A step of AdamW is the one written in the paper")
  func adamW() throws {
    let x = try tensor([1, -1], [2])
    try x.setRequiresGradient(true)
    let list = TensorList([x])
    let (means, squares) = (try list.zerosLike(), try list.zerosLike())
    try (x * tensor([3, 0.5], [2])).sum().backward()
    try list.stepAdamW(means: means, squares: squares, step: 1, rate: 0.1, decay: 0.5, epsilon: 0)
    // First step: m / sqrt(v) is the gradient's sign; decay multiplies by 1 - 0.1 * 0.5.
    let expected: [Float] = [0.95 - 0.1, -0.95 - 0.1]
    #expect(zip(try x.values(), expected).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(abs(try means.tensors[0].values()[0] - 0.3) < 1e-6)
  }

  @Test("Gradients are clipped together, and the norm before is told")
  func clipping() throws {
    let (x, y) = (try tensor([1], [1]), try tensor([1], [1]))
    try x.setRequiresGradient(true)
    try y.setRequiresGradient(true)
    try ((x * tensor([3], [1])) + (y * tensor([4], [1]))).sum().backward()
    let list = TensorList([x, y])
    #expect(try list.clipGradients(limit: 10) == 5)
    #expect(try x.gradient().item() == 3)
    #expect(try list.clipGradients(limit: 1) == 5)
    #expect(abs(try x.gradient().item() - 0.6) < 1e-6)
  }

  @Test("A C++ exception arrives as an error with the operation's name")
  func exception() throws {
    let (a, b) = (try tensor([1, 2], [2]), try tensor([1, 2, 3], [3]))
    let error = #expect(throws: EngineError.self) { try a + b }
    guard case .failed(let operation, let detail) = error else {
      Issue.record("Expected .failed, got \(String(describing: error))")
      return
    }
    #expect(operation == "add" && detail.contains("size of tensor"))
    #expect(error?.kind == .other)
  }

  @Test("More memory than there is becomes an out-of-memory error")
  func outOfMemory() throws {
    // 2^20 x 2^20 floats: 4 TiB, by broadcasting.
    let edge = 1 << 20
    let row = try tensor([Float](repeating: 1, count: edge), [1, edge])
    let column = try tensor([Float](repeating: 1, count: edge), [edge, 1])
    let error = #expect(throws: EngineError.self) { try row * column }
    guard case .outOfMemory = error else {
      Issue.record("Expected .outOfMemory, got \(String(describing: error))")
      return
    }
    #expect(error?.kind == .resources)
  }

  @Test("A device that is not there is refused, with the number of those that are")
  func devices() throws {
    #expect(try Device(named: "cpu", engine: engine) == .cpu)
    let count = engine.cudaDeviceCount
    #expect(throws: EngineError.noSuchDevice(name: "cuda:99", cudaDevices: count)) {
      try Device(named: "cuda:99", engine: engine)
    }
    #expect(throws: EngineError.noSuchDevice(name: "tpu", cudaDevices: count)) {
      try Device(named: "tpu", engine: engine)
    }
  }
}

@Suite struct EngineLocationTests {
  @Test("The environment's folders come first")
  func environment() throws {
    let found = try EngineLocation.find(environment: ["TORCH_LIB": "/a", "CTORCH": "/b.so"])
    #expect(found == EngineLocation(torchFolder: "/a", pluginPath: "/b.so"))
  }

  @Test("An engine that is not there is an error that says what to do")
  func missing() {
    let error = #expect(throws: EngineError.self) {
      try Engine.open(EngineLocation(torchFolder: "/no/torch", pluginPath: "/no/plugin.so"))
    }
    #expect(error?.description.contains("make engine") == true)
    #expect(error?.kind == .resources)
  }

  @Test("Folders above a folder, nearest first")
  func ancestors() {
    #expect(EngineLocation.ancestors(of: "/a/b/c") == ["/a/b/c", "/a/b", "/a"])
  }
}
