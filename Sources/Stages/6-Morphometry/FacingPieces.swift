import LinearAlgebra
import Meshes

extension MembraneSurface {
  /// Vertices of a piece that rays are sent from.
  private static let probes = 60

  /// The surface with the normals of each of its pieces pointing away from the other pieces.
  ///
  /// Pieces of an open surface are oriented each by itself, so that the two walls of a sac without
  /// its rim may both point up; here they point out of it. A surface in one piece stays as it is.
  func facingApart() -> MembraneSurface {
    let (pieceOfTriangle, count) = mesh.triangleComponents()
    if count < 2 { return self }
    var pieceOfVertex = [Int](repeating: -1, count: mesh.vertices.count)
    for (triangle, piece) in pieceOfTriangle.enumerated() {
      let corner = mesh.triangles[triangle]
      for axis in 0..<3 { pieceOfVertex[Int(corner[axis])] = piece }
    }
    var members = [[Int]](repeating: [], count: count)
    for (vertex, piece) in pieceOfVertex.enumerated() where 0 <= piece {
      members[piece].append(vertex)
    }
    let index = MeshIndex(mesh)
    let isFlipped = members.indices.map { piece in
      let ahead = facing(members[piece], sign: 1, index, pieceOfTriangle, own: piece)
      return facing(members[piece], sign: -1, index, pieceOfTriangle, own: piece) < ahead
    }
    return flipping(isFlipped, pieceOfTriangle: pieceOfTriangle, pieceOfVertex: pieceOfVertex)
  }

  /// How many of a piece's vertices see another piece first, along their normals or against them.
  private func facing(
    _ vertices: [Int], sign: Double, _ index: MeshIndex, _ pieceOfTriangle: [Int], own: Int
  ) -> Int {
    let step = max(vertices.count / Self.probes, 1)
    return stride(from: 0, to: vertices.count, by: step).count { place in
      let (start, direction) = (mesh.vertices[vertices[place]], sign * normals[vertices[place]])
      // A vertex lies on its own triangles: what is nearer than 1 Å is they.
      let hit = index.firstHit(from: start, along: direction, beyond: 1)
      return hit.map { pieceOfTriangle[$0.triangle] != own } ?? false
    }
  }

  private func flipping(
    _ isFlipped: [Bool], pieceOfTriangle: [Int], pieceOfVertex: [Int]
  ) -> MembraneSurface {
    var surface = self
    for (triangle, piece) in pieceOfTriangle.enumerated() where isFlipped[piece] {
      let corner = mesh.triangles[triangle]
      surface.mesh.triangles[triangle] = SIMD3(corner.x, corner.z, corner.y)
    }
    for (vertex, piece) in pieceOfVertex.enumerated() where 0 <= piece && isFlipped[piece] {
      surface.normals[vertex] = -normals[vertex]
      surface.meanCurvaturePerNm[vertex] = -meanCurvaturePerNm[vertex]
    }
    return surface
  }
}
