import MeshFormats
public import Meshes
import SurfaceFitting
import TomogramModel
import Volumes
import WorkLedger

extension Pipeline {
  /// Stage 5: a smooth surface for each membrane, and the simple shapes it resembles.
  func fit(_ monitor: StageMonitor) throws {
    let instances = try instances(for: .fit)
    let membranes = try instances.membranes(monitor)
    let provenance = try provenance(on: instances.source.geometry)
    let probability = try probability(on: instances.source.geometry)
    _ = try Folder.make(folder.surfaces)
    var options = plan.fitting
    // A surface too large for the cap keeps its place and goes without standard deviations.
    options.largestPosterior = min(options.largestPosterior, plan.posteriorVertices)
    let total = membranes.reduce(1) { $0 + $1.voxels }
    var (done, fits): (Int, [MembraneFits]) = (0, [])
    for membrane in membranes {
      do {
        let fitted = try fitSurface(
          of: membrane, in: instances.source, provenance: provenance, probability: probability,
          tilt: plan.tilt, options: options, workers: context.workers)
        try write(fitted, label: membrane.label)
        fits.append(MembraneFits(label: membrane.label, fits: fitted.fits))
      } catch SurfaceFittingError.noSurface(let label, _) {
        say("Membrane \(label) is no sheet: no surface was fitted to it.")
      }
      done += membrane.voxels
      try monitor.report(completed: done, of: total)
    }
    try AtomicFile.write(try canonicalJSON(fits), to: folder.fits)
    try monitor.report(completed: total, of: total)
  }

  private func write(_ fitted: FittedMembrane, label: Int) throws {
    let path = folder.surface(label: label)
    try PLYFile.write(fitted.surface, to: path + ".ply")
    try VTPFile.write(fitted.surface, to: path + ".vtp")
    if let posterior = fitted.posterior {
      try PosteriorFile.write(posterior, to: path + ".posterior")
    } else {
      say(
        "Membrane \(label) has no standard deviations: its \(fitted.surface.mesh.vertices.count) "
          + "vertices are too many for the memory, or its mesh is too irregular.")
    }
  }
}

/// An entry of `surfaces/fits.json`: sphere, ellipsoid and plane fitted to a membrane.
public struct MembraneFits: Codable, Equatable, Sendable {
  /// The membrane's label.
  public var label: Int
  /// Each shape that could be fitted, with its residuals.
  public var fits: [ParametricFit]
}
