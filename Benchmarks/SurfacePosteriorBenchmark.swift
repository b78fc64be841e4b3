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

/// Measures mean and standard deviations of a torus of a million vertices, in patches of 250 000, and how
/// far they are from those of the whole on one of 250 000, in patches of 100 000.
func benchmarkLargeSurface(meter: Meter) throws {
  let large = posterior(
    of: .torus(majorAngstrom: 4000, minorAngstrom: 1425, around: 1675, across: 597))
  try meter.measure("patches", voxels: large.carrier.vertices.count) {
    _ = try deviationsInPatches(large, largest: 250_000)
  }
  let small = posterior(
    of: .torus(majorAngstrom: 3000, minorAngstrom: 475, around: 1257, across: 199))
  let whole = try small.field()
  let deviations = whole.standardDeviations()
  let (means, own) = try deviationsInPatches(small, largest: 100_000)
  let worst = deviations.indices.reduce((mean: 0.0, deviation: 0.0)) { worst, vertex in
    (
      max(worst.mean, abs(means[vertex] - whole.mean[vertex]) / deviations[vertex]),
      max(worst.deviation, abs(own[vertex] / deviations[vertex] - 1))
    )
  }
  print(
    "\(deviations.count) vertices in patches against the whole: mean off by at most \(worst.mean) sd, "
      + "sd by a share of \(worst.deviation)")
}

/// A surface as `fit` has it at 10 Å a voxel, where evidence changes along it.
private func posterior(of carrier: TriangleMesh) -> SurfacePosterior {
  SurfacePosterior(
    carrier: carrier,
    heightsAngstrom: carrier.vertices.map { 10 * ($0.x / 700 - ($0.x / 700).rounded()) },
    noiseDeviationsAngstrom: carrier.vertices.map {
      3.3 + 27 * abs($0.z / 900 - ($0.z / 900).rounded())
    },
    noiseRangeAngstrom: 300, prior: MaternField(rangeAngstrom: 400, standardDeviation: 60))
}

private func deviationsInPatches(
  _ posterior: SurfacePosterior, largest: Int
) throws -> (means: [Double], deviations: [Double]) {
  var means = [Double](repeating: .nan, count: posterior.carrier.vertices.count)
  var deviations = means
  let patches = posterior.carrier.posteriorPatches(
    largest: largest, longestRangeAngstrom: posterior.longestRangeAngstrom)
  for patch in patches {
    let field = try posterior.part(patch).field()
    let own = field.standardDeviations()
    for (vertex, number) in patch.wholeVertices.enumerated() where patch.isCore[vertex] {
      (means[number], deviations[number]) = (field.mean[vertex], own[vertex])
    }
  }
  return (means, deviations)
}
