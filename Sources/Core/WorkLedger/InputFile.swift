import Glibc

/// A file open for reading at any offset, by any number of threads at once.
///
/// `pread`, not a memory map: a file that is cut short while it is read gives an error, not a bus
/// error, and what was read counts against no memory cap but the caller's own buffer.
public final class InputFile: Sendable {
  /// The name it was opened by.
  public let path: String
  /// Length in bytes when it was opened.
  public let byteCount: Int
  private let descriptor: Int32

  /// Opens a regular file.
  ///
  /// - Throws: `FileError` where there is no such file, it is a folder, or it may not be read.
  public init(path: String) throws(FileError) {
    // Non-blocking, or opening a named pipe would wait for its other end.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard 0 <= descriptor else {
      throw FileError.system(path: path, action: "cannot open", reading: true, code: errno)
    }
    var status = stat()
    let failed = unsafe fstat(descriptor, &status) != 0
    let type = status.st_mode & S_IFMT
    guard !failed, type == S_IFREG else {
      close(descriptor)
      if type == S_IFDIR { throw FileError.isFolder(path: path) }
      throw FileError.system(
        path: path, action: "is no regular file", reading: true, code: failed ? errno : EINVAL)
    }
    (self.path, self.descriptor, byteCount) = (path, descriptor, Int(status.st_size))
  }

  /// Takes over an open file that has no name of its own.
  ///
  /// - Parameter path: the name to tell users about.
  init(path: String, adopting descriptor: Int32, byteCount: Int) {
    (self.path, self.descriptor, self.byteCount) = (path, descriptor, byteCount)
  }

  deinit { close(descriptor) }

  /// Reads exactly `count` bytes from `offset` on.
  ///
  /// - Throws: `FileError.endsEarly` where the file is shorter.
  public func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    try read(into: &raw, at: offset)
    return bytes
  }

  /// Fills `target` with the bytes from `offset` on.
  ///
  /// - Throws: `FileError.endsEarly` where the file is shorter.
  public func read(into target: inout MutableRawSpan, at offset: Int) throws(FileError) {
    let count = target.byteCount
    var done = 0
    while done < count {
      // Inside the span: done < count.
      let (got, code) = unsafe target.withUnsafeMutableBytes { buffer in
        let got = unsafe pread(
          descriptor, buffer.baseAddress.map { unsafe $0 + done }, count - done, offset + done)
        return (got, errno)
      }
      if got == 0 {
        throw FileError.endsEarly(
          path: path, expectedBytes: offset + count, foundBytes: offset + done)
      }
      if got < 0 {
        if code == EINTR { continue }
        throw FileError.system(path: path, action: "cannot read", reading: true, code: code)
      }
      done += got
    }
  }

  /// Reads the whole file.
  public func readAll() throws(FileError) -> [UInt8] { try read(at: 0, count: byteCount) }

  /// Reads the whole file as text; bytes that are not UTF-8 become replacement characters.
  public func readText() throws(FileError) -> String {
    String(decoding: try readAll(), as: UTF8.self)
  }
}
