import FoundationEssentials
import Pipeline
import TomogramModel
import Volumes
import WorkLedger

/// The record that `bilayer simulate` leaves in a folder, beside tomogram and labels.
enum TruthFile {
  /// The record in a folder, or nil where there is none: labels do without.
  static func read(inFolder folder: String) throws -> TruthRecord? {
    let path = folder + "/truth.json"
    guard Folder.exists(path) else { return nil }
    let text = try InputFile(path: path).readText()
    guard let record = try? JSONDecoder().decode(TruthRecord.self, from: Data(text.utf8)) else {
      throw TruthFileError(path: path)
    }
    return record
  }
}

/// A `truth.json` of another kind.
struct TruthFileError: Fault, Equatable {
  let path: String

  var kind: FaultKind { .input }

  var description: String {
    "\(path) is not what `bilayer simulate` writes. Simulate again, or remove the file."
  }
}
