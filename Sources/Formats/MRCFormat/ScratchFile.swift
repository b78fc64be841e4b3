import Glibc
import WorkLedger

/// An unnamed file that is filled from front to back, then read: what a packed file unpacks to.
/// It has no name, so nothing is left behind whatever happens.
final class ScratchFile {
  private let folder: String
  private let descriptor: Int32
  private(set) var byteCount = 0

  init(folder: String) throws(MRCError) {
    self.folder = folder
    var template = Array((folder + "/.bilayer-unpacked-XXXXXX").utf8CString)
    descriptor = unsafe mkstemp(&template)
    guard 0 <= descriptor else {
      throw MRCError.file(
        .system(
          path: folder, action: "cannot create a scratch file", reading: false, code: errno))
    }
    unsafe unlink(template)
  }

  deinit { close(descriptor) }

  /// Fails early where the disk cannot hold `byteCount` bytes.
  func requireRoom(byteCount: Int) throws(MRCError) {
    var status = statvfs()
    guard unsafe fstatvfs(descriptor, &status) == 0 else { return }
    let free = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    if !free.overflow && free.partialValue < UInt64(byteCount) { throw failure(ENOSPC) }
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(MRCError) {
    var done = 0
    while done < bytes.count {
      // Inside the buffer: done < count.
      let put = unsafe pwrite(
        descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done, byteCount)
      if put < 0 {
        if errno == EINTR { continue }
        throw failure(errno)
      }
      done += put
      byteCount += put
    }
  }

  /// The file, for reading; it stays while the reader does.
  func reader() throws(MRCError) -> InputFile {
    do { return try InputFile(path: "/proc/self/fd/\(descriptor)") } catch {
      throw MRCError.file(error)
    }
  }

  private func failure(_ code: Int32) -> MRCError {
    .file(
      .system(path: folder, action: "cannot write scratch data", reading: false, code: code))
  }
}
