import Glibc

/// Results of the steps of a long piece of work, in the order they are done, in a file that outlives
/// the process: a run that was killed goes on behind the last whole one.
///
///     digest of the work, 64 bytes | byte count, checksum, bytes of step 0 | of step 1 | ...
///
/// For work whose steps come in a fixed order but whose results have any length; `BlockJournal` is for
/// blocks of known lengths in any order. What a killed machine leaves torn at the end is cut off;
/// nothing in the file is believed but what its checksum confirms.
///
/// For one thread.
public final class StepLog {
  private let path: String
  /// −1: nothing is kept.
  private let descriptor: Int32
  /// Where the next step begins.
  private var offset: Int
  /// Where the file ends; whatever lies behind `offset` is of an earlier run.
  private var end: Int
  /// Steps taken from an earlier run.
  public private(set) var keptCount = 0

  /// Keeps nothing: work that is not to be continued.
  public init() { (path, descriptor, offset, end) = ("", -1, 0, 0) }

  /// Opens a log; one of other work, or none, is replaced by an empty one.
  ///
  /// - Parameters:
  ///   - path: the file; its folder exists, and no other process has the log open.
  ///   - work: SHA-256, in hexadecimal digits, of all that decides the steps' results.
  /// - Throws: `FileError` where the file cannot be written.
  public init(path: String, work: String) throws(FileError) {
    let digest = Array(work.utf8)
    precondition(digest.count == 64, "Work is named by a SHA-256 digest.")
    self.path = path
    offset = digest.count
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard 0 <= descriptor else {
      throw .system(path: path, action: "cannot create", reading: false, code: errno)
    }
    end = Folder.byteCount(ofFile: path) ?? 0
    if offset <= end, try reader().read(at: 0, count: offset) == digest { return }
    try cut(to: 0)
    try append(unsafe digest.span.bytes)
  }

  deinit { if 0 <= descriptor { close(descriptor) } }

  /// Path of a file beside the log, for what steps leave that is too large for it; nil where nothing is
  /// kept. Whoever empties the folder removes both.
  public func companion(_ name: String) -> String? {
    descriptor < 0 ? nil : path + "." + name
  }

  /// What the next step gives: as an earlier run found it, or else as `make` does now.
  ///
  /// Elements are kept as they lie in memory, for the same program on the same kind of machine.
  ///
  /// - Throws: `FileError` where the disk is full or fails, and the errors of `make`.
  public func step<Element: BitwiseCopyable>(
    _ make: () throws -> [Element]
  ) throws -> [Element] {
    if let known: [Element] = try next() {
      keptCount += 1
      return known
    }
    let found = try make()
    guard 0 <= descriptor else { return found }
    try cut(to: offset)
    let bytes = unsafe found.span.bytes
    try append(unsafe [UInt64(bytes.byteCount), checksum(of: bytes)].span.bytes)
    try append(bytes)
    // On disk before whatever a later step does to files beside it.
    guard fdatasync(descriptor) == 0 else {
      throw FileError.system(path: path, action: "cannot write", reading: false, code: errno)
    }
    offset = end
    return found
  }

  /// The next step's elements of an earlier run; nil where it got no further.
  private func next<Element: BitwiseCopyable>() throws(FileError) -> [Element]? {
    guard offset + 16 <= end else { return nil }
    let head = try reader().read(at: offset, count: 16)
    let byteCount = Int(truncatingIfNeeded: word(head, at: 0))
    let stride = MemoryLayout<Element>.stride
    guard 0 <= byteCount, byteCount <= end - offset - 16, byteCount.isMultiple(of: stride) else {
      return nil
    }
    let bytes = try reader().read(at: offset + 16, count: byteCount)
    guard checksum(of: unsafe bytes.span.bytes) == word(head, at: 8) else { return nil }
    offset += 16 + byteCount
    return unsafe bytes.withUnsafeBytes { buffer in
      (0..<byteCount / stride).map {
        unsafe buffer.loadUnaligned(fromByteOffset: $0 * stride, as: Element.self)
      }
    }
  }

  private func word(_ bytes: [UInt8], at place: Int) -> UInt64 {
    bytes[place..<place + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private func append(_ bytes: RawSpan) throws(FileError) {
    try WorkLedger.write(bytes, to: descriptor, at: end, path: path)
    end += bytes.byteCount
  }

  private func cut(to length: Int) throws(FileError) {
    guard length != end else { return }
    guard ftruncate(descriptor, length) == 0 else {
      throw .system(path: path, action: "cannot shorten", reading: false, code: errno)
    }
    end = length
  }

  private func reader() throws(FileError) -> InputFile {
    let copy = dup(descriptor)
    guard 0 <= copy else {
      throw .system(path: path, action: "cannot read back", reading: false, code: errno)
    }
    return InputFile(path: path, adopting: copy, byteCount: 0)
  }
}
