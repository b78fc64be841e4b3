import Glibc

/// Blocks of bytes of a long piece of work, in a file that outlives the process: a run that was
/// killed finds there what it had done.
///
///     digest of the work, 64 bytes | checksum of each block, 8 bytes | block 0 | block 1 | ...
///
/// A block counts as written iff its checksum is right, so it is whole or not there at all,
/// whatever killed the process or the machine, and nothing waits for a disk. Every place follows
/// from the lengths that the caller gives; nothing in the file is believed but checksums.
///
/// Blocks may be written from several threads at once, each by one.
public final class BlockJournal: Sendable {
  /// The file's name.
  public let path: String
  private let descriptor: Int32
  /// Where each block begins, and where the last ends.
  private let offsets: [Int]

  /// Number of blocks.
  public var count: Int { offsets.count - 1 }

  /// Opens a journal; one of other work, or none, is replaced by an empty one.
  ///
  /// - Parameters:
  ///   - path: the file; its folder exists, and no other process has the journal open.
  ///   - work: SHA-256, in hexadecimal digits, of all that decides what the blocks hold.
  ///   - blockByteCounts: length of each block.
  /// - Throws: `FileError` where the disk has no room for all blocks, or cannot be written.
  public init(path: String, work: String, blockByteCounts: [Int]) throws(FileError) {
    let digest = Array(work.utf8)
    precondition(digest.count == Self.digestByteCount, "Work is named by a SHA-256 digest.")
    self.path = path
    offsets = Self.offsets(blockByteCounts)
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard 0 <= descriptor else { throw failure("cannot create", errno) }
    if Folder.byteCount(ofFile: path) == offsets[count],
      try read(at: 0, count: digest.count) == digest
    {
      return
    }
    do throws(FileError) {
      try reserve()
      try write(unsafe digest.span.bytes, at: 0)
    } catch {
      Folder.remove(path)
      throw error
    }
  }

  /// Opens the journal of another process, on whatever machine, that may have it open, too; blocks are
  /// written by one process each, and one that cannot see the journal is no part of the work.
  ///
  /// - Throws: `FileError` where there is no journal of this work.
  public init(joining path: String, work: String, blockByteCounts: [Int]) throws(FileError) {
    self.path = path
    offsets = Self.offsets(blockByteCounts)
    descriptor = unsafe open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
    guard 0 <= descriptor else { throw failure("cannot join", errno) }
    let found = Folder.byteCount(ofFile: path) ?? 0
    guard found == offsets[count] else {
      throw .endsEarly(path: path, expectedBytes: offsets[count], foundBytes: found)
    }
    guard try read(at: 0, count: Self.digestByteCount) == Array(work.utf8) else {
      throw failure("cannot join other work", EINVAL)
    }
  }

  /// Opens an empty journal without a name, for work that is not to be continued: nothing is left
  /// behind whatever happens.
  ///
  /// - Throws: `FileError` where the disk has no room for all blocks, or cannot be written.
  public init(scratchFolder: String, blockByteCounts: [Int]) throws(FileError) {
    path = scratchFolder
    offsets = Self.offsets(blockByteCounts)
    var template = Array((scratchFolder + "/.bilayer-journal-XXXXXX").utf8CString)
    descriptor = unsafe mkstemp(&template)
    guard 0 <= descriptor else { throw failure("cannot create a scratch file", errno) }
    unsafe unlink(template)
    try reserve()
  }

  deinit { close(descriptor) }

  /// Whether a block has been written, in this run or an earlier one. Reads the block.
  public func holds(_ block: Int) throws(FileError) -> Bool {
    let known = try read(at: Self.digestByteCount + 8 * block, count: 8)
    guard known.contains(where: { $0 != 0 }) else { return false }
    let bytes = try read(at: offsets[block], count: offsets[block + 1] - offsets[block])
    return Self.checksumBytes(of: unsafe bytes.span.bytes) == known
  }

  /// Writes a whole block.
  ///
  /// - Throws: `FileError` where the disk fails.
  public func write(_ bytes: RawSpan, block: Int) throws(FileError) {
    precondition(
      bytes.byteCount == offsets[block + 1] - offsets[block], "A block is written whole.")
    try write(bytes, at: offsets[block])
    try write(
      unsafe Self.checksumBytes(of: bytes).span.bytes, at: Self.digestByteCount + 8 * block)
  }

  /// Fills `target` with a block's bytes from `offset` on; zeros where it was never written.
  ///
  /// - Throws: `FileError` where the disk fails.
  public func read(
    into target: inout MutableRawSpan, block: Int, offset: Int
  ) throws(FileError) {
    precondition(
      offset + target.byteCount <= offsets[block + 1] - offsets[block], "A block has an end.")
    try reader().read(into: &target, at: offsets[block] + offset)
  }
}

// MARK: - Bytes

extension BlockJournal {
  private static let digestByteCount = 64

  private static func offsets(_ blockByteCounts: [Int]) -> [Int] {
    let first = digestByteCount + 8 * blockByteCounts.count
    return blockByteCounts.reduce(into: [first]) { $0.append($0[$0.count - 1] + $1) }
  }

  /// Fills the file with zeros, which no checksum is. A full disk is an error now, not after hours.
  private func reserve() throws(FileError) {
    guard ftruncate(descriptor, 0) == 0 else { throw failure("cannot empty", errno) }
    let code = posix_fallocate(descriptor, 0, offsets[count])
    guard code == 0 else { throw failure("cannot reserve \(offsets[count]) bytes", code) }
  }

  private func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    try reader().read(at: offset, count: count)
  }

  private func reader() throws(FileError) -> InputFile {
    let copy = dup(descriptor)
    guard 0 <= copy else { throw failure("cannot read back", errno) }
    return InputFile(path: path, adopting: copy, byteCount: 0)
  }

  private func write(_ bytes: RawSpan, at offset: Int) throws(FileError) {
    try WorkLedger.write(bytes, to: descriptor, at: offset, path: path)
  }

  private func failure(_ action: String, _ code: Int32) -> FileError {
    .system(path: path, action: action, reading: false, code: code)
  }

  private static func checksumBytes(of bytes: RawSpan) -> [UInt8] {
    let sum = checksum(of: bytes)
    return (0..<8).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) }
  }
}
