/// Turns a VTP file's DataArray elements into numbers.
struct VTPDataDecoder {
  let bytes: [UInt8]
  let path: String
  private var bigEndian = false
  private var compressed = false
  private var headerType = ScalarType.uint32
  /// Where appended data begin, behind the underscore, and whether they are base64.
  private var appended: (offset: Int, isBase64: Bool)?

  init(bytes: [UInt8], path: String) { (self.bytes, self.path) = (bytes, path) }

  /// Takes over what the root element says.
  mutating func configure(_ root: XMLTag) throws(MeshFileError) {
    bigEndian = root.attributes["byte_order"] == "BigEndian"
    if let header = root.attributes["header_type"] {
      guard let type = ScalarType(vtk: header), type == .uint32 || type == .uint64 else {
        throw .malformed(path: path, found: "header_type \(header)", expected: "UInt32 or UInt64")
      }
      headerType = type
    }
    if let compressor = root.attributes["compressor"] {
      guard compressor == "vtkZLibDataCompressor" else {
        throw .unsupported(
          path: path, found: "data compressed by \(compressor)",
          advice: "Write it again with zlib or without compression.")
      }
      compressed = true
    }
    findAppendedData(from: root.contentOffset)
  }

  private mutating func findAppendedData(from offset: Int) {
    // Not by scanning tags up to it: raw data behind it may hold anything, but nothing before does.
    var scanner = XMLTagScanner(bytes: bytes, place: offset)
    while let tag = scanner.next() {
      guard tag.name == "AppendedData" else { continue }
      if let mark = bytes[tag.contentOffset...].firstIndex(of: UInt8(ascii: "_")) {
        appended = (mark + 1, tag.attributes["encoding"] == "base64")
      }
      return
    }
  }

  /// The numbers of an element.
  func array(_ tag: XMLTag) throws(MeshFileError) -> NamedArray {
    let name = tag.attributes["Name"] ?? ""
    guard let type = tag.attributes["type"].flatMap({ ScalarType(vtk: $0) }) else {
      throw .malformed(path: path, found: "array \(name) without a type", expected: "e.g. Float32")
    }
    let components = max(tag.attributes["NumberOfComponents"].flatMap { Int($0) } ?? 1, 1)
    let values: [Double]
    switch tag.attributes["format"] {
    case "ascii": values = try textValues(from: tag.contentOffset, name)
    case "appended":
      guard let appended, let offset = tag.attributes["offset"].flatMap({ Int($0) }), 0 <= offset,
        offset < bytes.count
      else { throw broken(name) }
      values = try binaryValues(
        type, at: appended.offset + offset, isBase64: appended.isBase64, name)
    default: values = try binaryValues(type, at: tag.contentOffset, isBase64: true, name)
    }
    return NamedArray(name: name, components: components, values: values)
  }

  private func broken(_ name: String) -> MeshFileError {
    .malformed(path: path, found: "array \(name) broken or cut short", expected: "its whole data")
  }

  private func textValues(from offset: Int, _ name: String) throws(MeshFileError) -> [Double] {
    guard let end = bytes[offset...].firstIndex(of: UInt8(ascii: "<")) else { throw broken(name) }
    var scanner = TextScanner(Array(bytes[offset..<end]))
    var values: [Double] = []
    while let word = scanner.word() {
      guard let value = Double(word) else { throw broken(name) }
      values.append(value)
    }
    return values
  }

  private func binaryValues(
    _ type: ScalarType, at offset: Int, isBase64: Bool, _ name: String
  ) throws(MeshFileError) -> [Double] {
    var stream = ByteStream(bytes: bytes, place: offset, isBase64: isBase64)
    guard let data = compressed ? inflatedData(&stream) : plainData(&stream) else {
      throw broken(name)
    }
    let count = data.count / type.byteCount
    return (0..<count).map {
      type.read(data, at: $0 * type.byteCount, bigEndian: bigEndian)
    }
  }

  private func headerNumber(_ data: [UInt8], _ index: Int) -> Int? {
    let value = headerType.read(data, at: index * headerType.byteCount, bigEndian: bigEndian)
    // No array is longer than what this file could hold, compressed a thousandfold.
    return value <= Double(bytes.count) * 2000 ? Int(value) : nil
  }

  /// One number, the bytes that follow; both in one run of base64.
  private func plainData(_ stream: inout ByteStream) -> [UInt8]? {
    let header = headerType.byteCount
    var peek = stream
    guard let first = peek.take(header), let count = headerNumber(first, 0), count <= bytes.count,
      let all = stream.take(header + count)
    else { return nil }
    return Array(all[header..<(header + count)])
  }

  /// Number of blocks, block size, size of the last (0: whole), compressed sizes; then the blocks.
  private func inflatedData(_ stream: inout ByteStream) -> [UInt8]? {
    let width = headerType.byteCount
    var peek = stream
    guard let start = peek.take(3 * width), let blocks = headerNumber(start, 0),
      let size = headerNumber(start, 1), let last = headerNumber(start, 2),
      blocks <= bytes.count, let header = stream.take((3 + blocks) * width)
    else { return nil }
    var sizes: [Int] = []
    for block in 0..<blocks {
      guard let packed = headerNumber(header, 3 + block), packed <= bytes.count else { return nil }
      sizes.append(packed)
    }
    guard let packed = stream.take(sizes.reduce(0, +)) else { return nil }
    var (result, place): ([UInt8], Int) = ([], 0)
    for (block, packedSize) in sizes.enumerated() {
      let whole = block + 1 < blocks || last == 0 ? size : last
      guard place + packedSize <= packed.count,
        let data = inflated(packed[place..<(place + packedSize)], count: whole)
      else { return nil }
      result += data
      place += packedSize
    }
    return result
  }
}

/// Bytes of a file taken in pieces, as they are or through base64.
private struct ByteStream {
  let bytes: [UInt8]
  var place: Int
  let isBase64: Bool

  mutating func take(_ count: Int) -> [UInt8]? {
    if isBase64 {
      return Base64.decode(bytes, at: &place, count: count).map { Array($0.prefix(count)) }
    }
    guard 0 <= place, place + count <= bytes.count else { return nil }
    defer { place += count }
    return Array(bytes[place..<(place + count)])
  }
}
