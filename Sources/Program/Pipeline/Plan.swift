public import GapTracing
public import InstanceSeparation
public import MRCFormat
public import MembranePrediction
public import Morphometry
public import Preprocessing
public import SurfaceFitting
public import TomogramModel
public import VolumeFiles
public import Volumes
import WorkLedger

/// Everything that decides a result: the content of `plan.json`.
///
/// `bilayer segment --plan plan.json` on the same machine gives the same bytes again, so there is
/// no date in it and nothing is left to the machine: threads, memory and device are resolved.
public struct Plan: Codable, Equatable, Sendable {
  /// Version of the program.
  public var version = ProgramVersion.current
  /// Version of libtorch; nil where no network runs.
  public var engine: String?
  /// Stages whose results the folder holds or will hold, in order.
  public var stages: [Stage]
  /// The tomogram.
  public var tomogram: InputRecord?
  /// Half tomograms (even and odd frames or tilts), to compare the predictions on them: one, which is
  /// compared with the tomogram, or two.
  public var halves: [InputRecord] = []
  /// The network's weights.
  public var model: InputRecord?
  /// What has learned to trace gaps.
  public var tracer: InputRecord?
  /// Probability of another program, to trace in.
  public var probability: InputRecord?
  /// Mask of another program: traced if tracing is a stage, else separated.
  public var mask: InputRecord?
  /// Labels of another program, or corrected by hand: taken in if separating is a stage, else fitted.
  public var instances: InputRecord?
  /// Folder of surfaces, to measure.
  public var surfaces: String?
  /// Voxels where no membrane shall be: carbon, gold, outside the lamella.
  public var exclude: InputRecord?
  /// How volumes are read.
  public var reading = ReadingPlan()
  /// What the wedge hides.
  public var tilt = TiltGeometry.customary
  /// Seed of everything random.
  public var seed: UInt64 = 1
  /// `cpu` or `cuda:n`; `auto` is resolved.
  public var device = "cpu"
  /// Threads; the engine's results depend on them by rounding.
  public var threads = 1
  /// Cap on memory in GB (10⁹ bytes).
  public var memoryGigabytes = 4.0
  /// Stage 1.
  public var preprocessing = PreprocessingOptions()
  /// Stage 2.
  public var prediction = PredictionOptions()
  /// Stage 3.
  public var tracing = TracingOptions()
  /// Stage 4.
  public var separation = SeparationOptions()
  /// Corrections of stage 4 by hand.
  public var edits = MembraneEdits()
  /// Stage 5.
  public var fitting = FittingOptions()
  /// Stage 6.
  public var morphometry = MorphometryOptions()

  /// A plan of the given stages with default options.
  public init(stages: [Stage]) { self.stages = stages }
}

/// A file that results depend on.
public struct InputRecord: Codable, Hashable, Sendable {
  /// Absolute path.
  public var path: String
  /// SHA-256 of its bytes.
  public var sha256: String

  /// Records a file as it is now.
  ///
  /// - Throws: `FileError` where it cannot be read.
  public init(path: String) throws {
    self.path = Folder.absolute(path)
    sha256 = try MembraneModel.contentHash(path: path)
  }

  /// Throws where the file is not what it was.
  func check() throws {
    let found = try MembraneModel.contentHash(path: path)
    guard found == sha256 else {
      throw PipelineError.changedInput(path: path, expectedHash: sha256, foundHash: found)
    }
  }
}

/// How volumes are read, and which part of them.
public struct ReadingPlan: Codable, Hashable, Sendable {
  /// What the headers do not say, or say wrong.
  public var input = InputOptions()
  /// Voxels of the file that are used; nil: all.
  public var region: Region?
  /// Voxels along each axis that are averaged into one.
  public var bin = 1

  /// Reads everything as the headers say.
  public init() {}
}

