import WorkLedger

/// A tomogram of a batch.
public struct BatchTask: Codable, Hashable, Sendable {
  /// Name of its result folder.
  public let name: String
  /// Absolute path.
  public let tomogram: String
  /// Options of `bilayer segment` for this tomogram alone.
  public let options: [String]
}

extension BatchTask {
  /// The tomograms of a list.
  ///
  /// One path a line, relative to the list's folder; after a tab, options of `bilayer segment` for that
  /// tomogram alone, as in `--tilts ts_07.tlt` (in which paths are relative to where the command is
  /// given). Empty lines and lines that begin with `#` are skipped.
  ///
  /// - Throws: `FileError`, or `BatchError` where two tomograms would share a folder or none is named.
  public static func list(path: String) throws -> [BatchTask] {
    let folder = Folder.parent(of: Folder.absolute(path))
    let lines = try InputFile(path: path).readText().split(whereSeparator: \.isNewline)
    let tasks = lines.compactMap { line -> BatchTask? in
      let fields = line.split(separator: "\t", maxSplits: 1)
      let name = trimmed(fields.first ?? "")
      guard !name.isEmpty, !name.hasPrefix("#") else { return nil }
      let options = fields.count < 2 ? [] : fields[1].split(whereSeparator: \.isWhitespace)
      return BatchTask(
        name: Folder.stem(of: name),
        tomogram: Folder.absolute(name.hasPrefix("/") ? name : folder + "/" + name),
        options: options.map(String.init))
    }
    guard !tasks.isEmpty else { throw BatchError.emptyList(path: path) }
    for (name, group) in Dictionary(grouping: tasks, by: \.name).sorted(by: { $0.key < $1.key })
    where 1 < group.count {
      throw BatchError.sameName(name: name, paths: group.map(\.tomogram))
    }
    if let hidden = tasks.first(where: { $0.name.hasPrefix(".") }) {
      throw BatchError.hiddenName(path: hidden.tomogram)
    }
    return tasks
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop { $0.isWhitespace }
    guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...end])
  }
}
