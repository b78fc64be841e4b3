import Glibc

/// Other people's readers and writers, called through Python, to compare our files with.
public enum PythonChecks {
  /// Whether `mrcfile` and `numpy` are to be had: `Scripts/install-checks.sh` installs them.
  ///
  /// Where `BILAYER_REQUIRE_ENGINE` is 1, as in `make test`, they are taken to be there, so that
  /// tests fail rather than pass over.
  public static func areReady(filePath: String = #filePath) -> Bool {
    if value(of: "BILAYER_REQUIRE_ENGINE") == "1" { return true }
    return unsafe access(modules(filePath) + "/mrcfile/__init__.py", R_OK) == 0
  }

  /// Runs a Python program; its output, both streams, without the last line break.
  ///
  /// - Parameters:
  ///   - arguments: words without quotes, as `sys.argv[1]` on.
  ///   - folder: where the program is written to; a temporary one.
  /// - Returns: the output, and the exit status.
  public static func run(
    _ program: String, _ arguments: [String] = [], in folder: String, filePath: String = #filePath
  ) throws -> (output: String, status: Int32) {
    let script = folder + "/check-\(program.utf8.count).py"
    guard let file = unsafe fopen(script, "w") else { throw TemporaryFolderError(code: errno) }
    unsafe fputs(program, file)
    unsafe fclose(file)
    defer { unsafe unlink(script) }
    let words = arguments.map { "'\($0)'" }.joined(separator: " ")
    let command =
      "PYTHONDONTWRITEBYTECODE=1 PYTHONPATH='\(modules(filePath))' "
      + "python3 -W ignore '\(script)' \(words) 2>&1"
    guard let pipe = unsafe popen(command, "r") else { throw TemporaryFolderError(code: errno) }
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = unsafe fread(&buffer, 1, buffer.count, pipe)
      guard 0 < count else { break }
      output += buffer[..<count]
    }
    let status = unsafe pclose(pipe)
    if output.last == UInt8(ascii: "\n") { output.removeLast() }
    return (String(decoding: output, as: UTF8.self), status >> 8)
  }

  private static func modules(_ filePath: String) -> String {
    if let folder = value(of: "BILAYER_PYTHON") { return folder }
    let root = filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    return root.joined(separator: "/") + "/.python"
  }

  private static func value(of name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }
}
