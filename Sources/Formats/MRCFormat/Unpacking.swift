import CBZip2
import CZlib
import WorkLedger

/// A compressed file that gives its contents from front to back, in bounded memory.
protocol Unpacking: AnyObject {
  /// Fills `target` from the front.
  ///
  /// - Returns: bytes unpacked; fewer than asked for only at the end.
  /// - Throws: `MRCError.damagedCompression` where the data are damaged or end early.
  func unpack(into target: UnsafeMutableRawBufferPointer) throws(MRCError) -> Int
}

/// How a file is packed, by its first bytes.
enum Packing {
  case none, gzip, bzip2

  init(firstBytes: [UInt8]) {
    if firstBytes.starts(with: [0x1f, 0x8b]) {
      self = .gzip
    } else if firstBytes.starts(with: Array("BZh".utf8)) {
      self = .bzip2
    } else {
      self = .none
    }
  }

  /// More bytes than a packed file of the given length can unpack to, by its format.
  func ceiling(packedBytes: Int) -> Int {
    switch self {
    case .none: packedBytes
    // Deflate: a match of 258 bytes in 2 bits. bzip2: 46 MB of equal bytes in a block of 37 bytes.
    case .gzip: (packedBytes + 1024) * 1040
    case .bzip2: (packedBytes + 1024) * 1_300_000
    }
  }

  func unpacker(of file: InputFile) throws(MRCError) -> (any Unpacking)? {
    switch self {
    case .none: nil
    case .gzip: try GzipReader(file)
    case .bzip2: try BZip2Reader(file)
    }
  }
}

/// The packed bytes, piece by piece.
@safe
private final class PackedBytes {
  let file: InputFile
  private var offset = 0
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)

  init(_ file: InputFile) { self.file = file }

  deinit { unsafe buffer.deallocate() }

  /// Reads the next piece; 0 bytes at the end.
  func refill() throws(MRCError) -> Int {
    let count = min(unsafe buffer.count, file.byteCount - offset)
    guard 0 < count else { return 0 }
    do {
      var span = unsafe MutableRawSpan(
        _unsafeBytes: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
      try file.read(into: &span, at: offset)
    } catch { throw MRCError.file(error) }
    offset += count
    return count
  }

  func damaged(_ reason: String) -> MRCError {
    .damagedCompression(path: file.path, reason: reason)
  }
}

/// A gzip file of one or more members (RFC 1952).
@safe
private final class GzipReader: Unpacking {
  private let packed: PackedBytes
  // zlib keeps a pointer to its stream, so the stream must not move.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private var isAtEnd = false
  private var isBetweenMembers = false

  init(_ file: InputFile) throws(MRCError) {
    packed = PackedBytes(file)
    unsafe stream.initialize(to: z_stream())
    // 15 + 16: largest window, gzip wrapper.
    let status = unsafe inflateInit2_(
      stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw packed.damaged("zlib does not start (\(status))") }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  func unpack(into target: UnsafeMutableRawBufferPointer) throws(MRCError) -> Int {
    var done = 0
    while done < target.count && !isAtEnd {
      if unsafe stream.pointee.avail_in == 0 { guard try refill() else { break } }
      if isBetweenMembers { guard startMember() else { break } }
      let room = min(target.count - done, 1 << 30)
      unsafe stream.pointee.next_out =
        target.baseAddress?.assumingMemoryBound(to: UInt8.self).advanced(by: done)
      unsafe stream.pointee.avail_out = UInt32(room)
      let status = unsafe inflate(stream, Z_NO_FLUSH)
      done += room - Int(unsafe stream.pointee.avail_out)
      if status == Z_STREAM_END {
        isBetweenMembers = true
      } else if status != Z_OK && status != Z_BUF_ERROR {
        throw packed.damaged("the gzip data are damaged")
      }
    }
    return done
  }

  /// Gets more packed bytes; false at a proper end.
  private func refill() throws(MRCError) -> Bool {
    let count = try packed.refill()
    guard 0 < count else {
      guard isBetweenMembers else { throw packed.damaged("the gzip data end too early") }
      isAtEnd = true
      return false
    }
    unsafe stream.pointee.next_in = packed.buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_in = UInt32(count)
    return true
  }

  /// Starts the next member; what is no member is padding, and ignored as gzip does.
  private func startMember() -> Bool {
    guard let next = unsafe stream.pointee.next_in, unsafe next.pointee == 0x1f else {
      isAtEnd = true
      return false
    }
    unsafe inflateReset(stream)
    isBetweenMembers = false
    return true
  }
}

/// A bzip2 file of one or more streams.
@safe
private final class BZip2Reader: Unpacking {
  private let packed: PackedBytes
  private let stream = UnsafeMutablePointer<bz_stream>.allocate(capacity: 1)
  private var isAtEnd = false
  private var isBetweenStreams = false

  init(_ file: InputFile) throws(MRCError) {
    packed = PackedBytes(file)
    unsafe stream.initialize(to: bz_stream())
    let status = unsafe BZ2_bzDecompressInit(stream, 0, 0)
    guard status == BZ_OK else { throw packed.damaged("libbz2 does not start (\(status))") }
  }

  deinit {
    unsafe BZ2_bzDecompressEnd(stream)
    unsafe stream.deallocate()
  }

  func unpack(into target: UnsafeMutableRawBufferPointer) throws(MRCError) -> Int {
    var done = 0
    while done < target.count && !isAtEnd {
      if unsafe stream.pointee.avail_in == 0 { guard try refill() else { break } }
      if isBetweenStreams { guard try startStream() else { break } }
      let room = min(target.count - done, 1 << 30)
      unsafe stream.pointee.next_out =
        target.baseAddress?.assumingMemoryBound(to: CChar.self).advanced(by: done)
      unsafe stream.pointee.avail_out = UInt32(room)
      let status = unsafe BZ2_bzDecompress(stream)
      done += room - Int(unsafe stream.pointee.avail_out)
      if status == BZ_STREAM_END {
        isBetweenStreams = true
      } else if status != BZ_OK {
        throw packed.damaged("the bzip2 data are damaged")
      }
    }
    return done
  }

  private func refill() throws(MRCError) -> Bool {
    let count = try packed.refill()
    guard 0 < count else {
      guard isBetweenStreams else { throw packed.damaged("the bzip2 data end too early") }
      isAtEnd = true
      return false
    }
    unsafe stream.pointee.next_in = packed.buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
    unsafe stream.pointee.avail_in = UInt32(count)
    return true
  }

  private func startStream() throws(MRCError) -> Bool {
    let (next, left) = unsafe (stream.pointee.next_in, stream.pointee.avail_in)
    guard let next = unsafe next, unsafe next.pointee == CChar(UInt8(ascii: "B")) else {
      isAtEnd = true
      return false
    }
    unsafe BZ2_bzDecompressEnd(stream)
    unsafe stream.initialize(to: bz_stream())
    guard unsafe BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK else {
      throw packed.damaged("libbz2 does not start")
    }
    unsafe stream.pointee.next_in = next
    unsafe stream.pointee.avail_in = left
    isBetweenStreams = false
    return true
  }
}
