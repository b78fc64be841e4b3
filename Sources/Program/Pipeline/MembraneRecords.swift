import FoundationEssentials
import TomogramModel
import Volumes
import WorkLedger

/// What a stage that works membrane by membrane has finished: a run that was killed goes on behind it.
///
/// A membrane is **done** iff it has a record, and every file that the record names is there with the
/// recorded length. Records are written after those files, both atomically; those of other work go
/// before any is written (`begin`).
struct MembraneRecords: Sendable {
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

extension Pipeline {
  /// What a stage makes of each membrane, several of them at a time where the memory allows; taken from
  /// the records where an earlier run has finished a membrane.
  ///
  /// - Parameter work: does one membrane and records it, with as many threads as it is given.
  func eachMembrane<Value: Codable & Sendable>(
    _ membranes: [Membrane], _ records: MembraneRecords, _ monitor: StageMonitor,
    _ work: @Sendable (Membrane, Workers) throws -> Value
  ) throws -> [Value] {
    var values: [Int: Value] = [:]
    for membrane in membranes {
      values[membrane.label] = records.value(Value.self, label: membrane.label)
    }
    if !values.isEmpty {
      say("\(values.count) of \(membranes.count) membranes are of an earlier run.")
    }
    let left = membranes.filter { values[$0.label] == nil }
    let total = membranes.reduce(1) { $0 + $1.voxels }
    var done = total - left.reduce(0) { $0 + $1.voxels }
    for batch in plan.batches(of: left, most: context.workers.count) {
      let own = Workers(count: context.workers.count / batch.count)
      let made = context.workers.map(batch.count) { place in
        Result { try work(left[batch.lowerBound + place], own) }
      }
      for (membrane, value) in zip(left[batch], made) {
        values[membrane.label] = try value.get()
        done += membrane.voxels
      }
      try monitor.report(completed: done, of: total)
    }
    return membranes.compactMap { values[$0.label] }
  }
}
