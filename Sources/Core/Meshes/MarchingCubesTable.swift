// Which triangles a cell of marching cubes gets, worked out instead of typed in.
//
// The surface crosses a face of the cell along segments that depend on the signs of the face's four
// corners alone: where two opposite corners are inside, they are kept apart. Both cells at a face
// therefore draw the same segments, and the surface cannot have a crack (the flaw of Lorensen &
// Cline's 1987 table). The segments of all six faces join to loops, and each loop is cut into a
// fan of triangles.

/// Triangles of each of the 256 sign patterns, as numbers of cell edges.
struct MarchingCubesTable {
  /// Corner c of a cell lies at (c & 1, c >> 1 & 1, c >> 2 & 1); an edge joins two corners.
  static let edges: [(low: Int, high: Int)] = (0..<3).flatMap { axis in
    (0..<8).filter { $0 >> axis & 1 == 0 }.map { (low: $0, high: $0 | 1 << axis) }
  }

  /// Edges 4a...4a+3 run along axis a.
  static func axis(ofEdge edge: Int) -> Int { edge / 4 }

  /// Bit c of the pattern is set where corner c is inside (below the level).
  let triangles: [[SIMD3<Int>]]

  init() {
    let faces = Self.faces()
    triangles = (0..<256).map { pattern in
      Self.loops(pattern: pattern, faces: faces).flatMap { Self.fan($0, faces: faces) }
    }
  }

  /// Corners of each face, counterclockwise seen from outside the cell.
  private static func faces() -> [[Int]] {
    (0..<3).flatMap { axis in
      let (u, v) = (1 << ((axis + 1) % 3), 1 << ((axis + 2) % 3))
      let low = [0, v, u | v, u]
      let high = [0, u, u | v, v].map { $0 | 1 << axis }
      return [low, high]
    }
  }

  private static func edge(_ a: Int, _ b: Int) -> Int {
    edges.firstIndex { $0.low == min(a, b) && $0.high == max(a, b) } ?? 0
  }

  /// Loops of crossed edges, counterclockwise seen from outside (above the level).
  private static func loops(pattern: Int, faces: [[Int]]) -> [[Int]] {
    func isInside(_ corner: Int) -> Bool { pattern >> corner & 1 == 1 }
    var next: [Int: Int] = [:]
    for face in faces {
      for place in 0..<4 where !isInside(face[place]) && isInside(face[(place + 1) % 4]) {
        // Entering the inside here; the same run of inside corners ends at the next change.
        var end = place + 1
        while isInside(face[(end + 1) % 4]) { end += 1 }
        let entry = edge(face[place], face[(place + 1) % 4])
        next[entry] = edge(face[end % 4], face[(end + 1) % 4])
      }
    }
    var loops: [[Int]] = []
    for start in 0..<12 {
      var loop: [Int] = []
      var edge = start
      while let follower = next.removeValue(forKey: edge) {
        loop.append(edge)
        edge = follower
      }
      if !loop.isEmpty { loops.append(loop) }
    }
    return loops
  }

  /// Cuts a loop into a fan. A diagonal within a face of the cell could also be drawn by the
  /// neighbour, and four triangles would meet there: the apex is the one with fewest of these.
  private static func fan(_ loop: [Int], faces: [[Int]]) -> [SIMD3<Int>] {
    func shareFace(_ a: Int, _ b: Int) -> Bool {
      let corners = [edges[a].low, edges[a].high, edges[b].low, edges[b].high]
      return faces.contains { face in corners.allSatisfy { face.contains($0) } }
    }
    func badness(_ apex: Int) -> Int {
      (2..<(loop.count - 1)).count { step in
        shareFace(loop[apex], loop[(apex + step) % loop.count])
      }
    }
    let apex = loop.indices.min { badness($0) < badness($1) } ?? 0
    return (1..<(loop.count - 1)).map { step in
      SIMD3(
        loop[apex], loop[(apex + step) % loop.count], loop[(apex + step + 1) % loop.count])
    }
  }
}
