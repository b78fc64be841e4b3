import Evaluation
import MRCFormat
import Meshes
import Pipeline
import TomogramModel
import VolumeFiles
import Volumes
import WorkLedger

/// The results of one half tomogram.
struct HalfFolder {
  let path: String
  let surfaces: HalfSurfaces
  /// The tomogram's grid.
  let geometry: VolumeGeometry
  /// What the wedge hides; nil where no plan says.
  let tilt: TiltGeometry?
  /// Hash of the half tomogram; nil where no plan says.
  private let tomogramHash: String?

  /// Reads a result folder.
  init(_ path: String) throws {
    let folder = ResultFolder(path)
    let files = try ExportedSurfaces(folder: path, labels: nil)
    self.path = path
    surfaces = HalfSurfaces(
      labels: files.labels, surfaces: try files.labels.map { try files.surface($0) })
    let plan = Folder.exists(folder.plan) ? try Plan(path: folder.plan) : nil
    let volumes = [folder.instances, folder.mask, plan?.instances?.path].compactMap { $0 }
    guard let volume = volumes.first(where: { Folder.exists($0) }) else {
      throw HalvesError.noVolume(folder: path)
    }
    geometry = try InputVolume.open(
      path: volume, options: InputOptions(), scratchFolder: Machine.scratchFolder
    ).geometry
    (tilt, tomogramHash) = (plan?.tilt, plan?.tomogram?.sha256)
    guard surfaces.surfaces.contains(where: { $0.standardDeviationAngstrom.contains { 0 < $0 } })
    else { throw HalvesError.noDeviation(folder: path) }
  }

  /// Throws where another folder cannot be the other half.
  func checkIsHalf(with other: HalfFolder) throws(HalvesError) {
    guard geometry == other.geometry else {
      throw .otherGrid(found: other.geometry, expected: geometry, folder: other.path)
    }
    if let tomogramHash, tomogramHash == other.tomogramHash {
      throw .sameTomogram(even: path, odd: other.path)
    }
  }
}

/// Why two folders cannot be compared as halves.
enum HalvesError: Fault, Equatable {
  case noVolume(folder: String)
  case noDeviation(folder: String)
  case otherGrid(found: VolumeGeometry, expected: VolumeGeometry, folder: String)
  case sameTomogram(even: String, odd: String)

  var kind: FaultKind { .input }

  var description: String {
    switch self {
    case .noVolume(let folder):
      "\(folder) holds neither instances.mrc nor mask.mrc. Give a folder of `bilayer segment`."
    case .noDeviation(let folder):
      "The surfaces of \(folder) carry no standard deviation. Fit them with `bilayer fit`."
    case .otherGrid(let found, let expected, let folder):
      "\(folder) is of \(Self.words(found)); the other half is of \(Self.words(expected)). "
        + "Reconstruct the halves alike."
    case .sameTomogram(let even, let odd):
      "\(even) and \(odd) are results of the same file, which agrees with itself. "
        + "Segment the even and the odd half tomogram."
    }
  }

  private static func words(_ grid: VolumeGeometry) -> String {
    let (size, origin) = (grid.size, grid.originAngstrom)
    return "\(size.x) x \(size.y) x \(size.z) voxels of \(grid.meanVoxelSizeAngstrom) Å from "
      + "\(origin.x), \(origin.y), \(origin.z) Å"
  }
}
