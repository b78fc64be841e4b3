import CTorchLoader

/// libtorch, opened for the life of the process.
///
///     let engine = try Engine.open()
///     let x = try Tensor([1, 2, 3], shape: [3], on: .cpu, engine: engine)
///     let y = try x * x
///
/// Calls are synchronous and belong on one thread: whether gradients are recorded is a state of the
/// calling thread, and each calling thread gets worker threads of its own. Tensors are therefore
/// not `Sendable`. Operations of several threads take turns.
@safe
public final class Engine: @unchecked Sendable {
  let api: UnsafePointer<ct_api>
  /// Where it was found.
  public let location: EngineLocation
  /// libtorch's version, as in 2.13.0.
  public let torchVersion: String

  private init(api: UnsafePointer<ct_api>, location: EngineLocation) {
    unsafe self.api = unsafe api
    self.location = location
    torchVersion = unsafe String(cString: api.pointee.torch_version())
  }

  /// Opens the engine; opening it again costs nothing.
  ///
  /// - Parameter location: where it lies; nil: `EngineLocation.find()`.
  /// - Throws: `EngineError.notInstalled` or `.cannotOpen`.
  public static func open(_ location: EngineLocation? = nil) throws(EngineError) -> Engine {
    let place: EngineLocation
    if let location { place = location } else { place = try EngineLocation.find() }
    var table: UnsafePointer<ct_api>?
    if let problem = unsafe ct_open(place.torchFolder, place.pluginPath, &table) {
      throw .cannotOpen(reason: unsafe String(cString: problem))
    }
    guard let table = unsafe table else { throw .cannotOpen(reason: "the plugin is empty") }
    return unsafe Engine(api: table, location: place)
  }

  /// Number of CUDA devices that can be used.
  public var cudaDeviceCount: Int { Int(unsafe api.pointee.cuda_device_count()) }

  /// How many of this thread's tensors are alive; for leak tests.
  public var liveTensorCount: Int { Int(unsafe api.pointee.live_tensors()) }

  /// Sets how many threads the engine works with on the CPU, for the whole process.
  ///
  /// Results differ by rounding between thread counts (sums are split differently).
  public func setThreads(_ count: Int) throws(EngineError) {
    precondition(0 < count, "At least one thread works.")
    try check(unsafe api.pointee.set_threads(Int32(count)), "set_threads")
  }

  /// Runs `body` without recording what gradients need; restores the thread's state afterwards.
  public func withoutRecording<Result>(
    _ body: () throws(EngineError) -> Result
  ) throws(EngineError) -> Result {
    var previous: Int32 = 0
    try check(unsafe api.pointee.set_recording(0, &previous), "set_recording")
    defer {
      var ignored: Int32 = 0
      _ = unsafe api.pointee.set_recording(previous, &ignored)
    }
    return try body()
  }

  /// Whether this processor multiplies matrices of bfloat16 (AMX), several times as fast as of 32 bits.
  public var processorMultipliesBFloat16: Bool {
    unsafe api.pointee.cpu_multiplies_bfloat16() != 0
  }

  /// Runs `body` in mixed precision where `enabled`: convolutions compute with bfloat16 (8 significant
  /// bits), sums and weights keep 32 bits (Micikevicius et al. 2018). On CUDA devices the fastest
  /// kernels are found by trying, so bits may differ between runs. Without effect on processors that
  /// do not multiply bfloat16.
  public func withMixedPrecision<Result>(
    _ enabled: Bool, _ body: () throws(EngineError) -> Result
  ) throws(EngineError) -> Result {
    guard enabled else { return try body() }
    try check(unsafe api.pointee.set_mixed_precision(1), "set_mixed_precision")
    defer { _ = unsafe api.pointee.set_mixed_precision(0) }
    return try body()
  }

  /// Turns a status code of the plugin into an error.
  func check(_ code: Int32, _ operation: String) throws(EngineError) {
    guard code != CT_OK else { return }
    let detail = unsafe String(cString: api.pointee.last_error())
    if code == CT_OUT_OF_MEMORY { throw .outOfMemory(detail: detail) }
    // libtorch reports a failed allocation on the CPU as an ordinary error.
    if detail.contains("can't allocate memory") { throw .outOfMemory(detail: detail) }
    throw .failed(operation: operation, detail: detail)
  }
}

/// Where tensors live and are computed.
public enum Device: Hashable, Sendable, Codable, CustomStringConvertible {
  /// Main memory and the processor.
  case cpu
  /// An NVIDIA device, counted from 0.
  case cuda(Int)

  /// Reads `auto`, `cpu`, `cuda` or `cuda:n`; `auto` is the first CUDA device, or else the CPU.
  ///
  /// - Throws: `EngineError.noSuchDevice` where the engine has no such device.
  public init(named name: String, engine: Engine) throws(EngineError) {
    let count = engine.cudaDeviceCount
    let number: Int? =
      switch name {
      case "cuda": 0
      case _ where name.hasPrefix("cuda:"): Int(name.dropFirst(5))
      default: nil
      }
    switch name {
    case "cpu": self = .cpu
    case "auto": self = 0 < count ? .cuda(0) : .cpu
    default:
      guard let number, 0 <= number, number < count else {
        throw .noSuchDevice(name: name, cudaDevices: count)
      }
      self = .cuda(number)
    }
  }

  public var description: String {
    switch self {
    case .cpu: "cpu"
    case .cuda(let number): "cuda:\(number)"
    }
  }

  var code: Int32 {
    switch self {
    case .cpu: CT_CPU
    case .cuda(let number): Int32(number)
    }
  }
}
