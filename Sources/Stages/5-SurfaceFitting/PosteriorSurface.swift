import GaussianProcesses
import LinearAlgebra
import Meshes
import RealModule

// Where the true surface is, given the one that was drawn through the samples, and how sure that is.
//
// Decision 5 gives the model and its calibration. In short:
//   - the drawn surface's error has a standard deviation σ² = σ₀² + s² q̄ at a vertex, with q̄ the odds
//     against membrane, averaged along the surface, and is correlated over tens of voxels;
//   - the true surface is a smooth field of distances from a smoothed copy of the drawn one (the
//     carrier), with a prior so wide that it only matters where there is hardly any evidence.
// A large surface is worked in patches that overlap (`posteriorPatches`).

/// The posterior mean of a surface and its standard deviation at each vertex.
struct PosteriorSurface {
  let mesh: TriangleMesh
  let standardDeviationAngstrom: [Float]
  let posterior: SurfacePosterior

  /// - Parameters:
  ///   - mesh: drawn through the samples.
  ///   - patches: of the mesh; each of its vertices is in the core of one.
  ///   - oddsAgainst: of membrane, one a vertex.
  ///   - voxel: edge of a voxel, Å.
  /// - Throws: `GaussianProcessError` where memory is short.
  init(
    _ mesh: TriangleMesh, patches: [MeshPatch], normals: [SIMD3<Double>], oddsAgainst: [Double],
    voxelAngstrom voxel: Double, options: FittingOptions
  ) throws(GaussianProcessError) {
    var (moved, carrier) = (mesh, mesh)
    var deviations = [Float](repeating: .nan, count: mesh.vertices.count)
    var (heights, noise): ([Double], [Double]) = (oddsAgainst, oddsAgainst)
    for patch in patches {
      let whole = patch.wholeVertices
      let part = try PosteriorSurface(
        of: patch.mesh, normals: whole.map { normals[$0] },
        oddsAgainst: whole.map { oddsAgainst[$0] }, voxelAngstrom: voxel, options: options)
      for (own, vertex) in whole.enumerated() where patch.isCore[own] {
        moved.vertices[vertex] = part.mesh.vertices[own]
        carrier.vertices[vertex] = part.posterior.carrier.vertices[own]
        deviations[vertex] = part.standardDeviationAngstrom[own]
        heights[vertex] = part.posterior.heightsAngstrom[own]
        noise[vertex] = part.posterior.noiseDeviationsAngstrom[own]
      }
    }
    self.mesh = moved
    standardDeviationAngstrom = deviations
    posterior = SurfacePosterior(
      carrier: carrier, heightsAngstrom: heights, noiseDeviationsAngstrom: noise,
      noiseRangeAngstrom: options.errorRangeVoxels * voxel,
      prior: options.prior(voxelAngstrom: voxel))
  }

  /// The posterior of one patch.
  private init(
    of mesh: TriangleMesh, normals: [SIMD3<Double>], oddsAgainst: [Double],
    voxelAngstrom voxel: Double, options: FittingOptions
  ) throws(GaussianProcessError) {
    let drawn = try SurfaceProcess(SurfaceElements(mesh))
    let smooth = try drawn.smoothed(
      (0..<3).map { axis in mesh.vertices.map { $0[axis] } },
      lengthAngstrom: options.carrierLengthVoxels * voxel)
    // Along the normal only: a rim stays where it is.
    let heights = mesh.vertices.indices.map { vertex in
      let moved = SIMD3(smooth[0][vertex], smooth[1][vertex], smooth[2][vertex])
      return (mesh.vertices[vertex] - moved).dot(normals[vertex])
    }
    var carrier = mesh
    for vertex in heights.indices { carrier.vertices[vertex] -= heights[vertex] * normals[vertex] }
    let odds = try drawn.averaged(
      oddsAgainst, lengthAngstrom: options.evidenceLengthVoxels * voxel)
    posterior = SurfacePosterior(
      carrier: carrier, heightsAngstrom: heights,
      noiseDeviationsAngstrom: odds.map { options.error(oddsAgainst: $0) * voxel },
      noiseRangeAngstrom: options.errorRangeVoxels * voxel,
      prior: options.prior(voxelAngstrom: voxel))
    let field = try posterior.field()
    for (vertex, distance) in field.mean.enumerated() {
      carrier.vertices[vertex] += distance * normals[vertex]
    }
    self.mesh = carrier
    standardDeviationAngstrom = field.standardDeviations().map { Float($0) }
  }
}

extension FittingOptions {
  /// The distance from the carrier before observation.
  func prior(voxelAngstrom voxel: Double) -> MaternField {
    MaternField(
      rangeAngstrom: priorRangeVoxels * voxel, standardDeviation: priorDeviationVoxels * voxel)
  }

  /// Standard deviation of the drawn surface's error at the given odds against membrane, voxels.
  func error(oddsAgainst odds: Double) -> Double {
    let capped = min(max(odds, 0), largestOdds)
    return
      (errorFloorVoxels * errorFloorVoxels
      + errorAtEvenOddsVoxels * errorAtEvenOddsVoxels * Double.pow(capped, 2 * errorExponent))
      .squareRoot()
  }
}
