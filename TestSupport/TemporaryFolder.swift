import Glibc
import WorkLedger

/// A folder of a test's own, removed with all its files when the test is over.
public enum TemporaryFolder {
  /// Runs `body` with the path of a fresh, empty folder.
  public static func with<Result>(_ body: (String) throws -> Result) throws -> Result {
    var template = Array("/tmp/bilayer-test-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw TemporaryFolderError(code: errno) }
    let bytes = template.dropLast().map { UInt8(bitPattern: $0) }
    let path = String(decoding: bytes, as: UTF8.self)
    defer { remove(path) }
    return try body(path)
  }

  private static func remove(_ path: String) {
    for name in Folder.names(in: path) {
      let child = path + "/" + name
      if unsafe unlink(child) != 0 { remove(child) }
    }
    unsafe rmdir(path)
  }
}

/// No temporary folder could be made.
public struct TemporaryFolderError: Error {
  /// The system's error number.
  public let code: Int32
}

/// Real data beside the project, which are not part of it.
public enum SharedData {
  /// Whether the data are there: tests of real files are skipped, and said to be, where not.
  public static var isAtHand: Bool { path("raw/lysosome_wbp_left_bin2.mrc") != nil }

  /// Path of a file under `../shared/data`, or nil where that folder is not to be had.
  ///
  public static func path(_ name: String) -> String? {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(2)
    let path = parts.joined(separator: "/") + "/../shared/data/" + name
    return unsafe access(path, R_OK) == 0 ? path : nil
  }
}
