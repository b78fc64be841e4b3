import FoundationEssentials
public import TomogramModel
import WorkLedger

/// Reads tilt angles as the field's programs write them.
///
/// `.tlt` and `.rawtlt` of IMOD: one angle a line. `.mdoc` of SerialEM: lines `TiltAngle = 12.3`.
public enum TiltFile {
  /// Tilt angles of a file in degrees, in the file's order.
  ///
  /// - Throws: `PipelineError.badTiltFile` where a line makes no sense, or `FileError`.
  public static func angles(path: String) throws -> [Double] {
    let text = try InputFile(path: path).readText()
    let isMdoc = path.lowercased().hasSuffix(".mdoc")
    let lines = text.split(whereSeparator: \.isNewline)
    var angles: [Double] = []
    for (index, line) in lines.enumerated() {
      guard let field = isMdoc ? mdocAngle(in: line) : firstWord(of: line) else { continue }
      guard let angle = Double(field), abs(angle) < 90 else {
        throw PipelineError.badTiltFile(
          path: path, reason: "line \(index + 1) is '\(line.prefix(40))'.")
      }
      angles.append(angle)
    }
    return angles
  }

  /// The range that a file's angles span.
  public static func geometry(path: String) throws -> TiltGeometry {
    let angles = try angles(path: path)
    guard let low = angles.min(), let high = angles.max(), low < high else {
      throw PipelineError.badTiltFile(
        path: path, reason: "it holds \(angles.count) angle(s); at least two different are needed.")
    }
    return TiltGeometry(minimumDegrees: low, maximumDegrees: high)
  }

  private static func firstWord(of line: Substring) -> Substring? {
    line.split(whereSeparator: \.isWhitespace).first
  }

  private static func mdocAngle(in line: Substring) -> Substring? {
    let parts = line.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, firstWord(of: parts[0]) == "TiltAngle" else { return nil }
    return firstWord(of: parts[1]) ?? ""
  }
}
