import GaussianProcesses
import MeshFormats
import Meshes
import Pipeline
import WorkLedger

/// Surfaces that the data allow as well: draws from the posterior of each membrane.
struct ExportedSamples {
  let surfaces: ExportedSurfaces
  /// Draws of each membrane.
  let count: Int
  let seed: UInt64

  /// Writes `membrane_0001_sample_1.ply` and so on.
  ///
  /// - Returns: labels of membranes without a posterior, of which there are none.
  func write(to path: String, overwrite: Bool) throws -> [Int] {
    _ = try Folder.make(path)
    var bare: [Int] = []
    for label in surfaces.labels {
      let mean = try surfaces.surface(label)
      guard let posterior = try surfaces.posterior(label),
        posterior.carrier.triangles == mean.mesh.triangles
      else {
        bare.append(label)
        continue
      }
      let field = try posterior.field()
      for number in 0..<count {
        let name = "\(ResultFolder.surfaceName(label: label))_sample_\(number + 1).ply"
        let drawn = mean.moved(by: field.deviation(seed: seed, number: number))
        try PLYFile.write(drawn, to: "\(path)/\(name)", overwrite: overwrite)
      }
    }
    return bare
  }
}

extension MembraneSurface {
  /// The surface with each vertex moved along its normal, Å; without deviations, which are the mean's, and
  /// without curvatures, which a draw does not have.
  fileprivate func moved(by distances: [Double]) -> MembraneSurface {
    var mesh = mesh
    for (vertex, distance) in distances.enumerated() {
      mesh.vertices[vertex] += distance * normals[vertex]
    }
    let unknown = [Float](repeating: .nan, count: distances.count)
    return MembraneSurface(
      mesh: mesh, normals: mesh.vertexNormals(), standardDeviationAngstrom: unknown,
      provenance: provenance, meanCurvaturePerNm: unknown, gaussianCurvaturePerNm2: unknown)
  }
}
