import GaussianProcesses
import MRCFormat
import MeshFormats
import Meshes
import Pipeline
import Report
import TableFormats
import VolumeFiles
import Volumes
import WorkLedger

/// The surfaces of a result folder, read one at a time.
struct ExportedSurfaces {
  private let folder: ResultFolder
  /// Labels of the membranes, rising.
  let labels: [Int]

  /// Finds the surfaces.
  ///
  /// - Parameter labels: those wanted; nil for all.
  /// - Throws: a usage error where there are none, or one is not there.
  init(folder path: String, labels wanted: [Int]?) throws {
    folder = ResultFolder(path)
    let present = folder.surfaceLabels
    if present.isEmpty {
      throw UsageError("\(path) has no surfaces/membrane_0001.ply ... Run `bilayer fit` first.")
    }
    if let missing = wanted?.first(where: { !present.contains($0) }) {
      throw UsageError(
        "--membranes \(missing): there is no \(folder.surface(label: missing)).ply. "
          + "Labels are 1 to \(present.max() ?? 0); see instances.csv.")
    }
    labels = wanted ?? present
  }

  /// A membrane's surface.
  func surface(_ label: Int) throws -> MembraneSurface {
    try PLYFile.read(path: folder.surface(label: label) + ".ply")
  }

  /// What its standard deviations follow from; nil where there is none.
  func posterior(_ label: Int) throws -> SurfacePosterior? {
    try ResultFolder.posterior(ofSurface: folder.surface(label: label))
  }

  /// Writes the scene: all surfaces are in memory at once.
  func writeScene(to path: String, overwrite: Bool) throws {
    let parts = try labels.map {
      GLBFile.Part(
        name: ResultFolder.surfaceName(label: $0), colour: MembranePalette.colour(label: $0),
        surface: try surface($0))
    }
    try GLBFile.write(parts, to: path, overwrite: overwrite)
  }

  /// Where the surfaces meet the tomogram's sections, an object a membrane.
  func model(in geometry: VolumeGeometry) throws -> IMODModel {
    let objects = try labels.map { label in
      let sections = try surface(label).mesh.sections(
        first: geometry.originAngstrom.z, step: geometry.voxelSizeAngstrom.z,
        count: geometry.size.z)
      let contours = sections.joined().filter { 2 <= $0.points.count }.map { line in
        IMODModel.Contour(
          points: line.points.map { geometry.coordinate(of: Position(angstrom: $0)) },
          isOpen: !line.isClosed)
      }
      return IMODModel.Object(
        name: ResultFolder.surfaceName(label: label),
        colour: MembranePalette.colour(label: label), contours: contours)
    }
    return IMODModel(geometry: geometry, objects: objects)
  }
}

/// The tomogram whose pixels other programs count: all of it, also where results are of a part.
struct ExportFrame {
  /// Its voxels.
  let geometry: VolumeGeometry
  /// Its name, one word.
  let name: String
  /// Whether it is a tomogram, not labels in its place.
  let isTomogram: Bool
  /// Its density, or the labels.
  let source: any VolumeSource<Float>

  /// Finds it: the file named, else the plan's tomogram, else the labels.
  init(folder path: String, tomogram: String?, reading: ReadingArguments) throws {
    let folder = ResultFolder(path)
    let plan = Folder.exists(folder.plan) ? try? Plan(path: folder.plan) : nil
    let planned = plan?.tomogram?.path
    let candidates = [planned, folder.instances, plan?.instances?.path].compactMap { $0 }.filter {
      Folder.exists($0)
    }
    guard let file = tomogram ?? candidates.first else {
      throw UsageError(
        "\(path) has neither a tomogram in its plan nor instances.mrc, so positions in pixels are "
          + "not known. Give --tomogram FILE.")
    }
    let base = file == planned ? plan?.reading.input ?? InputOptions() : InputOptions()
    let input = try InputVolume.open(
      path: file, options: reading.inputOptions(over: base), scratchFolder: Machine.scratchFolder)
    try input.requireVolume()
    try input.requirePixelSize()
    geometry = input.geometry
    source = input.source
    isTomogram = tomogram != nil || file == planned
    let stem = Folder.stem(of: planned ?? Folder.absolute(file == folder.instances ? path : file))
    name = String(stem.map { $0.isWhitespace ? "_" : $0 })
  }
}
