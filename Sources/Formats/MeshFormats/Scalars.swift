/// What a number in a mesh file looks like in memory.
enum ScalarType: Sendable {
  case int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64

  /// Bytes of one number.
  var byteCount: Int {
    switch self {
    case .int8, .uint8: 1
    case .int16, .uint16: 2
    case .int32, .uint32, .float32: 4
    case .int64, .uint64, .float64: 8
    }
  }

  /// PLY's names, old and new.
  init?(ply name: Substring) {
    switch name {
    case "char", "int8": self = .int8
    case "uchar", "uint8": self = .uint8
    case "short", "int16": self = .int16
    case "ushort", "uint16": self = .uint16
    case "int", "int32": self = .int32
    case "uint", "uint32": self = .uint32
    case "float", "float32": self = .float32
    case "double", "float64": self = .float64
    default: return nil
    }
  }

  /// VTK's names.
  init?(vtk name: String) {
    switch name {
    case "Int8": self = .int8
    case "UInt8": self = .uint8
    case "Int16": self = .int16
    case "UInt16": self = .uint16
    case "Int32": self = .int32
    case "UInt32": self = .uint32
    case "Int64": self = .int64
    case "UInt64": self = .uint64
    case "Float32": self = .float32
    case "Float64": self = .float64
    default: return nil
    }
  }

  /// The number at `offset`, which lies inside `bytes` with all its bytes.
  func read(_ bytes: [UInt8], at offset: Int, bigEndian: Bool) -> Double {
    var pattern: UInt64 = 0
    for place in 0..<byteCount {
      let shift = 8 * (bigEndian ? byteCount - 1 - place : place)
      pattern |= UInt64(bytes[offset + place]) << UInt64(shift)
    }
    switch self {
    case .int8: return Double(Int8(truncatingIfNeeded: pattern))
    case .int16: return Double(Int16(truncatingIfNeeded: pattern))
    case .int32: return Double(Int32(truncatingIfNeeded: pattern))
    case .int64: return Double(Int64(truncatingIfNeeded: pattern))
    case .uint8, .uint16, .uint32, .uint64: return Double(pattern)
    case .float32: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: pattern)))
    case .float64: return Double(bitPattern: pattern)
    }
  }
}

extension [UInt8] {
  /// Appends the bytes of a number, lowest first.
  mutating func append(littleEndian value: some FixedWidthInteger) {
    var rest = value.littleEndian
    for _ in 0..<(value.bitWidth / 8) {
      append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }

  /// Appends a float's bytes, lowest first.
  mutating func append(littleEndian value: Float) { append(littleEndian: value.bitPattern) }

  /// Appends a double's bytes, lowest first.
  mutating func append(littleEndian value: Double) { append(littleEndian: value.bitPattern) }
}

/// Words of a text file, line by line, and its numbers.
struct TextScanner {
  let bytes: [UInt8]
  var place = 0

  init(_ bytes: [UInt8], from place: Int = 0) { (self.bytes, self.place) = (bytes, place) }

  /// The next line without its end, or nil at the end of the file.
  mutating func line() -> Substring? {
    guard place < bytes.count else { return nil }
    let start = place
    while place < bytes.count && bytes[place] != 10 { place += 1 }
    var end = place
    place += 1
    if start < end && bytes[end - 1] == 13 { end -= 1 }
    return Substring(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// The next word, whatever white space stands around it.
  mutating func word() -> Substring? {
    while place < bytes.count && bytes[place] <= 32 { place += 1 }
    guard place < bytes.count else { return nil }
    let start = place
    while place < bytes.count && 32 < bytes[place] { place += 1 }
    return Substring(decoding: bytes[start..<place], as: UTF8.self)
  }

  /// The next word as a number.
  mutating func number() -> Double? { word().flatMap { Double($0) } }
}
