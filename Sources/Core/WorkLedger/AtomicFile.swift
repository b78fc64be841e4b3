import Glibc

/// A file that appears under its name whole, or not at all.
///
///     let file = try AtomicFile(path: "out.mrc", byteCount: 2048)
///     try file.write(bytes.span.bytes, at: 1024)   // any order; gaps are zero
///     try file.commit()
///
/// Goals, in order: (1) a killed run never leaves a file that looks whole; (2) nothing is replaced
/// that was not to be replaced, even if it appeared meanwhile; (3) nothing is left behind.
/// For (3) the file has no name at all until the commit where the file system can do that
/// (`O_TMPFILE`), so that not even `kill -9` leaves litter; elsewhere it has a hidden name beside
/// the target until then.
///
/// Writes may come from several threads at once, if their byte ranges do not overlap.
public final class AtomicFile: @unchecked Sendable {
  /// The name the file will have.
  public let path: String
  private let overwrite: Bool
  private let descriptor: Int32
  /// Hidden name on disk, where the file system needs one.
  private var hiddenPath: String?
  private var isOpen = true

  /// Starts a file.
  ///
  /// - Parameters:
  ///   - path: the target; its folder exists.
  ///   - overwrite: whether a file that has this name may be replaced.
  ///   - byteCount: length to reserve; a full disk is then an error now, not at the end. 0: unknown.
  /// - Throws: `FileError` where the target exists, or the folder is missing, full or read-only.
  public init(path: String, overwrite: Bool = false, byteCount: Int = 0) throws(FileError) {
    (self.path, self.overwrite) = (path, overwrite)
    var status = stat()
    if unsafe lstat(path, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR { throw FileError.isFolder(path: path) }
      guard overwrite else { throw FileError.targetExists(path: path) }
    }
    (descriptor, hiddenPath) = try Self.openUnnamed(for: path)
    try reserve(byteCount: byteCount)
  }

  deinit { discard() }

  /// Writes bytes at an offset.
  ///
  /// - Throws: `FileError` where the disk is full or fails.
  public func write(_ bytes: RawSpan, at offset: Int) throws(FileError) {
    precondition(isOpen, "A file is written before it is committed or discarded.")
    try WorkLedger.write(bytes, to: descriptor, at: offset, path: path)
  }

  /// Reads back exactly `target.byteCount` bytes written before.
  public func read(into target: inout MutableRawSpan, at offset: Int) throws(FileError) {
    let copy = dup(descriptor)
    guard 0 <= copy else { throw failure("cannot read back", errno) }
    try InputFile(path: path, adopting: copy, byteCount: 0).read(into: &target, at: offset)
  }

  /// Puts the file under its name, on disk and whole.
  ///
  /// - Throws: `FileError`; then the file is discarded and what had the name before is untouched.
  public func commit() throws(FileError) {
    precondition(isOpen, "A file is committed once.")
    defer { discard() }
    guard fsync(descriptor) == 0 else { throw failure("cannot write to disk", errno) }
    try publish()
    Self.syncFolder(of: path)
  }

  /// Throws away what was written. Called by itself when a file that was not committed goes away.
  public func discard() {
    guard isOpen else { return }
    isOpen = false
    if let hiddenPath { unsafe unlink(hiddenPath) }
    close(descriptor)
  }
}

/// Writes all bytes at an offset of an open file.
///
/// - Parameter path: the name to tell users about.
func write(
  _ bytes: RawSpan, to descriptor: Int32, at offset: Int, path: String
) throws(FileError) {
  var done = 0
  while done < bytes.byteCount {
    // Inside the span: done < byteCount.
    let (put, code) = unsafe bytes.withUnsafeBytes { buffer in
      let put = unsafe pwrite(
        descriptor, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done,
        offset + done)
      return (put, errno)
    }
    if put < 0 {
      if code == EINTR { continue }
      throw FileError.system(path: path, action: "cannot write", reading: false, code: code)
    }
    done += put
  }
}

// MARK: - System calls

