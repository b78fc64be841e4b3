import CTorchLoader

/// An array of 32-bit floats in the engine, with as many axes as its shape has numbers.
///
/// Freed when the last reference goes. Belongs to the thread that made it (see `Engine`).
@safe
public final class Tensor {
  /// The engine that holds it.
  public let engine: Engine
  let handle: OpaquePointer

  init(engine: Engine, handle: OpaquePointer) {
    self.engine = engine
    unsafe self.handle = unsafe handle
  }

  deinit { unsafe engine.api.pointee.free(handle) }

  /// Makes a tensor from values, last axis fastest.
  ///
  /// - Precondition: as many values as the shape has places.
  public convenience init(
    _ values: [Float], shape: [Int], on device: Device = .cpu, engine: Engine
  ) throws(EngineError) {
    precondition(
      values.count == shape.reduce(1, *), "A tensor holds one value for each place of its shape.")
    let extents = shape.map { Int64($0) }
    let handle = try unsafe Self.handle(engine, "from_floats") { api, out in
      unsafe api.pointee.from_floats(values, extents, Int32(shape.count), device.code, out)
    }
    unsafe self.init(engine: engine, handle: handle)
  }

  /// Lengths of the axes.
  public var shape: [Int] {
    let count = unsafe engine.api.pointee.dimensions(handle)
    return (0..<count).map { Int(unsafe engine.api.pointee.extent(handle, $0)) }
  }

  /// All values, last axis fastest, copied to main memory.
  public func values() throws(EngineError) -> [Float] {
    let count = shape.reduce(1, *)
    var values = [Float](repeating: 0, count: max(count, 1))
    try engine.check(
      unsafe engine.api.pointee.to_floats(handle, &values, Int64(count)), "to_floats")
    return count == 0 ? [] : values
  }

  /// The value of a tensor of one.
  public func item() throws(EngineError) -> Float {
    let values = try values()
    precondition(values.count == 1, "Only a tensor of one value has an item.")
    return values[0]
  }

  /// The same values in 32 bits, after work in mixed precision.
  public func inSinglePrecision() throws(EngineError) -> Tensor {
    try unsafe Self.make(engine, "single_precision") { api, out in
      unsafe api.pointee.single_precision(handle, out)
    }
  }

  /// Zeros of the same shape on the same device.
  public func zerosLike() throws(EngineError) -> Tensor {
    try unsafe Self.make(engine, "zeros_like") { api, out in
      unsafe api.pointee.zeros_like(handle, out)
    }
  }

  /// Takes over another tensor's values. Not to be recorded: see `Engine.withoutRecording`.
  public func copyValues(from other: Tensor) throws(EngineError) {
    try engine.check(unsafe engine.api.pointee.copy_(handle, other.handle), "copy_")
  }

  /// Calls a function of the table that makes a tensor.
  static func make(
    _ engine: Engine, _ operation: String,
    _ call: (UnsafePointer<ct_api>, UnsafeMutablePointer<OpaquePointer?>) -> Int32
  ) throws(EngineError) -> Tensor {
    unsafe Tensor(engine: engine, handle: try handle(engine, operation, call))
  }

  private static func handle(
    _ engine: Engine, _ operation: String,
    _ call: (UnsafePointer<ct_api>, UnsafeMutablePointer<OpaquePointer?>) -> Int32
  ) throws(EngineError) -> OpaquePointer {
    var made: OpaquePointer?
    try engine.check(unsafe call(engine.api, &made), operation)
    guard let made = unsafe made else {
      throw .failed(operation: operation, detail: "no tensor came back")
    }
    return unsafe made
  }
}