extension Plan {
  /// Reads a plan; keys it leaves out have their defaults, keys nobody knows are errors.
  public init(path: String) throws {
    self = try StrictJSON.read(path, over: Plan(stages: Stage.allCases))
    if version != ProgramVersion.current {
      throw PipelineError.badPlan(
        path: path,
        reason: "it is of version \(version), and this is \(ProgramVersion.current). Use that "
          + "version for the same bytes, or change 'version' to run it with this one.")
    }
    stages.sort()
  }

  /// Throws where a file of the plan is not what it was.
  public func checkInputs() throws {
    for record in [tomogram, model, tracer, probability, mask, instances, exclude] {
      try record?.check()
    }
    for half in halves { try half.check() }
  }
}

// MARK: - What a stage's result depends on

extension Plan {
  /// Digest of everything the stage's result depends on (see `StageJournal`).
  func key(of stage: Stage, in folder: ResultFolder) throws -> String {
    try StageJournal.key(
      stage: stage, options: try dependencies(of: stage),
      inputs: try inputs(of: stage, in: folder))
  }

  private func dependencies(of stage: Stage) throws -> [JSONValue] {
    let shared = [try JSONValue(encoding: reading), try JSONValue(encoding: seed)]
    let wedge = try JSONValue(encoding: tilt)
    switch stage {
    case .predict:
      let machine = [engine ?? "", device, "\(threads)"]
      return shared + [
        try JSONValue(encoding: machine), try JSONValue(encoding: preprocessing),
        try JSONValue(encoding: prediction),
      ]
    case .trace:
      guard tracing.method.needsModel else {
        return shared + [wedge, try JSONValue(encoding: tracing)]
      }
      let machine = [engine ?? "", "\(threads)"]
      return shared + [
        wedge, try JSONValue(encoding: tracing), try JSONValue(encoding: preprocessing),
        try JSONValue(encoding: machine),
      ]
    case .separate:
      return shared + [
        try JSONValue(encoding: separation), try JSONValue(encoding: edits.labelSteps),
      ]
    case .fit: return shared + [wedge, try JSONValue(encoding: fitting)]
    case .measure:
      return shared + [
        wedge, try JSONValue(encoding: preprocessing), try JSONValue(encoding: morphometry),
        try JSONValue(encoding: edits.steps),
      ]
    case .report: return [try JSONValue(encoding: self)]
    }
  }

  private func inputs(of stage: Stage, in folder: ResultFolder) throws -> [String] {
    switch stage {
    case .predict: return [tomogram, model].map { $0?.sha256 ?? "" } + halves.map(\.sha256)
    case .trace:
      let masked = [mask, exclude].map { $0?.sha256 ?? "" }
      let learned = tracing.method.needsModel ? [tracer, tomogram].map { $0?.sha256 ?? "" } : []
      return masked + learned
        + [try origin(.predict, given: probability, file: folder.probability, in: folder)]
    case .separate:
      if let instances { return [instances.sha256] }
      return [try origin(.trace, given: mask, file: folder.mask, in: folder)]
    case .fit:
      return [
        try origin(.separate, given: instances, file: folder.instances, in: folder),
        try origin(.predict, given: probability, file: folder.probability, in: folder),
      ]
    case .measure:
      let labels = try origin(.separate, given: instances, file: folder.instances, in: folder)
      let meshes = stages.contains(.fit) ? try key(of: .fit, in: folder) : surfaces ?? ""
      return [labels, meshes, tomogram?.sha256 ?? ""]
    case .report:
      return try stages.filter { $0 < .report }.map { try key(of: $0, in: folder) }
    }
  }

  /// Names where a stage's input comes from: the stage that makes it, or a file.
  private func origin(
    _ stage: Stage, given: InputRecord?, file: String, in folder: ResultFolder
  ) throws -> String {
    if stages.contains(stage) { return try key(of: stage, in: folder) }
    if let given { return given.sha256 }
    return Folder.exists(file) ? try MembraneModel.contentHash(path: file) : ""
  }
}
