import LinearAlgebra

extension MeshIndex {
  /// Whether a position lies inside a closed mesh: most of three rays leave it through an odd
  /// number of triangles. Three, because one ray may meet an edge exactly.
  public func contains(_ position: SIMD3<Double>) -> Bool {
    guard let root = nodes.first, root.squaredDistance(to: position) == 0 else { return false }
    // Directions along no axis or diagonal, where regular meshes have their edges.
    let directions = [
      SIMD3(0.8193, 0.3571, 0.4486), SIMD3(-0.3127, 0.8711, 0.3788), SIMD3(0.2917, -0.4153, 0.8617),
    ]
    let odd = directions.count { !crossings(from: position, along: $0).isMultiple(of: 2) }
    return 2 <= odd
  }

  /// How many triangles a ray passes through.
  public func crossings(from origin: SIMD3<Double>, along direction: SIMD3<Double>) -> Int {
    if nodes.isEmpty { return 0 }
    var count = 0
    var pending = [0]
    let inverse = SIMD3<Double>(repeating: 1) / direction
    while let number = pending.popLast() {
      let node = nodes[number]
      let (low, high) = ((node.lower - origin) * inverse, (node.upper - origin) * inverse)
      let (near, far) = (pointwiseMin(low, high), pointwiseMax(low, high))
      if far.min() < max(near.max(), 0) { continue }
      if node.count == 0 {
        pending += [number + 1, Int(node.first)]
        continue
      }
      for place in Int(node.first)..<Int(node.first + node.count)
      where rayMeets(triangle: Int(order[place]), from: origin, along: direction) {
        count += 1
      }
    }
    return count
  }

  /// The nearest triangle that a ray passes through beyond a distance, and how far it is in Å.
  ///
  /// - Parameters:
  ///   - direction: of length 1.
  ///   - least: triangles nearer than this do not count, such as the one that the ray sets out from.
  public func firstHit(
    from origin: SIMD3<Double>, along direction: SIMD3<Double>, beyond least: Double
  ) -> (triangle: Int, distance: Double)? {
    if nodes.isEmpty { return nil }
    var best: (triangle: Int, distance: Double)?
    var pending = [0]
    // A direction along an axis would make 0 times infinity of a box's side.
    var inverse = SIMD3<Double>(repeating: 1e12)
    for axis in 0..<3 where 1e-12 < abs(direction[axis]) { inverse[axis] = 1 / direction[axis] }
    while let number = pending.popLast() {
      let node = nodes[number]
      let (low, high) = ((node.lower - origin) * inverse, (node.upper - origin) * inverse)
      let (near, far) = (pointwiseMin(low, high), pointwiseMax(low, high))
      if far.min() < max(near.max(), least) || best?.distance ?? .infinity < near.max() { continue }
      if node.count == 0 {
        pending += [number + 1, Int(node.first)]
        continue
      }
      for place in Int(node.first)..<Int(node.first + node.count) {
        let triangle = Int(order[place])
        guard let distance = distance(toTriangle: triangle, from: origin, along: direction),
          least < distance, distance < best?.distance ?? .infinity
        else { continue }
        best = (triangle, distance)
      }
    }
    return best
  }

  private func rayMeets(
    triangle: Int, from origin: SIMD3<Double>, along direction: SIMD3<Double>
  ) -> Bool {
    distance(toTriangle: triangle, from: origin, along: direction) != nil
  }

  /// How far a triangle is along a ray, in lengths of its direction; nil where the ray misses it
  /// (Möller & Trumbore 1997).
  private func distance(
    toTriangle triangle: Int, from origin: SIMD3<Double>, along direction: SIMD3<Double>
  ) -> Double? {
    let (a, b, c) = mesh.corners(of: triangle)
    let (ab, ac) = (b - a, c - a)
    let p = direction.cross(ac)
    let determinant = ab.dot(p)
    if determinant == 0 { return nil }
    let offset = origin - a
    let u = offset.dot(p) / determinant
    if !(0 <= u && u <= 1) { return nil }
    let q = offset.cross(ab)
    let v = direction.dot(q) / determinant
    if !(0 <= v && u + v <= 1) { return nil }
    let distance = ac.dot(q) / determinant
    return 0 < distance ? distance : nil
  }
}
