import GaussianProcesses
import InstanceSeparation
import MeshFormats
import Meshes
import Morphometry
import Preprocessing
import TableFormats
import TomogramModel
import Volumes
import WorkLedger

extension Pipeline {
  /// Stage 6: numbers, each from a membrane's surface, its label and the density around it.
  ///
  /// - Parameter key: digest of all that decides the result.
  func measure(_ monitor: StageMonitor, key: String) throws {
    let instances = try instances(for: .measure)
    let geometry = instances.source.geometry
    let density = try preparedDensity(on: geometry)
    let found = try instances.membranes(monitor)
    let records = MembraneRecords(of: .measure, work: key, in: folder)
    try records.begin()
    let hasSurface = Set(
      found.map(\.label).filter { Folder.exists(surfacePath(label: $0) + ".ply") })
    let bare = found.filter { !hasSurface.contains($0.label) }
    let numbers = try eachMembrane(
      found.filter { hasSurface.contains($0.label) }, records, monitor
    ) { membrane, _ in
      let numbers = try measure(membrane, density: density, geometry)
      try records.keep(numbers, label: membrane.label)
      return numbers
    }
    let results = numbers.map(\.measured)
    let shapes = numbers.map(\.descriptors)
    let measured = results.map(\.membrane)
    let names = measured.first?.measurements.map(\.name) ?? ["area_nm2"]
    let classes = try classified(
      measured, outlines: numbers.map(\.outline), shapes: shapes, priors: plan.morphometry.classes
    ) { try surface(label: measured[$0].label).mesh }
    let whole = classes + bare.map { abstaining($0, on: names) }
    try writeCompartments(classes, shapes: shapes, instances: instances)
    try ParametricTable.table(results, bare: bare.map(\.label)).write(to: folder.parametric)
    try ProfileTable.table(results).write(to: folder.profiles)
    try ShapeTable.table(shapes, labels: measured.map(\.label)).write(to: folder.shapes)
    try MembraneTable.write(named(whole).sorted { $0.label < $1.label }, to: folder.table)
  }

  /// What a membrane's own surface says of it.
  private func measure(
    _ membrane: Membrane, density: (any VolumeSource<Float>)?, _ geometry: VolumeGeometry
  ) throws -> MembraneNumbers {
    var options = plan.morphometry
    options.largestPosterior = min(options.largestPosterior, plan.posteriorVertices)
    let surface = try surface(label: membrane.label)
    var measured = try Morphometry.measure(
      membrane, surface: surface,
      posterior: try ResultFolder.posterior(ofSurface: surfacePath(label: membrane.label)),
      tomogram: density, voxelVolumeNm3: geometry.voxelVolumeNm3, voxelSizeIsKnown: true,
      tilt: plan.tilt, options: options)
    let descriptors = ShapeDescriptors(surface, in: geometry)
    measured.membrane.measurements += descriptors.topology
    return MembraneNumbers(
      measured: measured, descriptors: descriptors, outline: MembraneOutline(surface.mesh))
  }

  /// The tomogram with dense matter positive; nil where none is named.
  private func preparedDensity(
    on geometry: VolumeGeometry
  ) throws -> (any VolumeSource<Float>)? {
    guard let path = plan.tomogram?.path else { return nil }
    let view = try open(path)
    guard view.geometry.size == geometry.size else {
      throw PipelineError.sizesDiffer(
        path: path, found: view.geometry.size, expected: geometry.size)
    }
    return try prepare(view.source, options: plan.preprocessing, workers: context.workers).source
  }

  /// A membrane's surface, which must be there.
  func surface(label: Int) throws -> MembraneSurface {
    try PLYFile.read(path: surfacePath(label: label) + ".ply")
  }

  private func surfacePath(label: Int) -> String {
    (plan.surfaces ?? folder.surfaces) + "/" + ResultFolder.surfaceName(label: label)
  }

  /// With the names that the user has given.
  private func named(_ membranes: [Membrane]) -> [Membrane] {
    let names = plan.edits.names
    return membranes.map { membrane in
      var membrane = membrane
      membrane.name = names[membrane.label]
      return membrane
    }
  }

  private func abstaining(_ membrane: Membrane, on names: [String]) -> Membrane {
    var membrane = membrane
    membrane.measurements = names.map {
      NamedMeasurement($0, .abstained("no surface could be fitted"))
    }
    return membrane
  }
}

/// All that is kept of a membrane's surface once it is measured.
private struct MembraneNumbers: Codable, Sendable {
  var measured: MeasuredMembrane
  var descriptors: ShapeDescriptors
  var outline: MembraneOutline
}
