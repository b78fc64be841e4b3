extension TriangleMesh {
  /// The mesh smoothed without shrinking (Taubin 1995, "A signal processing approach to fair
  /// surface design"): each pass moves vertices by λ towards the mean of their neighbours, then by
  /// −|μ| back, which damps roughness of a few edges' length and passes everything longer.
  ///
  /// Vertices of a rim move only with their neighbours along the rim, so that rims do not creep.
  ///
  /// - Parameters:
  ///   - passes: number of pairs of steps.
  ///   - lambda: 0..<1.
  ///   - passBand: the frequency kept unchanged, 1/λ + 1/μ; Taubin recommends 0.01...0.1.
  public func smoothed(passes: Int, lambda: Double = 0.5, passBand: Double = 0.1) -> TriangleMesh {
    precondition(0 < lambda && lambda < 1 && 0 < passBand, "Taubin's steps are 0 < λ < −μ.")
    let mu = 1 / (passBand - 1 / lambda)
    let (adjacency, rim) = (MeshAdjacency(self), rimNeighbours())
    var current = vertices
    var next = vertices
    for pass in 0..<(2 * passes) {
      let factor = pass.isMultiple(of: 2) ? lambda : mu
      for vertex in current.indices {
        var mean = SIMD3<Double>.zero
        var count = 0
        if let (a, b) = rim[vertex] {
          mean = current[a] + current[b]
          count = 2
        } else {
          for slot in adjacency.range(of: vertex) {
            mean += current[Int(adjacency.neighbours[slot])]
            count += 1
          }
        }
        if count == 0 { continue }
        next[vertex] = current[vertex] + factor * (mean / Double(count) - current[vertex])
      }
      swap(&current, &next)
    }
    return TriangleMesh(vertices: current, triangles: triangles)
  }

  /// The two neighbours along the rim of each vertex of a rim.
  private func rimNeighbours() -> [Int: (Int, Int)] {
    var neighbours: [Int: (Int, Int)] = [:]
    for loop in boundaryLoops() where 2 < loop.count {
      for (place, vertex) in loop.enumerated() {
        neighbours[vertex] = (
          loop[(place + loop.count - 1) % loop.count], loop[(place + 1) % loop.count]
        )
      }
    }
    return neighbours
  }
}
