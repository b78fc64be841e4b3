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
    var (results, surfaces, bare): ([MeasuredMembrane], [MembraneSurface], [Membrane]) = (
      [], [], []
    )
    var (shapes, kept): ([ShapeDescriptors], Int) = ([], 0)
    for (index, membrane) in found.enumerated() {
      if let surface = try surface(label: membrane.label) {
        if let known = records.value(MeasuredMembrane.self, label: membrane.label) {
          results.append(known)
          kept += 1
        } else {
          results.append(try measure(membrane, surface, density: density, geometry, records))
        }
        surfaces.append(surface)
        shapes.append(ShapeDescriptors(surface, in: geometry))
      } else {
        bare.append(membrane)
      }
      try monitor.report(completed: index + 1, of: found.count)
    }
    if 0 < kept { say("\(kept) of \(found.count) membranes were measured by an earlier run") }
    let measured = results.map(\.membrane)
    let names = measured.first?.measurements.map(\.name) ?? ["area_nm2"]
    let classes = classified(
      measured, surfaces: surfaces, shapes: shapes, priors: plan.morphometry.classes)
    let whole = classes + bare.map { abstaining($0, on: names) }
    try writeCompartments(classes, surfaces: surfaces, shapes: shapes, instances: instances)
    try ParametricTable.table(results, bare: bare.map(\.label)).write(to: folder.parametric)
    try ProfileTable.table(results).write(to: folder.profiles)
    try ShapeTable.table(shapes, labels: measured.map(\.label)).write(to: folder.shapes)
    try MembraneTable.write(named(whole).sorted { $0.label < $1.label }, to: folder.table)
  }

  private func measure(
    _ membrane: Membrane, _ surface: MembraneSurface, density: (any VolumeSource<Float>)?,
    _ geometry: VolumeGeometry, _ records: MembraneRecords
  ) throws -> MeasuredMembrane {
    var options = plan.morphometry
    options.largestPosterior = min(options.largestPosterior, plan.posteriorVertices)
    let measured = try Morphometry.measure(
      membrane, surface: surface, posterior: try posterior(label: membrane.label),
      tomogram: density, voxelVolumeNm3: geometry.voxelVolumeNm3, voxelSizeIsKnown: true,
      tilt: plan.tilt, options: options, seed: plan.seed)
    try records.keep(measured, label: membrane.label)
    return measured
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

  private func surface(label: Int) throws -> MembraneSurface? {
    let path = surfacePath(label: label) + ".ply"
    return Folder.exists(path) ? try PLYFile.read(path: path) : nil
  }

  /// What the surface's standard deviations follow from; nil where it is another program's.
  private func posterior(label: Int) throws -> SurfacePosterior? {
    let path = surfacePath(label: label) + ".posterior"
    return Folder.exists(path) ? try PosteriorFile.read(path: path) : nil
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
