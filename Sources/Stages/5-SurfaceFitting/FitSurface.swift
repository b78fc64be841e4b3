import GaussianProcesses
import LinearAlgebra
import Meshes
import Morphology
public import TomogramModel
public import Volumes

/// Fits the mid-surface of one membrane, with the shapes it resembles.
///
/// Mid-surface samples of the label (Morphology) get agreeing normals, a signed distance is made of
/// them by moving least squares, its zero surface is drawn by marching cubes, cut at the sheet's
/// rims and smoothed. The surface is the posterior mean given that one and how well the data show
/// it (`PosteriorSurface`), `sd` the posterior's standard deviation; NaN where there is none. Closed
/// membranes come out closed, open ones end where their label ends.
///
/// - Parameters:
///   - membrane: its label and region; the region holds all its voxels.
///   - provenance: tells each vertex how it is known; without it, a vertex is `seen` unless the
///     wedge hides a patch with its normal.
///   - probability: of membrane, on the labels' grid; without it, evidence is by provenance and
///     wedge only.
/// - Returns: positions in Å; normals out of a closed membrane, towards +z for an open one.
/// - Throws: `SurfaceFittingError`, or the source's error.
/// - Complexity: memory 3 bytes a voxel of the membrane's region up to 64 million voxels, a tile at a time
///   beyond; 1.4 kB a vertex, and 9 kB a vertex of a patch.
public func fitSurface(
  of membrane: Membrane, in instances: any VolumeSource<UInt16>,
  provenance: (any VolumeSource<Int8>)?, probability: (any VolumeSource<Float>)?,
  tilt: TiltGeometry, options: FittingOptions, workers: Workers
) throws -> FittedMembrane {
  let voxel = instances.geometry.meanVoxelSizeAngstrom
  let drawn = try drawnSurface(of: membrane, in: instances, options: options, workers: workers)
  func known(_ mesh: TriangleMesh, _ normals: [SIMD3<Double>]) throws -> [Provenance] {
    try vertexProvenance(mesh, normals, provenance, region: membrane.region, tilt: tilt)
  }
  let drawnNormals = drawn.vertexNormals()
  let found = try posteriorSurface(drawn, drawnNormals, voxelAngstrom: voxel, options) {
    try VertexEvidence(
      drawn, normals: drawnNormals, provenance: try known(drawn, drawnNormals),
      probability: probability, tilt: tilt, options: options)
  }
  let mesh = found?.mesh ?? drawn
  let normals = mesh.vertexNormals()
  let curvatures = mesh.curvatures(
    normals: normals,
    radiusAngstrom: max(options.curvatureRadiusAngstrom, 4 * options.spacingVoxels * voxel),
    workers: workers)
  let surface = MembraneSurface(
    mesh: mesh, normals: normals,
    standardDeviationAngstrom: found?.standardDeviationAngstrom
      ?? [Float](repeating: .nan, count: mesh.vertices.count),
    provenance: try known(mesh, normals),
    meanCurvaturePerNm: curvatures.mean.map { Float($0 * 10) },
    gaussianCurvaturePerNm2: curvatures.gaussian.map { Float($0 * 100) })
  return FittedMembrane(
    surface: surface, posterior: found?.posterior,
    fits: parametricFits(of: mesh, inlierAngstrom: options.inlierVoxels * voxel))
}

/// The posterior of a drawn surface; nil where not even patches of it fit into memory, or its mesh is so
/// irregular that it has none in double precision: one such mesh is no reason to lose all membranes.
private func posteriorSurface(
  _ drawn: TriangleMesh, _ normals: [SIMD3<Double>], voxelAngstrom voxel: Double,
  _ options: FittingOptions, evidence: () throws -> VertexEvidence
) throws -> PosteriorSurface? {
  let patches = drawn.posteriorPatches(
    largest: options.largestPosterior,
    longestRangeAngstrom: max(options.errorRangeVoxels, options.priorRangeVoxels) * voxel)
  guard !patches.isEmpty else { return nil }
  do {
    return try PosteriorSurface(
      drawn, patches: patches, normals: normals, oddsAgainst: try evidence().oddsAgainst,
      voxelAngstrom: voxel, options: options)
  } catch GaussianProcessError.notPositiveDefinite {
    return nil
  }
}

/// The surface through a label's mid-surface samples, as it is drawn.
private func drawnSurface(
  of membrane: Membrane, in instances: any VolumeSource<UInt16>, options: FittingOptions,
  workers: Workers
) throws -> TriangleMesh {
  let geometry = instances.geometry
  let samples = try midSurfaceSamples(of: membrane, in: instances, workers: workers)
  let voxel = geometry.meanVoxelSizeAngstrom
  let mesh = surfaceMesh(
    of: OrientedSamples(samples, reachAngstrom: 3 * voxel),
    extent: LabelExtent(
      halfThicknesses: samples.map { $0.halfThicknessAngstrom }, geometry: geometry),
    voxelAngstrom: voxel, options: options, workers: workers)
  guard !mesh.triangles.isEmpty else {
    throw SurfaceFittingError.noSurface(label: membrane.label, samples: samples.count)
  }
  return mesh
}

