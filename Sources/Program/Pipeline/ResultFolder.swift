public import GaussianProcesses
import Glibc
public import MeshFormats
import WorkLedger

/// A folder of results: the names of its files (CONTRACT), and what is in it already.
public struct ResultFolder: Hashable, Sendable {
  /// Path of the folder.
  public let path: String

  /// Names a folder, which need not exist.
  public init(_ path: String) { self.path = path }

  /// Every resolved option: `plan.json`.
  public var plan: String { path + "/plan.json" }
  /// Dates and durations: `run.log`.
  public var log: String { path + "/run.log" }
  /// Membrane probability.
  public var probability: String { path + "/probability.mrc" }
  /// How well predictions on half tomograms agree.
  public var halves: String { path + "/halves.json" }
  /// Mask after gap closing.
  public var mask: String { path + "/mask.mrc" }
  /// How each voxel is known.
  public var provenance: String { path + "/provenance.mrc" }
  /// A row per closed gap.
  public var bridges: String { path + "/bridges.csv" }
  /// Labels of separate membranes.
  public var instances: String { path + "/instances.mrc" }
  /// A row per membrane.
  public var table: String { path + "/instances.csv" }
  /// What membranes are classed by: a row per membrane.
  public var shapes: String { path + "/shapes.csv" }
  /// The simple shape of each membrane.
  public var parametric: String { path + "/parametric.csv" }
  /// Density across each membrane.
  public var profiles: String { path + "/profiles.csv" }
  /// Classes by a model of the user's, by `bilayer classify --from`.
  public var classes: String { path + "/classes.csv" }
  /// Label of the innermost membrane around each voxel.
  public var lumen: String { path + "/lumen.mrc" }
  /// Folder of bands of distance from membranes.
  public var shells: String { path + "/shells" }
  /// Folder of surfaces.
  public var surfaces: String { path + "/surfaces" }
  /// Simple shapes fitted to the surfaces.
  public var fits: String { surfaces + "/fits.json" }
  /// The report.
  public var report: String { path + "/report.html" }
  /// Folder of the stage journal and the lock; hidden, because nobody needs to open it.
  public var journal: String { path + "/.bilayer" }

  /// What prediction has done so far of a volume: the tomogram (0), or a half.
  func tiles(ofVolume number: Int) -> String { journal + "/predict-\(number).tiles" }

  /// What a stage has done so far, a membrane or a step at a time: a folder.
  func records(of stage: Stage) -> String { journal + "/" + stage.rawValue }

  /// What a stage has done so far, step by step.
  ///
  /// - Parameter work: digest of all that decides the steps' results.
  func steps(of stage: Stage, work: String) throws(FileError) -> StepLog {
    _ = try Folder.make(records(of: stage))
    return try StepLog(path: records(of: stage) + "/steps", work: work)
  }

  /// Surface file of a membrane, without ending: `surfaces/membrane_0001`.
  public func surface(label: Int) -> String { surfaces + "/" + Self.surfaceName(label: label) }

  /// What the standard deviations of a surface follow from; nil where it is another program's.
  ///
  /// - Parameter path: of the surface's files, without ending.
  public static func posterior(ofSurface path: String) throws(MeshFileError) -> SurfacePosterior? {
    let file = path + ".posterior"
    return Folder.exists(file) ? try PosteriorFile.read(path: file) : nil
  }

  /// Labels of the membranes that have a surface, rising.
  public var surfaceLabels: [Int] {
    Folder.names(in: surfaces).compactMap { name in
      guard name.hasPrefix("membrane_"), name.hasSuffix(".ply") else { return nil }
      return Int(name.dropFirst("membrane_".count).dropLast(".ply".count))
    }.filter { 1 <= $0 }.sorted()
  }

  /// Name of a membrane's surface files, without folder and ending: `membrane_0001`.
  public static func surfaceName(label: Int) -> String {
    let digits = String(label)
    return "membrane_" + String(repeating: "0", count: max(4 - digits.count, 0)) + digits
  }

  /// Names of the files a stage writes, relative to the folder; a name ending in `/` is a folder.
  public static func outputs(of stage: Stage) -> [String] {
    switch stage {
    case .predict: ["probability.mrc", "halves.json"]
    case .trace: ["mask.mrc", "provenance.mrc", "bridges.csv"]
    case .separate: ["instances.mrc"]
    case .fit: ["surfaces/"]
    case .measure:
      [
        "instances.csv", "parametric.csv", "shapes.csv", "profiles.csv", "classes.csv", "lumen.mrc",
        "shells/",
      ]
    case .report: ["report.html", "methods.txt", "open.cxc"]
    }
  }

  /// Outputs of a stage that exist, relative to the folder, files in `surfaces/` one by one.
  public func existingOutputs(of stage: Stage) -> [String] {
    Self.outputs(of: stage).flatMap { name -> [String] in
      guard name.hasSuffix("/") else { return Folder.exists(path + "/" + name) ? [name] : [] }
      let isOurs = { (file: String) in
        file.hasPrefix("membrane_") || file.hasPrefix("shell_") || file == "fits.json"
      }
      return Folder.names(in: path + "/" + name).filter(isOurs).map { name + $0 }
    }
  }

  /// Removes what a stage has written.
  func removeOutputs(of stage: Stage) {
    for name in existingOutputs(of: stage) { Folder.remove(path + "/" + name) }
    for name in Self.outputs(of: stage) where name.hasSuffix("/") {
      Folder.remove(path + "/" + String(name.dropLast()))
    }
  }
}

extension ResultFolder {
  /// Removes what a stage keeps until it is over.
  func removeUnfinished(_ stage: Stage) {
    Folder.empty(records(of: stage))
    guard stage == .predict else { return }
    for volume in 0...2 { Folder.remove(tiles(ofVolume: volume)) }
  }
}

/// A result folder held by this process alone, as long as the value lives.
final class FolderLock {
  private let descriptor: Int32

  /// Takes the folder.
  ///
  /// - Throws: `PipelineError.folderIsBusy` where another process has it.
  init(_ folder: ResultFolder) throws {
    let path = folder.journal + "/lock"
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard 0 <= descriptor else {
      throw FileError.system(path: path, action: "cannot lock", reading: false, code: errno)
    }
    // Some shared file systems cannot lock: then the user is trusted.
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK {
      close(descriptor)
      throw PipelineError.folderIsBusy(folder: folder.path)
    }
  }

  deinit { close(descriptor) }
}
