import Glibc
import TomogramModel

/// Prints a row a stage: voxels, wall time, voxels per second, and peak memory.
///
/// The peak is the process's resident set while the stage ran (`VmHWM`, reset before each stage), so
/// it counts what earlier stages left alive, memory-mapped scratch files included.
struct Meter {
  /// Prints the table's head.
  init(_ title: String) {
    print(title)
    print(Self.row(["stage", "Mvoxel", "seconds", "Mvoxel/s", "peak MB"]))
  }

  /// Runs a stage and prints its row.
  func measure<Result>(_ stage: String, voxels: Int, _ body: () throws -> Result) rethrows -> Result
  {
    Self.resetPeak()
    let start = ContinuousClock.now
    let result = try body()
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let millions = Double(voxels) / 1e6
    print(
      Self.row([
        stage, Self.text(millions), Self.text(seconds), Self.text(millions / seconds),
        Self.peakMegabytes().map { "\($0)" } ?? "-",
      ]))
    return result
  }

  /// Prints a row without numbers.
  func skip(_ stage: String, because reason: String) {
    print(Self.row([stage, "-", "-", "-", "-"]) + "   \(reason)")
  }

  private static func row(_ cells: [String]) -> String {
    let widths = [12, 10, 10, 10, 10]
    return zip(cells, widths).enumerated().map { index, cell in
      let blanks = String(repeating: " ", count: max(cell.1 - cell.0.count, 0))
      return index == 0 ? cell.0 + blanks : blanks + cell.0
    }.joined()
  }

  private static func text(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }

  /// Tells the kernel to start the peak anew (Linux, `proc(5)`).
  private static func resetPeak() {
    let descriptor = unsafe open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
    guard 0 <= descriptor else { return }
    _ = unsafe write(descriptor, "5", 1)
    close(descriptor)
  }

  private static func peakMegabytes() -> Int? {
    guard let file = unsafe fopen("/proc/self/status", "r") else { return nil }
    defer { unsafe fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while unsafe fgets(&line, Int32(line.count), file) != nil {
      let text = String(
        decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      guard text.hasPrefix("VmHWM:") else { continue }
      return text.split(separator: " ").compactMap { Int($0) }.first.map { $0 / 1000 }
    }
    return nil
  }
}
