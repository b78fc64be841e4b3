import CTorchLoader
import FoundationEssentials
import Testing

/// Folder of the engine that `make engine` installs, beside Package.swift.
private let engineFolder =
  #filePath.split(separator: "/", omittingEmptySubsequences: false)
  .dropLast(3).joined(separator: "/") + "/.torch"

private let engineIsRequired = ProcessInfo.processInfo.environment["BILAYER_REQUIRE_ENGINE"] == "1"

private let environment = ProcessInfo.processInfo.environment

private let pluginPath: String? = {
  if let named = environment["CTORCH"] { return named }
  let names = (try? FileManager.default.contentsOfDirectory(atPath: engineFolder)) ?? []
  return names.sorted().first { $0.hasPrefix("libctorch-") && $0.hasSuffix(".so") }
    .map { engineFolder + "/" + $0 }
}()

private let torchFolder = environment["TORCH_LIB"] ?? engineFolder + "/torch/lib"

// One engine a process; opened before the first test.
nonisolated(unsafe) private let api: UnsafePointer<ct_api>? = {
  guard let pluginPath else { return nil }
  var table: UnsafePointer<ct_api>?
  let problem = ct_open(torchFolder, pluginPath, &table)
  return problem == nil ? table : nil
}()

@Suite(
  .serialized,
  .enabled(
    if: pluginPath != nil || engineIsRequired, "No engine in .torch: run `make engine` first."))
struct PluginTests {
  private let ct: ct_api

  init() throws { ct = try #require(api).pointee }

  private func tensor(_ values: [Float], _ shape: [Int64]) throws -> ct_tensor {
    var made: ct_tensor?
    let code = ct.from_floats(values, shape, Int32(shape.count), CT_CPU, &made)
    #expect(code == CT_OK)
    return try #require(made)
  }

  @Test("A convolution computes the sum of products")
  func convolution() throws {
    let image = try tensor([1, 2, 3, 4], [1, 1, 2, 2])
    let kernel = try tensor([10, 20, 30, 40], [1, 1, 2, 2])
    var made: ct_tensor?
    #expect(ct.convolution(image, kernel, nil, 2, 1, 0, 0, &made) == CT_OK)
    let result = try #require(made)
    var values: [Float] = [0]
    #expect(ct.to_floats(result, &values, 1) == CT_OK)
    #expect(values == [300])
    [image, kernel, result].forEach { ct.free($0) }
  }

  @Test("The gradient of the sum of squares is twice the values")
  func gradient() throws {
    let x = try tensor([1, -2, 3], [3])
    #expect(ct.set_requires_gradient(x, 1) == CT_OK)
    var square: ct_tensor?
    var loss: ct_tensor?
    var slope: ct_tensor?
    #expect(ct.multiply(x, x, &square) == CT_OK)
    #expect(try ct.sum(#require(square), &loss) == CT_OK)
    #expect(try ct.backward(#require(loss)) == CT_OK)
    #expect(ct.gradient(x, &slope) == CT_OK)
    var values = [Float](repeating: 0, count: 3)
    #expect(try ct.to_floats(#require(slope), &values, 3) == CT_OK)
    #expect(values == [2, -4, 6])
    [x, square, loss, slope].compactMap { $0 }.forEach { ct.free($0) }
  }

  @Test("A C++ exception becomes a code and a text, and the process goes on")
  func exceptionBecomesCode() throws {
    let a = try tensor([1, 2], [2])
    let b = try tensor([1, 2, 3], [3])
    var made: ct_tensor?
    #expect(ct.add(a, b, &made) == CT_TORCH_ERROR)
    #expect(made == nil)
    #expect(String(cString: ct.last_error()).contains("size of tensor"))
    #expect(ct.add(a, a, &made) == CT_OK)
    [a, b, made].compactMap { $0 }.forEach { ct.free($0) }
  }

  @Test("Tensors handed out are counted until they are given back")
  func liveTensors() throws {
    let before = ct.live_tensors()
    let tensors = try (0..<3).map { _ in try tensor([1], [1]) }
    #expect(ct.live_tensors() == before + 3)
    tensors.forEach { ct.free($0) }
    #expect(ct.live_tensors() == before)
  }

  @Test("A folder without torch is named in the message")
  func missingTorch() throws {
    var table: UnsafePointer<ct_api>?
    let problem = ct_open("/no/such/torch", "/no/such/plugin.so", &table)
    #expect(try String(cString: #require(problem)).contains("/no/such/torch"))
  }
}
