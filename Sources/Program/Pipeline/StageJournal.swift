import FoundationEssentials
import WorkLedger

/// What has been done in a result folder: one small file a stage, written when the stage is over.
///
/// A stage is **done** iff its record names the same key (a digest of its options and of what it
/// worked on) and every file of the record is there with the recorded length. Since records are
/// written atomically after the files, and removed before the files are touched, a run killed at any
/// moment leaves no stage that looks done and is not. Hence changing an option redoes the stage it
/// belongs to and those after it, and no other.
public struct StageJournal: Sendable {
  let folder: ResultFolder

  /// The journal of a folder.
  public init(of folder: ResultFolder) { self.folder = folder }

  /// A stage's record.
  struct Record: Codable, Equatable {
    var stage: Stage
    var key: String
    var outputs: [Output]
  }

  /// A file a stage has written.
  struct Output: Codable, Equatable {
    /// Path relative to the result folder.
    var name: String
    /// Length in bytes.
    var bytes: Int

    /// A file as it is now.
    init(_ name: String, in folder: ResultFolder) {
      self.name = name
      bytes = Folder.byteCount(ofFile: folder.path + "/" + name) ?? -1
    }

    /// Whether the file is there with the recorded length.
    func isWhole(in folder: ResultFolder) -> Bool {
      Folder.byteCount(ofFile: folder.path + "/" + name) == bytes
    }
  }

  /// Digest of everything a stage's result depends on.
  ///
  /// - Parameters:
  ///   - options: the stage's resolved options.
  ///   - inputs: digests of what it works on: keys of earlier stages, or hashes of files.
  public static func key(
    stage: Stage, options: some Encodable, inputs: [String]
  ) throws -> String {
    let text = ([stage.rawValue, ProgramVersion.current, try canonicalJSON(options)] + inputs)
      .joined(separator: "\n")
    return SHA256.hexDigest(of: Array(text.utf8))
  }

  /// The key under which a stage was done; nil where it was not, or its files are gone.
  public func keyDone(_ stage: Stage) -> String? {
    guard let record = record(of: stage) else { return nil }
    return record.outputs.allSatisfy { $0.isWhole(in: folder) } ? record.key : nil
  }

  /// Whether any stage has ever been finished here.
  public var isEmpty: Bool { Stage.allCases.allSatisfy { record(of: $0) == nil } }

  /// Forgets stages, and removes what they have written.
  public func clear(_ stages: [Stage]) {
    for stage in stages { Folder.remove(path(of: stage)) }
    for stage in stages { folder.removeOutputs(of: stage) }
  }

  /// Records that a stage is done; its outputs are in place.
  public func finish(_ stage: Stage, key: String) throws {
    let outputs = folder.existingOutputs(of: stage).map { Output($0, in: folder) }
    let record = Record(stage: stage, key: key, outputs: outputs)
    try AtomicFile.write(try canonicalJSON(record), to: path(of: stage), overwrite: true)
  }

  func record(of stage: Stage) -> Record? {
    guard let file = try? InputFile(path: path(of: stage)), let bytes = try? file.readAll() else {
      return nil
    }
    return try? JSONDecoder().decode(Record.self, from: Data(bytes))
  }

  private func path(of stage: Stage) -> String { "\(folder.journal)/\(stage.rawValue).json" }
}
