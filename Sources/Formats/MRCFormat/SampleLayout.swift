/// How samples lie in a file's rows.
struct SampleLayout: Equatable, Sendable {
  enum Kind: Sendable { case int8, uint8, int16, uint16, float16, float32, fourBit }

  let kind: Kind
  /// Whether the bytes of a number have to be turned.
  let isSwapped: Bool
  /// Samples in a row.
  let columns: Int

  /// Bytes of a sample; 4-bit samples share theirs.
  var bytesPerSample: Int {
    switch kind {
    case .int8, .uint8, .fourBit: 1
    case .int16, .uint16, .float16: 2
    case .float32: 4
    }
  }

  /// Bytes of a row.
  var bytesPerRow: Int {
    kind == .fourBit ? (columns + 1) / 2 : columns * bytesPerSample
  }
}

// MARK: - Kernels: one row of stored bytes to floats

extension SampleLayout {
  /// Converts `target.count` samples that start at the beginning of `source`.
  ///
  /// - Precondition: `source` holds that many samples.
  func convert(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableBufferPointer<Float>) {
    guard let bytes = source.baseAddress, let floats = target.baseAddress else { return }
    let count = target.count
    let needed = kind == .fourBit ? (count + 1) / 2 : count * bytesPerSample
    precondition(needed <= source.count, "A row is converted from enough bytes.")
    switch kind {
    case .int8: unsafe Self.integers(Int8.self, bytes, floats, count, isSwapped)
    case .uint8: unsafe Self.integers(UInt8.self, bytes, floats, count, isSwapped)
    case .int16: unsafe Self.integers(Int16.self, bytes, floats, count, isSwapped)
    case .uint16: unsafe Self.integers(UInt16.self, bytes, floats, count, isSwapped)
    case .float16: unsafe Self.halves(bytes, floats, count, isSwapped)
    case .float32: unsafe Self.floats(bytes, floats, count, isSwapped)
    case .fourBit: unsafe Self.fourBits(bytes, floats, count)
    }
  }

  @inline(__always)
  private static func integers<Stored: FixedWidthInteger & BitwiseCopyable>(
    _ type: Stored.Type, _ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>,
    _ count: Int, _ isSwapped: Bool
  ) {
    let stored = unsafe source.assumingMemoryBound(to: Stored.self)
    if isSwapped {
      for index in 0..<count { unsafe target[index] = Float(stored[index].byteSwapped) }
    } else {
      for index in 0..<count { unsafe target[index] = Float(stored[index]) }
    }
  }

  private static func halves(
    _ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>, _ count: Int,
    _ isSwapped: Bool
  ) {
    let stored = unsafe source.assumingMemoryBound(to: UInt16.self)
    for index in 0..<count {
      let bits = unsafe isSwapped ? stored[index].byteSwapped : stored[index]
      unsafe target[index] = Float(Float16(bitPattern: bits))
    }
  }

  private static func floats(
    _ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>, _ count: Int,
    _ isSwapped: Bool
  ) {
    guard isSwapped else {
      unsafe UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: 4 * count)
      return
    }
    let stored = unsafe source.assumingMemoryBound(to: UInt32.self)
    for index in 0..<count {
      unsafe target[index] = Float(bitPattern: stored[index].byteSwapped)
    }
  }

  private static func fourBits(
    _ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    let stored = unsafe source.assumingMemoryBound(to: UInt8.self)
    for pair in 0..<(count / 2) {
      let byte = unsafe stored[pair]
      unsafe target[2 &* pair] = Float(byte & 15)
      unsafe target[2 &* pair &+ 1] = Float(byte >> 4)
    }
    if !count.isMultiple(of: 2) { unsafe target[count - 1] = Float(stored[count / 2] & 15) }
  }
}