/// Voxels of the largest region that is looked at in one piece.
private let largestRegion = 1 << 26

/// The samples of one label's mid-surface.
private func midSurfaceSamples(
  of membrane: Membrane, in instances: any VolumeSource<UInt16>, workers: Workers
) throws -> [MidSurfaceSample] {
  let geometry = instances.geometry
  // Room around the label, so that only the volume's own border counts as unknown.
  let region = membrane.region.expanded(by: 6).clamped(to: geometry.bounds)
  let mask = LabelMask(base: instances, label: UInt16(exactly: membrane.label))
  let samples: [MidSurfaceSample]
  if region.size.count <= largestRegion {
    let block = try mask.read(region)
    guard block.samples.contains(1) else {
      throw SurfaceFittingError.labelMissing(label: membrane.label)
    }
    samples = midSurface(of: block, geometry: geometry, workers: workers)
  } else {
    samples = try midSurfaceTiles(of: region).flatMap {
      try midSurface(of: mask, in: $0, bounds: region, keepsRims: true, workers: workers)
    }
  }
  guard 12 <= samples.count else {
    throw SurfaceFittingError.noSurface(label: membrane.label, samples: samples.count)
  }
  return samples
}

/// 1 where a volume of labels has one of them.
private struct LabelMask: VolumeSource {
  let base: any VolumeSource<UInt16>
  let label: UInt16?

  var geometry: VolumeGeometry { base.geometry }

  func read(_ region: Region) throws -> Block<Int8> {
    try base.read(region).map { $0 == label ? 1 : 0 }
  }
}

/// The finished mesh of oriented samples; empty where they make no surface.
func surfaceMesh(
  of samples: OrientedSamples, extent: LabelExtent, voxelAngstrom voxel: Double,
  options: FittingOptions, workers: Workers
) -> TriangleMesh {
  let reach = KernelSums.reach(ofDeviation: options.smoothingVoxels * voxel)
  let spacing = options.spacingVoxels * voxel
  let field = SurfaceField(samples, spacing: spacing, reach: reach)
  let raw = field.mesh(workers: workers)
  let used = raw.keeping(triangles: Array(raw.triangles.indices)).mesh
  let rim = RimTrim(samples, reach: reach, extent: extent)
  let (settled, offsets) = rim.settle(used, within: spacing, workers: workers)
  return settled.clipped(values: offsets, limit: 0)
    .withoutSmallPieces(share: options.minimumPieceShare)
    .fillingHoles(perimeterAngstrom: options.holePerimeterVoxels * voxel)
    .smoothed(passes: options.smoothingPasses)
    .oriented()
}

extension TriangleMesh {
  /// The mesh without pieces smaller than a share of the largest one.
  func withoutSmallPieces(share: Double) -> TriangleMesh {
    let (component, count) = triangleComponents()
    if count < 2 { return self }
    var areas = [Double](repeating: 0, count: count)
    for (triangle, number) in component.enumerated() { areas[number] += area(of: triangle) }
    let kept = triangles.indices.filter { share * areas[0] <= areas[component[$0]] }
    return keeping(triangles: kept).mesh
  }
}

/// How each vertex is known: the value of its voxel, or else of the nearest one beside it.
private func vertexProvenance(
  _ mesh: TriangleMesh, _ normals: [SIMD3<Double>], _ source: (any VolumeSource<Int8>)?,
  region: Region, tilt: TiltGeometry
) throws -> [Provenance] {
  guard let source else {
    return normals.map { tilt.hides(normal: $0) ? .inferred : .seen }
  }
  let geometry = source.geometry
  let bounds = region.expanded(by: 2).clamped(to: geometry.bounds)
  var known = [Provenance](repeating: .seen, count: mesh.vertices.count)
  for vertices in mesh.verticesByCube(edgeAngstrom: 64 * geometry.meanVoxelSizeAngstrom) {
    let places = vertices.map { geometry.coordinate(of: Position(angstrom: mesh.vertices[$0])) }
    let block = try source.read(Region(around: places, margin: 3).clamped(to: bounds))
    for (vertex, place) in zip(vertices, places) {
      known[vertex] = nearestProvenance(to: place, in: block, geometry)
    }
  }
  return known
}

private func nearestProvenance(
  to place: SIMD3<Double>, in block: Block<Int8>, _ geometry: VolumeGeometry
) -> Provenance {
  let nearest = place.rounded(.toNearestOrEven)
  var best = (distance: Double.infinity, provenance: Provenance.seen)
  for z in -1...1 {
    for y in -1...1 {
      for x in -1...1 {
        let index = VoxelIndex(
          x: Int(nearest.x) + x, y: Int(nearest.y) + y, z: Int(nearest.z) + z)
        guard block.region.contains(index),
          let known = Provenance(rawValue: block[index]), known != .none
        else { continue }
        let offset = nearest + SIMD3(Double(x), Double(y), Double(z)) - place
        if offset.dot(offset) < best.distance { best = (offset.dot(offset), known) }
      }
    }
  }
  return best.provenance
}
