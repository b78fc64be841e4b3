import GaussianProcesses
import Meshes
import TomogramModel

/// Measures the exact posterior of a field on a torus of 99 856 vertices: mean and standard
/// deviations, then the search of its parameters by the evidence.
func benchmarkSurfacePosterior(meter: Meter) throws {
  let mesh = TriangleMesh.torus(
    majorAngstrom: 4000, minorAngstrom: 1000, around: 632, across: 158)
  let count = mesh.vertices.count
  let values = mesh.vertices.map { 10 * ($0.x / 700 - ($0.x / 700).rounded()) }
  let field = MaternField(rangeAngstrom: 400, standardDeviation: 5)
  let (process, observations) = try meter.measure("posterior", voxels: count) {
    let process = try SurfaceProcess(SurfaceElements(mesh))
    let observations = process.observations(values, deviations: values.map { _ in 2 })
    _ = try process.posterior(field, given: observations).standardDeviations()
    return (process, observations)
  }
  _ = try meter.measure("evidence", voxels: count) {
    try process.evidenceMaximum(of: observations, from: field)
  }
}
