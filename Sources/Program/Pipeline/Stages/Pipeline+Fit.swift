import MeshFormats
public import Meshes
import SurfaceFitting
import TomogramModel
import Volumes
import WorkLedger

extension Pipeline {
  /// Stage 5: a smooth surface for each membrane, and the simple shapes it resembles.
  ///
  /// - Parameter key: digest of all that decides the result.
  func fit(_ monitor: StageMonitor, key: String) throws {
    let instances = try instances(for: .fit)
    let membranes = try instances.membranes(monitor)
    let evidence = FitEvidence(
      instances: instances.source, provenance: try provenance(on: instances.source.geometry),
      probability: try probability(on: instances.source.geometry))
    _ = try Folder.make(folder.surfaces)
    let records = MembraneRecords(of: .fit, work: key, in: folder)
    try records.begin()
    let fits = try eachMembrane(membranes, records, monitor) { membrane, workers in
      try fit(membrane, evidence, records, workers)
    }.joined()
    try AtomicFile.write(try canonicalJSON(Array(fits)), to: folder.fits, overwrite: true)
  }

  /// Fits and writes one membrane; no entry where it has no surface.
  private func fit(
    _ membrane: Membrane, _ evidence: FitEvidence, _ records: MembraneRecords, _ workers: Workers
  ) throws -> [MembraneFits] {
    var options = plan.fitting
    // A surface too large for the cap is worked in patches.
    options.largestPosterior = min(options.largestPosterior, plan.posteriorVertices)
    var (result, files): ([MembraneFits], [String]) = ([], [])
    do {
      let fitted = try fitSurface(
        of: membrane, in: evidence.instances, provenance: evidence.provenance,
        probability: evidence.probability, tilt: plan.tilt, options: options,
        workers: workers)
      files = try write(fitted, label: membrane.label)
      result = [MembraneFits(label: membrane.label, fits: fitted.fits)]
    } catch SurfaceFittingError.noSurface(let label, _) {
      say("Membrane \(label) is no sheet: no surface was fitted to it.")
    }
    try records.keep(result, label: membrane.label, files: files)
    return result
  }

  /// Replaces what a killed run may have left of this membrane.
  ///
  /// - Returns: the files' names, relative to the result folder.
  private func write(_ fitted: FittedMembrane, label: Int) throws -> [String] {
    let path = folder.surface(label: label)
    try PLYFile.write(fitted.surface, to: path + ".ply", overwrite: true)
    try VTPFile.write(fitted.surface, to: path + ".vtp", overwrite: true)
    var endings = [".ply", ".vtp"]
    if let posterior = fitted.posterior {
      try PosteriorFile.write(posterior, to: path + ".posterior", overwrite: true)
      endings.append(".posterior")
    } else {
      say(
        "Membrane \(label) has no standard deviations: the memory is too small for its "
          + "\(fitted.surface.mesh.vertices.count) vertices, or its mesh is too irregular.")
    }
    return endings.map { "surfaces/" + ResultFolder.surfaceName(label: label) + $0 }
  }
}

/// What surfaces are fitted to.
private struct FitEvidence: Sendable {
  let instances: any VolumeSource<UInt16>
  let provenance: (any VolumeSource<Int8>)?
  let probability: (any VolumeSource<Float>)?
}

/// An entry of `surfaces/fits.json`: sphere, ellipsoid and plane fitted to a membrane.
public struct MembraneFits: Codable, Equatable, Sendable {
  /// The membrane's label.
  public var label: Int
  /// Each shape that could be fitted, with its residuals.
  public var fits: [ParametricFit]
}
