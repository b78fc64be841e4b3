import LinearAlgebra

extension TriangleMesh {
  /// The mesh with the order of corners of every triangle reversed.
  public func flipped() -> TriangleMesh {
    TriangleMesh(vertices: vertices, triangles: triangles.map { SIMD3($0.x, $0.z, $0.y) })
  }

  /// The same surface with triangles that agree across each edge and CONTRACT's direction: out of
  /// each closed piece, towards +z (by area) for each open one.
  ///
  /// A surface with one side only keeps a seam where triangles disagree.
  public func oriented() -> TriangleMesh {
    var result = consistentlyOriented()
    let (component, count) = result.triangleComponents()
    var closed = [Bool](repeating: true, count: count)
    for group in result.edgeGroups() where group.count != 2 {
      if let edge = group.first { closed[component[Int(edge.triangle)]] = false }
    }
    var measure = [Double](repeating: 0, count: count)
    let reference = result.vertices.first ?? .zero
    for triangle in result.triangles.indices {
      let (a, b, c) = result.corners(of: triangle)
      measure[component[triangle]] +=
        closed[component[triangle]]
        ? (a - reference).dot((b - reference).cross(c - reference))
        : result.areaVector(of: triangle).z
    }
    for triangle in result.triangles.indices where measure[component[triangle]] < 0 {
      let corner = result.triangles[triangle]
      result.triangles[triangle] = SIMD3(corner.x, corner.z, corner.y)
    }
    return result
  }

  /// The same surface with neighbouring triangles made to agree, each piece with its first.
  func consistentlyOriented() -> TriangleMesh {
    var links = [[(triangle: Int, agrees: Bool)]](repeating: [], count: triangles.count)
    for group in edgeGroups() where group.count == 2 {
      guard let a = group.first, let b = group.last else { continue }
      let agrees = a.tail != b.tail
      links[Int(a.triangle)].append((Int(b.triangle), agrees))
      links[Int(b.triangle)].append((Int(a.triangle), agrees))
    }
    var flip = [Bool?](repeating: nil, count: triangles.count)
    for seed in triangles.indices where flip[seed] == nil {
      flip[seed] = false
      var queue = [seed]
      var next = 0
      while next < queue.count {
        let triangle = queue[next]
        next += 1
        for link in links[triangle] where flip[link.triangle] == nil {
          flip[link.triangle] = (flip[triangle] == true) == link.agrees
          queue.append(link.triangle)
        }
      }
    }
    var result = self
    for triangle in triangles.indices where flip[triangle] == true {
      let corner = triangles[triangle]
      result.triangles[triangle] = SIMD3(corner.x, corner.z, corner.y)
    }
    return result
  }
}
