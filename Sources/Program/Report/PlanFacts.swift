import FoundationEssentials
import MRCFormat
import TomogramModel
import Volumes

/// The few entries of `plan.json` that a report shows in words; all others stand in its text.
///
/// Read leniently: a plan of another version gives what it has.
struct PlanFacts: Decodable {
  struct Input: Decodable {
    let path: String
    let sha256: String?
  }

  struct Reading: Decodable {
    let input: MRCReadingOptions?
    let region: Region?
    let bin: Int?
  }

  struct Preprocessing: Decodable { let contrast: String? }

  struct Prediction: Decodable { let precision: String? }

  struct Tracing: Decodable {
    let method: String?
    let minimumProbability: Double?
  }

  struct Separation: Decodable { let method: String? }

  let version: String?
  let engine: String?
  let tomogram: Input?
  let model: Input?
  let reading: Reading?
  let tilt: TiltGeometry?
  let preprocessing: Preprocessing?
  let prediction: Prediction?
  let tracing: Tracing?
  let separation: Separation?
  /// Labels taken in instead of a separation.
  let instances: Input?
  let seed: UInt64?

  private enum CodingKeys: String, CodingKey {
    case version, engine, tomogram, model, reading, tilt, preprocessing, prediction, tracing
    case separation, instances, seed
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func value<Value: Decodable>(_ key: CodingKeys) -> Value? {
      try? values.decodeIfPresent(Value.self, forKey: key)
    }
    version = value(.version)
    engine = value(.engine)
    tomogram = value(.tomogram)
    model = value(.model)
    reading = value(.reading)
    tilt = value(.tilt)
    preprocessing = value(.preprocessing)
    prediction = value(.prediction)
    tracing = value(.tracing)
    separation = value(.separation)
    instances = value(.instances)
    seed = value(.seed)
  }

  /// Reads a plan's text.
  ///
  /// - Throws: `ReportError.unreadable` where it is no JSON object.
  static func parse(_ text: String, path: String) throws(ReportError) -> PlanFacts {
    do {
      return try JSONDecoder().decode(PlanFacts.self, from: Data(text.utf8))
    } catch {
      throw ReportError.unreadable(path: path, found: "it is not a JSON object")
    }
  }
}
