import ArgumentParser
import FoundationEssentials
import Morphometry
import Pipeline
import TableFormats
import WorkLedger

/// `bilayer classify`: classes of membranes, and learning a user's own.
struct ClassifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classify",
    abstract: "Print classes of membranes, or learn your own from a few of them.",
    discussion: """
      Without options, the classes by shape that `bilayer measure` has given. --train learns classes
      from a table with the columns folder, label and class, and tells how it does on each membrane
      left out in turn; --from applies them and writes DIR/classes.csv, which `bilayer report DIR`
      then shows.

      Example:  bilayer classify results
                bilayer classify --train mine.csv --output mine.json
                bilayer classify --from mine.json results/*
      """)

  @Argument(help: ArgumentHelp("Result folders.", valueName: "DIR"))
  var folders: [String] = []

  @Option(help: ArgumentHelp("Membranes with your names of their classes.", valueName: "CSV"))
  var train: String?

  @Option(help: ArgumentHelp("Classes learned before.", valueName: "MODEL"))
  var from: String?

  @Option(name: .shortAndLong, help: ArgumentHelp("Where --train writes.", valueName: "MODEL"))
  var output: String?

  @Flag(help: "Replace what is there.")
  var force = false

  @Option(help: ArgumentHelp("How results are printed.", valueName: "text|json"))
  var format = OutputFormat.text

  @Flag(help: "Print no notes.")
  var quiet = false

  mutating func validate() throws {
    if train != nil && (from != nil || !folders.isEmpty) {
      throw ValidationError("--train takes its folders from the table: leave DIR and --from out.")
    }
    if (train == nil) != (output == nil) {
      throw ValidationError("--train and --output go together: a table in, a model out.")
    }
    if train == nil && folders.isEmpty {
      throw ValidationError("Name a result folder, or give --train CSV --output MODEL.")
    }
  }

  func run() throws {
    if let train, let output { return try learn(from: train, into: output) }
    let model = try from.map { try ClassModelFile.read($0) }
    let rows = try folders.map { Folder.absolute($0) }.flatMap { folder in
      try ClassedFolder(folder).rows(by: model)
    }
    // Nothing is printed before all folders are read: a fault is never below half a table.
    if model != nil {
      for folder in Set(rows.map(\.folder)).sorted() {
        try ClassRow.table(rows.filter { $0.folder == folder }).write(
          to: ResultFolder(folder).classes, overwrite: force)
      }
    }
    Console.put(try ClassRow.text(rows, format: format), to: .output)
  }

  private func learn(from table: String, into path: String) throws {
    let examples = try LabelledMembranes(path: table).examples
    let (model, check) = LearnedClasses.learn(examples)
    try AtomicFile.write(try canonicalJSON(model), to: path, overwrite: force)
    Console.put(try ClassReport(model, check).text(format: format), to: .output)
    if !quiet { Console.say(path, to: .messages) }
  }
}

/// What `--train` prints.
private struct ClassReport: Codable {
  var examples: Int
  var classes: [String]
  /// Rows: the user's class; columns: what it was taken for.
  var confusion: [[Int]]
  var leaveOneOutAccuracy: Double
  var balancedAccuracy: Double
  var meanConfidence: Double

  enum CodingKeys: String, CodingKey {
    case examples, classes, confusion
    case leaveOneOutAccuracy = "leave_one_out_accuracy"
    case balancedAccuracy = "balanced_accuracy"
    case meanConfidence = "mean_confidence"
  }

  init(_ model: LearnedClasses, _ check: LearnedClasses.LeaveOneOut) {
    examples = model.classes.reduce(0) { $0 + $1.examples }
    (classes, confusion) = (model.classes.map(\.name), check.confusion)
    leaveOneOutAccuracy = check.accuracy
    (balancedAccuracy, meanConfidence) = (check.balancedAccuracy, check.meanConfidence)
  }

  func text(format: OutputFormat) throws -> String {
    if format == .json { return try canonicalJSON(self) + "\n" }
    let head = [["given \\ found"] + classes]
    let table = head + zip(classes, confusion).map { [$0] + $1.map { "\($0)" } }
    return """
      \(TextTable.aligned(table))
      leave_one_out_accuracy  \(TableNumber.text(leaveOneOutAccuracy))
      balanced_accuracy       \(TableNumber.text(balancedAccuracy))
      mean_confidence         \(TableNumber.text(meanConfidence))

      """
  }
}

/// A model's file.
enum ClassModelFile {
  static func read(_ path: String) throws -> LearnedClasses {
    let text = try InputFile(path: path).readText()
    guard let model = try? JSONDecoder().decode(LearnedClasses.self, from: Data(text.utf8)),
      model.isValid
    else { throw ClassError.badModel(path: path) }
    return model
  }
}
