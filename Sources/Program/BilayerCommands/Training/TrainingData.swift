import MembranePrediction
import Pipeline
import Preprocessing
import TomogramModel
import VolumeFiles
import Volumes
import WorkLedger

/// A tomogram and its labels on disk.
struct TrainingPair: Equatable, Sendable {
  let tomogram: String
  let labels: String
}

/// Finds and reads what a network learns from.
enum TrainingData {
  /// Pairs in folders: each holds `tomogram.mrc` and `labels.mrc`, or folders that do.
  static func pairs(inFolders folders: [String]) throws -> [TrainingPair] {
    try folders.flatMap { folder -> [TrainingPair] in
      if let pair = pair(in: folder) { return [pair] }
      let found = Folder.names(in: folder).compactMap { pair(in: folder + "/" + $0) }
      guard !found.isEmpty else {
        throw TrainingDataError.noPair(folder: folder)
      }
      return found
    }
  }

  /// Pairs of a list: a tomogram and its labels a line, apart by tab, comma or blanks; `#` begins a
  /// comment. Names are relative to the list's folder.
  static func pairs(inList path: String) throws -> [TrainingPair] {
    let base = Folder.parent(of: path)
    let lines = try InputFile(path: path).readText().split(whereSeparator: \.isNewline)
    var pairs: [TrainingPair] = []
    for (index, line) in lines.enumerated() {
      let text = line.prefix { $0 != "#" }
      let isTabbed = text.contains("\t") || text.contains(",")
      let fields = text.split { $0 == "\t" || $0 == "," || (!isTabbed && $0 == " ") }
        .map { trimmed($0) }.filter { !$0.isEmpty }
      if fields.isEmpty { continue }
      guard fields.count == 2 else {
        throw TrainingDataError.badLine(path: path, line: index + 1, text: String(line.prefix(60)))
      }
      let names = fields.map { $0.hasPrefix("/") ? $0 : base + "/" + $0 }
      pairs.append(TrainingPair(tomogram: names[0], labels: names[1]))
    }
    guard !pairs.isEmpty else { throw TrainingDataError.emptyList(path: path) }
    return pairs
  }

  private static func pair(in folder: String) -> TrainingPair? {
    let names = Set(Folder.names(in: folder))
    func named(_ stem: String) -> String? {
      [".mrc", ".mrc.gz", ".rec", ".tif", ".tiff"].map { stem + $0 }.first(where: names.contains)
    }
    guard let tomogram = named("tomogram"), let labels = named("labels") else { return nil }
    return TrainingPair(tomogram: folder + "/" + tomogram, labels: folder + "/" + labels)
  }

  /// The tilt range that `truth.json` beside the labels tells, or nil: then nobody knows which
  /// membrane the wedge hides, and all counts alike.
  static func tilt(of pair: TrainingPair) throws -> TiltGeometry? {
    try TruthFile.read(inFolder: Folder.parent(of: pair.labels))?.tilt
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}

/// What is wrong with training data as a whole.
enum TrainingDataError: Fault, Equatable {
  case noPair(folder: String)
  case badLine(path: String, line: Int, text: String)
  case emptyList(path: String)

  var kind: FaultKind { .input }

  var description: String {
    switch self {
    case .noPair(let folder):
      "\(folder) holds no tomogram.mrc with labels.mrc, nor do the folders in it. "
        + "Make some with `bilayer simulate`, or list your files with --pairs."
    case .badLine(let path, let line, let text):
      "\(path), line \(line): '\(text)' is not a tomogram and its labels. "
        + "Write two file names, apart by a tab."
    case .emptyList(let path):
      "\(path) names no files. Write a tomogram and its labels a line, apart by a tab."
    }
  }
}

/// Which labels mean what.
struct LabelMeaning: Sendable {
  /// nil: all but 0 and the ignored one.
  let membranes: Set<UInt16>?
  let ignored: UInt16?

  func callAsFunction(_ label: UInt16) -> SegmentationExample.Meaning {
    if label == ignored { return .ignored }
    if let membranes { return membranes.contains(label) ? .membrane : .background }
    return label == 0 ? .background : .membrane
  }
}
