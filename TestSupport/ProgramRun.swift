import Glibc
import Synchronization
import WorkLedger

/// Runs the built `bilayer` as a user does: through a shell.
public enum ProgramRun {
  /// What a script has printed, and its exit status.
  public struct Outcome: Sendable {
    /// Standard output.
    public let output: String
    /// Standard error.
    public let messages: String
    /// Exit status.
    public let status: Int32
  }

  /// The program: the release build, else the debug build; nil where neither is there.
  public static func program(filePath: String = #filePath) -> String? {
    ["release", "debug"].map { root(filePath) + "/.build/\($0)/bilayer" }
      .first { unsafe access($0, X_OK) == 0 }
  }

  /// Whether the engine is installed, or must be (`make test`).
  public static func hasEngine(filePath: String = #filePath) -> Bool {
    if let value = unsafe getenv("BILAYER_REQUIRE_ENGINE"), unsafe String(cString: value) == "1" {
      return true
    }
    return Folder.names(in: root(filePath) + "/.torch").contains {
      $0.hasPrefix("libctorch-") && $0.hasSuffix(".so")
    }
  }

  /// Runs a shell script in a folder; `bilayer` is the program's name in it.
  public static func shell(
    _ script: String, in folder: String, filePath: String = #filePath
  ) throws -> Outcome {
    let program = program(filePath: filePath) ?? "/nonexistent/bilayer"
    let number = scripts.wrappingAdd(1, ordering: .relaxed).newValue
    let base = "\(folder)/.script-\(number)"
    try write("program='\(program)'\nbilayer() { \"$program\" \"$@\"; }\n" + script, to: base)
    let command = "cd '\(folder)' && sh '\(base)' >'\(base).out' 2>'\(base).err'"
    let status = unsafe system(command)
    let outcome = Outcome(
      output: text(of: base + ".out"), messages: text(of: base + ".err"),
      status: (status >> 8) & 0xff)
    for path in [base, base + ".out", base + ".err"] { unsafe unlink(path) }
    return outcome
  }

  /// Writes a text file.
  public static func write(_ text: String, to path: String) throws {
    try write(Array(text.utf8), to: path)
  }

  /// Writes a file.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    guard let file = unsafe fopen(path, "w") else { throw TemporaryFolderError(code: errno) }
    defer { unsafe fclose(file) }
    guard unsafe fwrite(bytes, 1, bytes.count, file) == bytes.count else {
      throw TemporaryFolderError(code: errno)
    }
  }

  /// A file's bytes; nil where it cannot be read.
  public static func bytes(of path: String) -> [UInt8]? {
    guard let file = unsafe fopen(path, "r") else { return nil }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe fread(&buffer, 1, buffer.count, file)
      guard 0 < count else { return bytes }
      bytes += buffer[..<count]
    }
  }

  private static func text(of path: String) -> String {
    String(decoding: bytes(of: path) ?? [], as: UTF8.self)
  }

  /// The project's folder, from the path of a test's file.
  public static func root(_ filePath: String) -> String {
    filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
      .joined(separator: "/")
  }

  private static let scripts = Atomic(0)
}