extension AtomicFile {
  private func failure(_ action: String, _ code: Int32) -> FileError {
    .system(path: path, action: action, reading: false, code: code)
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// A hidden name beside the target that no other file of this process has.
  private static func hiddenName(for path: String, attempt: Int) -> String {
    let name = path.split(separator: "/").last.map { String($0.prefix(200)) } ?? ""
    return folder(of: path) + "/.\(name).partial-\(getpid())-\(attempt)"
  }

  private static func openUnnamed(for path: String) throws(FileError) -> (Int32, String?) {
    // __O_TMPFILE is a macro of macros, so it does not import; same value on x86-64 and arm64.
    let unnamed = 0o20000000 | O_DIRECTORY
    let descriptor = unsafe open(folder(of: path), unnamed | O_RDWR | O_CLOEXEC, 0o666)
    if 0 <= descriptor {
      if unsafe access(linkName(descriptor), F_OK) == 0 { return (descriptor, nil) }
      close(descriptor)
    }
    var attempt = 0
    while true {
      let name = hiddenName(for: path, attempt: attempt)
      let descriptor = unsafe open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if 0 <= descriptor { return (descriptor, name) }
      guard errno == EEXIST else {
        throw FileError.system(path: path, action: "cannot create", reading: false, code: errno)
      }
      attempt += 1
    }
  }

  private static func linkName(_ descriptor: Int32) -> String { "/proc/self/fd/\(descriptor)" }

  private func reserve(byteCount: Int) throws(FileError) {
    guard 0 < byteCount else { return }
    // Where the file system cannot reserve, the C library writes a byte into each block instead.
    let code = posix_fallocate(descriptor, 0, byteCount)
    guard code != 0 else { return }
    let error = failure("cannot reserve \(byteCount) bytes", code)
    discard()
    throw error
  }

  /// Names the file. A link cannot replace a file, a rename cannot help it: so link where nothing
  /// may be replaced, and rename where it may.
  private func publish() throws(FileError) {
    if hiddenPath == nil {
      if !overwrite { return try link(to: path) }
      var attempt = 0
      var name = Self.hiddenName(for: path, attempt: attempt)
      while unsafe linkat(AT_FDCWD, Self.linkName(descriptor), AT_FDCWD, name, AT_SYMLINK_FOLLOW)
        != 0
      {
        guard errno == EEXIST else { throw failure("cannot name the file", errno) }
        attempt += 1
        name = Self.hiddenName(for: path, attempt: attempt)
      }
      hiddenPath = name
    }
    guard let name = hiddenPath else { return }
    if overwrite {
      guard unsafe rename(name, path) == 0 else { throw failure("cannot name the file", errno) }
      hiddenPath = nil
    } else {
      try link(to: path)
    }
  }

  private func link(to target: String) throws(FileError) {
    let source = hiddenPath ?? Self.linkName(descriptor)
    guard unsafe linkat(AT_FDCWD, source, AT_FDCWD, target, AT_SYMLINK_FOLLOW) != 0 else { return }
    let code = errno
    if code == EEXIST { throw FileError.targetExists(path: path) }
    // A file system without hard links: rename after a last look.
    if let hidden = hiddenPath, code == EPERM || code == EOPNOTSUPP {
      if unsafe access(target, F_OK) == 0 { throw FileError.targetExists(path: path) }
      if unsafe rename(hidden, target) == 0 {
        hiddenPath = nil
        return
      }
    }
    throw failure("cannot name the file", code)
  }

  /// Makes the new name itself survive a power cut. Not all file systems can; then nothing is lost
  /// but that.
  private static func syncFolder(of path: String) {
    let descriptor = unsafe open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard 0 <= descriptor else { return }
    fsync(descriptor)
    close(descriptor)
  }
}

// MARK: - Small files in one go

extension AtomicFile {
  /// Writes a whole file.
  ///
  /// - Throws: `FileError`; then nothing has changed.
  public static func write(
    _ bytes: [UInt8], to path: String, overwrite: Bool = false
  ) throws(FileError) {
    let file = try AtomicFile(path: path, overwrite: overwrite)
    try file.write(unsafe bytes.span.bytes, at: 0)
    try file.commit()
  }

  /// Writes a whole file of UTF-8 text.
  ///
  /// - Throws: `FileError`; then nothing has changed.
  public static func write(
    _ text: String, to path: String, overwrite: Bool = false
  ) throws(FileError) {
    try write(Array(text.utf8), to: path, overwrite: overwrite)
  }
}
