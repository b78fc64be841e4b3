import WorkLedger

/// An MRC file opened as far as its header, plain or unpacked to scratch.
struct MRCFile {
  /// Name given by the user.
  let path: String
  /// Where the samples are read.
  let file: InputFile
  var header: MRCHeader
  /// Bytes beyond what the header says, in the plain file; for packed ones at most 64 KiB counted.
  let surplusBytes: Int

  /// Opens a file and reads its header; unpacks it first where it is packed.
  ///
  /// Nothing is allocated or written on the word of a header alone: packed data are unpacked up to
  /// the header's size, and only if the disk has room for that.
  static func open(path: String, scratchFolder: String) throws(MRCError) -> MRCFile {
    let file: InputFile
    do { file = try InputFile(path: path) } catch { throw MRCError.file(error) }
    let first = try bytes(of: file, at: 0, count: min(file.byteCount, MRCHeader.byteCount))
    let packing = Packing(firstBytes: first)
    if let unpacker = try packing.unpacker(of: file) {
      return try unpacked(
        from: unpacker, ceiling: packing.ceiling(packedBytes: file.byteCount), path: path,
        scratchFolder: scratchFolder)
    }
    let header = try MRCHeader(bytes: first, path: path)
    let expected = try header.fileByteCount(path: path)
    try requireLength(expected, found: file.byteCount, header: header, path: path)
    return MRCFile(
      path: path, file: file, header: header, surplusBytes: file.byteCount - expected)
  }

  private static func unpacked(
    from unpacker: any Unpacking, ceiling: Int, path: String, scratchFolder: String
  ) throws(MRCError) -> MRCFile {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { unsafe buffer.deallocate() }
    let got = try unsafe unpacker.unpack(into: .init(rebasing: buffer[..<MRCHeader.byteCount]))
    let header = try unsafe MRCHeader(bytes: Array(buffer[..<got]), path: path)
    let expected = try header.fileByteCount(path: path)
    try requireLength(expected, found: ceiling, header: header, path: path)
    let scratch = try ScratchFile(folder: scratchFolder)
    try scratch.requireRoom(byteCount: expected)
    try unsafe scratch.append(.init(rebasing: buffer[..<got]))
    while scratch.byteCount < expected {
      let count = min(1 << 20, expected - scratch.byteCount)
      let got = try unsafe unpacker.unpack(into: .init(rebasing: buffer[..<count]))
      guard 0 < got else { break }
      try unsafe scratch.append(.init(rebasing: buffer[..<got]))
    }
    try requireLength(expected, found: scratch.byteCount, header: header, path: path)
    // Reads on past the end for the checksum, but not far: more is no part of the volume.
    let surplus = try unsafe unpacker.unpack(into: .init(rebasing: buffer[..<(1 << 16)]))
    return MRCFile(
      path: path, file: try scratch.reader(), header: header, surplusBytes: surplus)
  }

  private static func requireLength(
    _ expected: Int, found: Int, header: MRCHeader, path: String
  ) throws(MRCError) {
    guard found < expected else { return }
    let size = header.sampleExtent
    throw MRCError.truncated(
      path: path, expectedBytes: expected, foundBytes: found,
      content: "its header's volume of \(size.x) x \(size.y) x \(size.z) voxels in mode "
        + "\(header.mode)")
  }

  static func bytes(of file: InputFile, at offset: Int, count: Int) throws(MRCError) -> [UInt8] {
    do { return try file.read(at: offset, count: count) } catch { throw MRCError.file(error) }
  }
}

extension MRCHeader {
  /// Length of the whole file in bytes.
  ///
  /// - Throws: `MRCError.tooLarge` where it overflows, `unusableMode` where a sample has no known
  ///   length, `badHeader` where the extended header has a negative one.
  func fileByteCount(path: String) throws(MRCError) -> Int {
    guard 0 <= extendedHeaderByteCount else {
      throw MRCError.badHeader(
        path: path, field: "nsymbt (bytes of the extended header)",
        found: String(extendedHeaderByteCount), expected: "a number from 0 up")
    }
    guard let known = MRCMode(rawValue: mode) else {
      throw MRCError.unusableMode(path: path, mode: mode)
    }
    let bytesPerRow =
      switch known {
      case .int8: Int(extent.x)
      case .int16, .uint16, .float16: 2 * Int(extent.x)
      case .float32, .complexInt16: 4 * Int(extent.x)
      case .complexFloat32: 8 * Int(extent.x)
      case .rgb: 3 * Int(extent.x)
      case .fourBit: (Int(extent.x) + 1) / 2
      }
    let section = bytesPerRow.multipliedReportingOverflow(by: Int(extent.y))
    let data = section.partialValue.multipliedReportingOverflow(by: Int(extent.z))
    let total = data.partialValue.addingReportingOverflow(dataOffset)
    // 4-bit data hold two voxels a byte: the count of voxels must not overflow either.
    guard !section.overflow, !data.overflow, !total.overflow, data.partialValue < Int.max / 2 else {
      throw MRCError.tooLarge(path: path, columns: extent.x, rows: extent.y, sections: extent.z)
    }
    return total.partialValue
  }

  /// How the samples are stored, given whether bytes have a sign; nil for modes of no use.
  func layout(bytesAreSigned: Bool) -> SampleLayout? {
    let kind: SampleLayout.Kind
    switch MRCMode(rawValue: mode) {
    case .int8: kind = isHalfWidth ? .fourBit : bytesAreSigned ? .int8 : .uint8
    case .int16: kind = .int16
    case .uint16: kind = .uint16
    case .float16: kind = .float16
    case .float32: kind = .float32
    case .fourBit: kind = .fourBit
    default: return nil
    }
    return SampleLayout(kind: kind, isSwapped: byteOrder == .big, columns: sampleExtent.x)
  }
}
