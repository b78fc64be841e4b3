import MRCFormat
import MeshFormats
import Meshes
import Pipeline
import Simulation
import TableFormats
import TomogramModel
import Volumes
import WorkLedger

/// Writes a simulated tomogram with its truth as CONTRACT names the files.
///
/// `truth.json` comes last: a folder that has it is whole.
struct SimulatedFolder {
  let path: String
  let overwrite: Bool

  /// Files that a folder holds, relative to it, but for the surfaces.
  static let names = ["tomogram.mrc", "labels.mrc", "simulation.json", "truth.json"]

  /// Those of the halves.
  static let halfNames = ["tomogram_even.mrc", "tomogram_odd.mrc"]

  /// All that is not a surface.
  private static let allNames = names + halfNames + gapNames

  /// Those of a segmentation with gaps.
  static let gapNames = ["mask.mrc", "gaps.mrc", "gaps.csv"]

  /// Whether an earlier simulation has been written here to its end.
  var isWhole: Bool { Folder.exists(path + "/truth.json") }

  /// Throws where files are there that may not be replaced.
  func check() throws {
    for name in Self.allNames
    where Folder.exists(path + "/" + name) && !overwrite {
      throw FileError.targetExists(path: path + "/" + name)
    }
  }

  /// Writes all files.
  func write(_ simulated: SimulatedTomogram, options: SimulationOptions) throws {
    try check()
    let made = try Folder.make(path)
    do {
      clearSurfaces()
      try writeAll(simulated, options: options)
    } catch {
      // Nothing is left behind that this run has made.
      for name in Self.allNames where overwrite || !made.isEmpty {
        Folder.remove(path + "/" + name)
      }
      clearSurfaces()
      for folder in made.reversed() { Folder.remove(folder) }
      throw error
    }
  }

  private func writeAll(_ simulated: SimulatedTomogram, options: SimulationOptions) throws {
    Folder.remove(path + "/truth.json")
    _ = try Folder.make(path + "/surfaces")
    try writeVolume(simulated.tomogram, "tomogram.mrc", label: "bilayer simulate: tomogram")
    try writeVolume(simulated.labels, "labels.mrc", label: "bilayer simulate: membrane labels")
    if let halves = simulated.halves {
      for (name, half) in zip(Self.halfNames, [halves.even, halves.odd]) {
        try writeVolume(half, name, label: "bilayer simulate: half of the projections")
      }
    }
    for (instance, surface) in zip(simulated.truth.instances, simulated.surfaces) {
      try PLYFile.write(surface, to: path + "/" + instance.surface, overwrite: overwrite)
    }
    try simulated.gaps.map(write)
    try AtomicFile.write(
      try canonicalJSON(options), to: path + "/simulation.json", overwrite: overwrite)
    try AtomicFile.write(
      try canonicalJSON(simulated.truth), to: path + "/truth.json", overwrite: overwrite)
  }

  /// Writes a segmentation with gaps.
  private func write(_ gaps: GapTruth) throws {
    try writeVolume(gaps.mask, "mask.mrc", label: "bilayer simulate: membrane mask with gaps")
    try writeVolume(gaps.labels, "gaps.mrc", label: "bilayer simulate: gaps")
    try GapTable.write(gaps.records, to: path + "/gaps.csv", overwrite: overwrite)
  }

  /// Writes labels from which gaps were erased, and the segmentation that is left.
  func write(_ labels: Volume<UInt16>, gaps: GapTruth) throws {
    for name in ["labels.mrc"] + Self.gapNames
    where Folder.exists(path + "/" + name) && !overwrite {
      throw FileError.targetExists(path: path + "/" + name)
    }
    _ = try Folder.make(path)
    try writeVolume(labels, "labels.mrc", label: "bilayer simulate: membrane labels")
    try write(gaps)
  }

  private func writeVolume<Sample: MRCSample>(
    _ volume: Volume<Sample>, _ name: String, label: String
  ) throws {
    let sink = try MRCSink<Sample>(
      path: path + "/" + name, geometry: volume.geometry, label: label, overwrite: overwrite)
    try sink.write(volume.block)
    try sink.commit()
  }

  private func clearSurfaces() {
    let folder = path + "/surfaces"
    for name in Folder.names(in: folder) where name.hasPrefix("membrane_") {
      Folder.remove(folder + "/" + name)
    }
    Folder.remove(folder)
  }
}
