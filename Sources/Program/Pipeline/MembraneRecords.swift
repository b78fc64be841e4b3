import FoundationEssentials
import WorkLedger

/// What a stage that works membrane by membrane has finished: a run that was killed goes on behind it.
///
/// A membrane is **done** iff it has a record, and every file that the record names is there with the
/// recorded length. Records are written after those files, both atomically; those of other work go
/// before any is written (`begin`).
struct MembraneRecords {
  private let folder: ResultFolder
  /// Where the records lie.
  private let path: String
  /// Digest of all that decides the stage's result.
  private let work: String

  private struct Record<Value: Codable>: Codable {
    var files: [StageJournal.Output]
    var value: Value
  }

  /// - Parameter work: the stage's key.
  init(of stage: Stage, work: String, in folder: ResultFolder) {
    (self.folder, path, self.work) = (folder, folder.records(of: stage), work)
  }

  /// Whether an earlier run has begun this very work.
  var isBegun: Bool { (try? InputFile(path: path + "/work").readText()) == work }

  /// Makes place for records; those of other work go. To be called before any other.
  func begin() throws {
    if isBegun { return }
    Folder.empty(path)
    _ = try Folder.make(path)
    try AtomicFile.write(work, to: path + "/work")
  }

  /// What was made of a membrane; nil where it was not done, or its files are gone.
  func value<Value: Codable>(_ type: Value.Type, label: Int) -> Value? {
    guard let bytes = try? InputFile(path: record(label)).readAll(),
      let record = try? JSONDecoder().decode(Record<Value>.self, from: Data(bytes)),
      record.files.allSatisfy({ $0.isWhole(in: folder) })
    else { return nil }
    return record.value
  }

  /// Records what was made of a membrane.
  ///
  /// - Parameter files: that were written for it, relative to the result folder.
  func keep(_ value: some Codable, label: Int, files: [String] = []) throws {
    let entry = Record(
      files: files.map { StageJournal.Output($0, in: folder) }, value: value)
    try AtomicFile.write(try canonicalJSON(entry), to: record(label), overwrite: true)
  }

  private func record(_ label: Int) -> String {
    "\(path)/\(ResultFolder.surfaceName(label: label)).json"
  }
}
