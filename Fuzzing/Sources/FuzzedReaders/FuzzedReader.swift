import MRCFormat
import MeshFormats
import Pipeline
import TableFormats
import Tensors
import VolumeFiles
import Volumes

/// A reader of files that come from elsewhere.
///
/// Each must answer any bytes at all with a value or an error: no trap, no hang, no allocation that
/// the bytes do not justify.
enum FuzzedReader: String, CaseIterable {
  case volume, mrcValidation, ply, vtp, obj, stl, posterior, csv, plan, tiltFile, tensors
  case batchList

  /// Reads a file in full; errors are an answer.
  func read(path: String, scratchFolder: String) throws {
    switch self {
    case .volume: try readVolume(path: path, scratchFolder: scratchFolder)
    case .mrcValidation: _ = try validateMRC(path: path, scratchFolder: scratchFolder)
    case .ply: _ = try PLYFile.readForeign(path: path)
    case .vtp: _ = try VTPFile.readForeign(path: path)
    case .obj: _ = try OBJFile.read(path: path)
    case .stl: _ = try STLFile.read(path: path)
    case .posterior: _ = try PosteriorFile.read(path: path)
    case .csv: try readTables(path: path)
    case .plan: _ = try Plan(path: path)
    case .tiltFile: _ = try TiltFile.geometry(path: path)
    case .batchList: _ = try BatchTask.list(path: path)
    case .tensors: _ = try TensorFile(path: path)
    }
  }

  private func readVolume(path: String, scratchFolder: String) throws {
    let input = try InputVolume.open(path: path, scratchFolder: scratchFolder)
    for slab in input.geometry.bounds.slabs(thickness: 4) { _ = try input.source.read(slab) }
  }

  private func readTables(path: String) throws {
    let table = try CSVTable.read(path: path)
    _ = try? BridgeTable.bridges(table)
    _ = try? GapTable.gaps(table)
    _ = try? MembraneTable.membranes(table)
  }
}
