import FoundationEssentials
public import Volumes
public import WorkLedger

/// Values of a tensor outside the engine, last axis fastest.
public struct TensorValues: Equatable, Sendable {
  /// Lengths of the axes.
  public let shape: [Int]
  /// As many values as the shape has places.
  public var values: [Float]

  /// Makes values with their shape.
  public init(shape: [Int], values: [Float]) {
    precondition(
      values.count == shape.reduce(1, *), "A tensor holds one value for each place of its shape.")
    (self.shape, self.values) = (shape, values)
  }
}

/// Named tensors and texts in one file, in the safetensors layout: an 8-byte little-endian length,
/// that many bytes of JSON, then the values, little-endian.
///
/// Read by every safetensors library; holds no code, unlike a pickle.
public struct TensorFile: Equatable, Sendable {
  /// Free texts; goes into the header's `__metadata__`.
  public var metadata: [String: String]
  /// The tensors by name.
  public var tensors: [String: TensorValues]

  /// Makes the content of a file.
  public init(metadata: [String: String] = [:], tensors: [String: TensorValues] = [:]) {
    (self.metadata, self.tensors) = (metadata, tensors)
  }

  /// How values are stored.
  public enum Precision: Sendable {
    /// 32 bits each, exact.
    case single
    /// 16 bits for tensors of two axes or more, relative error 2⁻¹¹; 32 for the others.
    case halfForMatrices
  }
}

/// Why a file of tensors could not be used.
public enum TensorFileError: Fault, Equatable {
  /// The file is not what it should be.
  case malformed(path: String, reason: String)

  public var kind: FaultKind { .input }

  public var description: String {
    switch self {
    case .malformed(let path, let reason):
      "\(path) is no usable model or checkpoint: \(reason). "
        + "Give a file written by `bilayer train`."
    }
  }
}

/// An entry of the header, either a tensor's place or the texts.
private struct HeaderEntry: Codable {
  var dtype: String?
  var shape: [Int]?
  var data_offsets: [Int]?
}

private struct TextsOnly: Codable {
  let __metadata__: [String: String]?
}

// MARK: - Writing

extension TensorFile {
  /// Writes the file, whole or not at all; the same content gives the same bytes.
  ///
  /// - Throws: `FileError`.
  public func write(
    to path: String, precision: Precision = .single, overwrite: Bool = false
  ) throws(FileError) {
    try AtomicFile.write(bytes(precision: precision), to: path, overwrite: overwrite)
  }

  func bytes(precision: Precision) -> [UInt8] {
    var header: [String: HeaderEntry] = [:]
    var payload: [UInt8] = []
    for name in tensors.keys.sorted() {
      guard let tensor = tensors[name] else { continue }
      let start = payload.count
      let isHalf = precision == .halfForMatrices && 2 <= tensor.shape.count
      if isHalf { Self.appendHalves(tensor.values, to: &payload) }
      if !isHalf { Self.appendSingles(tensor.values, to: &payload) }
      header[name] = HeaderEntry(
        dtype: isHalf ? "F16" : "F32", shape: tensor.shape, data_offsets: [start, payload.count])
    }
    var text = Self.headerText(header, metadata)
    text += [UInt8](repeating: 0x20, count: (8 - text.count % 8) % 8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
    return length + text + payload
  }

  private static func headerText(
    _ entries: [String: HeaderEntry], _ metadata: [String: String]
  ) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Dictionaries of strings and numbers always encode.
    let places = (try? encoder.encode(entries)).map { [UInt8]($0) } ?? Array("{}".utf8)
    let texts = (try? encoder.encode(metadata)).map { [UInt8]($0) } ?? Array("{}".utf8)
    let separator = entries.isEmpty ? "" : ","
    return Array("{\"__metadata__\":".utf8) + texts + Array(separator.utf8) + places.dropFirst()
  }

  private static func appendSingles(_ values: [Float], to bytes: inout [UInt8]) {
    bytes.reserveCapacity(bytes.count + 4 * values.count)
    for value in values {
      let bits = value.bitPattern
      for shift in [0, 8, 16, 24] as [UInt32] {
        bytes.append(UInt8(truncatingIfNeeded: bits >> shift))
      }
    }
  }

  private static func appendHalves(_ values: [Float], to bytes: inout [UInt8]) {
    bytes.reserveCapacity(bytes.count + 2 * values.count)
    for value in values {
      let bits = Float16(value).bitPattern
      bytes.append(UInt8(truncatingIfNeeded: bits))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
    }
  }
}

// MARK: - Reading

extension TensorFile {
  /// Reads a file of `F32` and `F16` tensors.
  ///
  /// - Throws: `FileError`, or `TensorFileError` where the file is something else or is damaged.
  public init(path: String) throws {
    try self.init(bytes: try InputFile(path: path).readAll(), path: path)
  }

  init(bytes: [UInt8], path: String) throws(TensorFileError) {
    func malformed(_ reason: String) -> TensorFileError { .malformed(path: path, reason: reason) }
    guard 8 <= bytes.count else { throw malformed("it has only \(bytes.count) bytes") }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << (8 * UInt64($1)) }
    guard length <= UInt64(bytes.count - 8) else { throw malformed("its header is cut off") }
    let start = 8 + Int(length)
    let text = Data(bytes[8..<start])
    guard let texts = try? JSONDecoder().decode(TextsOnly.self, from: text),
      let entries = try? JSONDecoder().decode([String: LenientEntry].self, from: text)
    else { throw malformed("its header is no JSON of the safetensors layout") }
    self.init(metadata: texts.__metadata__ ?? [:])
    for (name, lenient) in entries {
      guard let entry = lenient.entry else { continue }
      guard let values = Self.values(of: entry, in: bytes, from: start) else {
        throw malformed("tensor \(name) is damaged or of an unknown type")
      }
      tensors[name] = values
    }
  }

  private static func values(
    of entry: HeaderEntry, in bytes: [UInt8], from start: Int
  ) -> TensorValues? {
    guard let shape = entry.shape, let offsets = entry.data_offsets, offsets.count == 2,
      shape.allSatisfy({ 0 <= $0 && $0 < 1 << 24 }), shape.count < 8,
      0 <= offsets[0], offsets[0] <= offsets[1], offsets[1] <= bytes.count - start
    else { return nil }
    let width = ["F32": 4, "F16": 2][entry.dtype ?? ""]
    // The product of at most 7 lengths may overflow: count in Double, which is exact where it fits.
    let count = shape.reduce(1.0) { $0 * Double($1) }
    guard let width, count * Double(width) == Double(offsets[1] - offsets[0]) else { return nil }
    let first = start + offsets[0]
    let values = (0..<Int(count)).map { index -> Float in
      let place = first + index * width
      let low = UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8
      if width == 2 { return Float(Float16(bitPattern: UInt16(low))) }
      let high = UInt32(bytes[place + 2]) | UInt32(bytes[place + 3]) << 8
      return Float(bitPattern: low | high << 16)
    }
    return TensorValues(shape: shape, values: values)
  }
}

/// A header entry that is a tensor's place, or nil where it is something else.
private struct LenientEntry: Decodable {
  let entry: HeaderEntry?

  init(from decoder: any Decoder) throws {
    let candidate = try? HeaderEntry(from: decoder)
    entry = candidate?.dtype == nil ? nil : candidate
  }
}
