import FoundationEssentials
import WorkLedger

/// Reads options from JSON files: parts will do, unknown keys are errors.
public enum StrictJSON {
  /// Options of a file over others.
  ///
  /// - Parameters:
  ///   - path: a JSON object that has some of the options' keys, at any depth.
  ///   - base: gives the values of keys the file leaves out.
  /// - Throws: `PipelineError.badPlan`, which names the keys at fault, or `FileError`.
  public static func read<Options: Codable>(_ path: String, over base: Options) throws -> Options {
    let text = try InputFile(path: path).readText()
    return try decode(text, path: path, over: base)
  }

  /// Options of a JSON text over others.
  public static func decode<Options: Codable>(
    _ text: String, path: String, over base: Options
  ) throws -> Options {
    let given: JSONValue
    do {
      given = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    } catch {
      throw PipelineError.badPlan(
        path: path, reason: "it is not JSON. Check its commas and quotes.")
    }
    let options: Options
    do {
      options = try JSONValue(encoding: base).merged(with: given).decoded(as: Options.self)
    } catch let error as DecodingError {
      throw PipelineError.badPlan(path: path, reason: reason(error))
    }
    let unknown = given.keys(unknownTo: try JSONValue(encoding: options))
    guard unknown.isEmpty else {
      let names = unknown.map { "'\($0)'" }.joined(separator: ", ")
      throw PipelineError.badPlan(
        path: path, reason: "it holds the unknown key(s) \(names). Correct or remove them.")
    }
    return options
  }

  private static func reason(_ error: DecodingError) -> String {
    func place(_ path: [any CodingKey]) -> String {
      path.map { $0.stringValue }.joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let key, let context):
      return "'\(place(context.codingPath + [key]))' is missing. Add it."
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      let name = context.codingPath.isEmpty ? "the file" : "'\(place(context.codingPath))'"
      return "\(name) has a value of the wrong kind. Correct it."
    @unknown default: return "it cannot be decoded. Correct it."
    }
  }
}
