import Evaluation
import MRCFormat
import MeshFormats
import Meshes
import Pipeline
import TableFormats
import TomogramModel
import VolumeFiles
import Volumes
import WorkLedger

/// Reads what is evaluated, and what it is compared with.
struct EvaluationFiles {
  let reading: InputOptions
  let scratchFolder: String

  private func open(_ path: String, _ options: InputOptions? = nil) throws -> InputVolume {
    let input = try InputVolume.open(
      path: path, options: options ?? InputOptions(), scratchFolder: scratchFolder)
    try input.requireVolume()
    return input
  }

  // MARK: - The result

  /// A result folder, or a mask or label volume.
  func result(_ path: String) throws -> ResultInput {
    Folder.isFolder(path) ? try result(folder: ResultFolder(path)) : try result(file: path)
  }

  private func result(folder: ResultFolder) throws -> ResultInput {
    func opened(_ path: String) throws -> InputVolume? {
      Folder.exists(path) ? try open(path) : nil
    }
    let instances = try opened(folder.instances)
    guard let mask = try opened(folder.mask) ?? instances else {
      throw EvaluationFileError.noMask(folder: folder.path)
    }
    let hasBridges = Folder.exists(folder.bridges)
    let surfaces = Folder.names(in: folder.surfaces).filter {
      $0.hasPrefix("membrane_") && $0.hasSuffix(".ply")
    }
    return ResultInput(
      mask: MaskSource(mask.source, path: mask.path),
      probability: try opened(folder.probability)?.source,
      provenance: try opened(folder.provenance)?.labels(Int8.self),
      instances: instances?.labels(UInt16.self),
      surfaces: try surfaces.map { try PLYFile.read(path: folder.surfaces + "/" + $0) },
      bridges: hasBridges ? try BridgeTable.read(path: folder.bridges) : [])
  }

  /// A volume with several labels is judged by its instances too.
  private func result(file path: String) throws -> ResultInput {
    let input = try open(path, reading)
    let hasLabels = try distinctLabels(of: input, atLeast: 2)
    return ResultInput(
      mask: MaskSource(input.source, path: path),
      instances: hasLabels ? input.labels(UInt16.self) : nil)
  }

  /// Whether a volume holds this many labels and nothing but labels.
  private func distinctLabels(of input: InputVolume, atLeast count: Int) throws -> Bool {
    var found: Set<UInt16> = []
    for slab in input.geometry.bounds.slabs(thickness: 8) {
      guard let labels = UInt16.labels(from: try input.source.read(slab).samples) else {
        return false
      }
      var last: UInt16 = 0
      for label in labels where label != last {
        found.insert(label)
        last = label
      }
    }
    return count <= found.subtracting([0]).count
  }

  // MARK: - The truth

  /// A simulated folder or a label volume, and surfaces that the user has named.
  ///
  /// - Parameter types: values of the array `Type` of the surfaces that are used; nil: all.
  func truth(_ path: String, surfaces: [String], types: Set<Int>?) throws -> TruthInput {
    let named = try surfaces.map { try surface(path: $0, types: types) }
    guard Folder.isFolder(path) else {
      return TruthInput(
        labels: try open(path, reading).labels(UInt16.self), surfaces: named)
    }
    let labels = path + "/labels.mrc"
    guard Folder.exists(labels) else { throw EvaluationFileError.noLabels(folder: path) }
    let record = try TruthFile.read(inFolder: path)
    let own = try record?.instances.map { try PLYFile.read(path: path + "/" + $0.surface).mesh }
    let tomogram = path + "/tomogram.mrc"
    return TruthInput(
      labels: try open(labels, reading).labels(UInt16.self),
      surfaces: named.isEmpty ? own ?? [] : named, record: record,
      tomogram: Folder.exists(tomogram) ? try open(tomogram, reading).source : nil,
      gaps: try gaps(inFolder: path))
  }

  /// The known gaps of a folder of `bilayer simulate --gaps`; nil where it has none.
  private func gaps(inFolder folder: String) throws -> KnownGaps? {
    let table = folder + "/gaps.csv"
    guard Folder.exists(table) else { return nil }
    let mask = try open(folder + "/mask.mrc", reading)
    return KnownGaps(
      mask: MaskSource(mask.source, path: mask.path),
      labels: try open(folder + "/gaps.mrc", reading).labels(Int16.self),
      records: try GapTable.read(path: table))
  }

  private func surface(path: String, types: Set<Int>?) throws -> TriangleMesh {
    let ending = path.split(separator: ".").last?.lowercased()
    switch ending {
    case "vtp":
      let foreign = try VTPFile.readForeign(path: path)
      return try types.map { try part(of: foreign, path: path, types: $0) } ?? foreign.mesh
    case "ply": return try PLYFile.read(path: path).mesh
    case "obj": return try OBJFile.read(path: path).mesh
    case "stl": return try STLFile.read(path: path).mesh
    default: throw EvaluationFileError.unknownMesh(path: path)
    }
  }

  /// The triangles of some types.
  private func part(
    of foreign: ForeignMesh, path: String, types: Set<Int>
  ) throws -> TriangleMesh {
    let mesh = foreign.mesh
    let chosen: (Int) -> Bool
    if let array = foreign.triangleArray("Type") {
      chosen = { types.contains(Int(array.values[$0])) }
    } else if let array = foreign.vertexArray("Type") {
      chosen = { types.contains(Int(array.values[Int(mesh.triangles[$0].x)])) }
    } else {
      throw EvaluationFileError.noTypes(path: path)
    }
    let part = mesh.keeping(triangles: mesh.triangles.indices.filter(chosen)).mesh
    guard !part.triangles.isEmpty else { throw EvaluationFileError.noTypes(path: path) }
    return part
  }
}

/// What is wrong with files to be evaluated.
enum EvaluationFileError: Fault, Equatable {
  case noMask(folder: String)
  case noLabels(folder: String)
  case unknownMesh(path: String)
  case noTypes(path: String)

  var kind: FaultKind { .input }

  var description: String {
    switch self {
    case .noMask(let folder):
      "\(folder) holds neither mask.mrc nor instances.mrc. Give a result folder, or a mask."
    case .noLabels(let folder):
      "\(folder) holds no labels.mrc. Give a folder written by `bilayer simulate`, or labels."
    case .unknownMesh(let path):
      "\(path): surfaces are read from .vtp, .ply, .obj and .stl files. Convert it to one of them."
    case .noTypes(let path):
      "\(path) has no triangle whose array Type has one of the values asked for. "
        + "Leave --truth-types out, or give other values."
    }
  }
}
