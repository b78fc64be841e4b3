import LinearAlgebra
import Meshes
import TomogramModel

/// Makes a surface coarser until it has at most `limit` triangles.
///
/// Vertex clustering (Rossignac and Borrel, "Multi-resolution 3D approximations for rendering
/// complex scenes", 1993): vertices in one cube of a grid become their mean; triangles that lose a
/// corner vanish. Linear in time, needs no connectivity; it may join sheets closer than a cell,
/// which only the picture shows: numbers never come from the coarse mesh.
func coarsened(_ surface: MembraneSurface, triangleLimit limit: Int) -> MembraneSurface {
  var result = surface
  guard 0 < limit else { return surface }
  // A cell of edge e leaves about 2 area / e² triangles.
  var cell = (2 * surface.mesh.areaAngstrom2 / Double(limit)).squareRoot()
  while limit < result.mesh.triangles.count && 0 < cell {
    result = clustered(surface, cell: cell)
    cell *= 1.2
  }
  return result
}

/// Vertices of one cell, summed.
private struct Cluster {
  var position = SIMD3<Double>.zero
  var normal = SIMD3<Double>.zero
  var deviation: Float = 0
  var mean: Float = 0
  var gaussian: Float = 0
  var count: Float = 0
  var provenance = ProvenanceCount()

  mutating func add(_ surface: MembraneSurface, _ vertex: Int) {
    position += surface.mesh.vertices[vertex]
    normal += surface.normals[vertex]
    deviation += surface.standardDeviationAngstrom[vertex]
    mean += surface.meanCurvaturePerNm[vertex]
    gaussian += surface.gaussianCurvaturePerNm2[vertex]
    provenance.add(surface.provenance[vertex].rawValue)
    count += 1
  }

  var unitNormal: SIMD3<Double> {
    let length = normal.length
    return length == 0 ? SIMD3(0, 0, 1) : normal / length
  }
}

private func clustered(_ surface: MembraneSurface, cell: Double) -> MembraneSurface {
  var numbers: [SIMD3<Int32>: Int32] = [:]
  var clusters: [Cluster] = []
  let clusterOf: [Int32] = surface.mesh.vertices.indices.map { vertex in
    let place = SIMD3<Int32>((surface.mesh.vertices[vertex] / cell).rounded(.down))
    let number = numbers[place] ?? Int32(clusters.count)
    if Int(number) == clusters.count {
      numbers[place] = number
      clusters.append(Cluster())
    }
    clusters[Int(number)].add(surface, vertex)
    return number
  }
  let triangles: [SIMD3<Int32>] = surface.mesh.triangles.compactMap { corner in
    let kept = SIMD3(
      clusterOf[Int(corner.x)], clusterOf[Int(corner.y)], clusterOf[Int(corner.z)])
    return kept.x == kept.y || kept.y == kept.z || kept.z == kept.x ? nil : kept
  }
  return MembraneSurface(
    mesh: TriangleMesh(
      vertices: clusters.map { $0.position / Double($0.count) }, triangles: triangles),
    normals: clusters.map(\.unitNormal),
    standardDeviationAngstrom: clusters.map { $0.deviation / $0.count },
    provenance: clusters.map(\.provenance.prevailing),
    meanCurvaturePerNm: clusters.map { $0.mean / $0.count },
    gaussianCurvaturePerNm2: clusters.map { $0.gaussian / $0.count })
}
