import Volumes

/// Numbers at byte offsets of a header, in a given byte order.
struct HeaderFields {
  let bytes: [UInt8]
  let order: ByteOrder

  func word(at offset: Int) -> UInt32 {
    var word: UInt32 = 0
    for index in 0..<4 {
      let place = order == .little ? 3 - index : index
      word = word << 8 | UInt32(bytes[offset + place])
    }
    return word
  }

  func integer(at offset: Int) -> Int32 { Int32(bitPattern: word(at: offset)) }

  func float(at offset: Int) -> Float { Float(bitPattern: word(at: offset)) }

  func integers(at offset: Int) -> SIMD3<Int32> {
    SIMD3(integer(at: offset), integer(at: offset + 4), integer(at: offset + 8))
  }

  func floats(at offset: Int) -> SIMD3<Float> {
    SIMD3(float(at: offset), float(at: offset + 4), float(at: offset + 8))
  }

  /// Printable ASCII, without what is blank at the end; other bytes become spaces.
  func text(at offset: Int, count: Int) -> String {
    var text = bytes[offset..<(offset + count)].prefix { $0 != 0 }.map {
      (32..<127).contains($0) ? $0 : 32
    }
    while text.last == 32 { text.removeLast() }
    return String(decoding: text, as: UTF8.self)
  }
}

extension MRCHeader {
  /// Reads a header from its 1024 bytes.
  ///
  /// The byte order is the one in which the numbers make sense; the machine stamp decides only
  /// where both do, because stamps that lie are found in the field.
  ///
  /// - Throws: `MRCError.notMRC` where the numbers make sense in neither order.
  public init(bytes: [UInt8], path: String) throws(MRCError) {
    guard bytes.count >= Self.byteCount else {
      if bytes.isEmpty { throw MRCError.empty(path: path) }
      throw MRCError.notMRC(
        path: path, reason: "it has \(bytes.count) bytes, fewer than the 1024 of an MRC header")
    }
    let order = try Self.byteOrder(of: bytes, path: path)
    self.init(fields: HeaderFields(bytes: bytes, order: order))
  }

  private init(fields: HeaderFields) {
    extent = fields.integers(at: 0)
    mode = fields.integer(at: 12)
    start = fields.integers(at: 16)
    sampling = fields.integers(at: 28)
    cellAngstrom = fields.floats(at: 40)
    cellAnglesDegrees = fields.floats(at: 52)
    axisMap = fields.integers(at: 64)
    minimum = fields.float(at: 76)
    maximum = fields.float(at: 80)
    mean = fields.float(at: 84)
    spaceGroup = fields.integer(at: 88)
    extendedHeaderByteCount = fields.integer(at: 92)
    extendedHeaderType = fields.text(at: 104, count: 4)
    version = fields.integer(at: 108)
    imodStamp = fields.integer(at: 152)
    imodFlags = fields.integer(at: 156)
    hasMapIdentifier = fields.bytes[208..<211].elementsEqual("MAP".utf8)
    machineStamp = SIMD4(
      fields.bytes[212], fields.bytes[213], fields.bytes[214], fields.bytes[215])
    if hasMapIdentifier {
      origin = fields.floats(at: 196)
      rms = fields.float(at: 216)
    } else {
      // The old style keeps the origin where later come MAP, MACHST and RMS, in the order z x y.
      let stored = fields.floats(at: 208)
      origin = SIMD3(stored.y, stored.z, stored.x)
      rms = -1
    }
    labelCount = fields.integer(at: 220)
    labels = (0..<10).map { fields.text(at: 224 + 80 * $0, count: 80) }
    byteOrder = fields.order
    extendedHeader = []
  }

  private static func byteOrder(
    of bytes: [UInt8], path: String
  ) throws(MRCError) -> ByteOrder {
    let little = HeaderFields(bytes: bytes, order: .little)
    let big = HeaderFields(bytes: bytes, order: .big)
    switch (isSensible(little), isSensible(big)) {
    case (true, false): return .little
    case (false, true): return .big
    case (true, true):
      if bytes[212] == 0x11 && bytes[213] == 0x11 { return .big }
      if bytes[212] == 0x44 { return .little }
      return little.integer(at: 0) <= big.integer(at: 0) ? .little : .big
    case (false, false): break
    }
    let named = bytes[208..<211].elementsEqual("MAP".utf8)
    let likely = named && bytes[212] == 0x11 ? big : little
    let size = likely.integers(at: 0)
    if named && hasSensibleSize(likely) {
      throw MRCError.unusableMode(path: path, mode: likely.integer(at: 12))
    }
    let found = "\(size.x) x \(size.y) x \(size.z) voxels of mode \(likely.integer(at: 12))"
    throw MRCError.notMRC(
      path: path, reason: "its first bytes, read as an MRC header, say \(found)")
  }

  private static func hasSensibleSize(_ fields: HeaderFields) -> Bool {
    let (size, map) = (fields.integers(at: 0), fields.integers(at: 64))
    guard 0 < size.min() else { return false }
    // IMOD's test: some side is below 65536. Axis numbers may be 0 in old files, -2 in some.
    return size.min() < 65536 && -3 <= map.min() && map.max() <= 3
  }

  private static func isSensible(_ fields: HeaderFields) -> Bool {
    hasSensibleSize(fields) && MRCMode(rawValue: fields.integer(at: 12)) != nil
  }
}
