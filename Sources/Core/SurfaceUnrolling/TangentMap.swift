import LinearAlgebra
import Meshes

extension TriangleMesh {
  /// A first flat picture of a disc: the discrete exponential map of Schmidt, Grimm & Wyvill 2006
  /// (section 3), with the average over all nearer neighbours of Schmidt 2013.
  ///
  /// Going out from the seed, each vertex is put where its nearer neighbours see it, in tangent planes
  /// that were carried along.
  /// - Parameter first: direction that becomes the first axis at the seed.
  /// - Returns: a place for each vertex, Å, the seed's zero. Errors add up outwards, to some per cent;
  ///   `flattened` mends them.
  func tangentMap(
    around seed: Int, normals: [SIMD3<Double>], first: SIMD3<Double>
  ) -> [SIMD2<Double>] {
    let adjacency = MeshAdjacency(self)
    let distances = edgeDistances(from: seed, within: .infinity)
    var places = [SIMD2<Double>](repeating: .zero, count: vertices.count)
    var axes = [SIMD3<Double>](repeating: .zero, count: vertices.count)
    axes[seed] = tangent(first, normals[seed])
    let order = vertices.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
    for vertex in order where vertex != seed && distances[vertex].isFinite {
      var (sum, weights) = (SIMD2<Double>.zero, 0.0)
      var axis = SIMD3<Double>.zero
      for place in adjacency.range(of: vertex) {
        let other = Int(adjacency.neighbours[place])
        guard distances[other] < distances[vertex] else { continue }
        let step = vertices[vertex] - vertices[other]
        let length = step.length
        guard 0 < length else { continue }
        let direction = tangent(step, normals[other]) * length
        let second = normals[other].cross(axes[other])
        sum += (places[other] + SIMD2(direction.dot(axes[other]), direction.dot(second))) / length
        axis += axes[other] / length
        weights += 1 / length
      }
      // Two vertices at one distance, which neither precedes, have others before them.
      places[vertex] = 0 < weights ? sum / weights : .zero
      axes[vertex] = tangent(axis, normals[vertex])
    }
    return places
  }

  /// The unit vector in the plane of a normal that is nearest to a direction.
  private func tangent(_ direction: SIMD3<Double>, _ normal: SIMD3<Double>) -> SIMD3<Double> {
    let flat = (direction - normal * direction.dot(normal)).normalized
    return flat == .zero ? normal.anyPerpendicular : flat
  }
}
