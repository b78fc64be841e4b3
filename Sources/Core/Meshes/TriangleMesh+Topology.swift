import Graphs

extension TriangleMesh {
  /// Vertices − edges + triangles over vertices that a triangle uses: 2 for each sphere, 0 for a
  /// torus, 1 for a disc; less 2 a handle and 1 a hole.
  public var eulerCharacteristic: Int {
    var used = [Bool](repeating: false, count: vertices.count)
    for corner in triangles { for axis in 0..<3 { used[Int(corner[axis])] = true } }
    return used.count { $0 } - edgeGroups().count + triangles.count
  }

  /// Whether each edge belongs to exactly two triangles; an empty mesh is not closed.
  public var isClosed: Bool {
    !triangles.isEmpty && edgeGroups().allSatisfy { $0.count == 2 }
  }

  /// Whether no edge belongs to more than two triangles.
  public var isEdgeManifold: Bool { edgeGroups().allSatisfy { $0.count <= 2 } }

  /// Whether the two triangles at each inner edge run along it in opposite directions.
  public var isConsistentlyOriented: Bool {
    edgeGroups().allSatisfy { group in
      group.count != 2 || group.first?.tail != group.last?.tail
    }
  }

  /// Rims as loops of vertex numbers, each in the direction its triangles run, longest first.
  ///
  /// Where rims touch in a vertex they are parted there in the order of the vertices' numbers.
  public func boundaryLoops() -> [[Int]] {
    var next: [Int: [Int]] = [:]
    for group in edgeGroups() where group.count == 1 {
      for edge in group { next[Int(edge.tail), default: []].append(Int(edge.head)) }
    }
    for vertex in next.keys { next[vertex]?.sort(by: >) }
    var loops: [[Int]] = []
    for start in next.keys.sorted() {
      while next[start]?.isEmpty == false {
        var loop: [Int] = []
        var vertex = start
        while let follower = next[vertex]?.popLast() {
          loop.append(vertex)
          vertex = follower
          if vertex == start { break }
        }
        loops.append(loop)
      }
    }
    return loops.sorted { $0.count == $1.count ? $0[0] < $1[0] : $0.count > $1.count }
  }

  /// Number of the connected piece each triangle belongs to (joined by edges), from 0 by falling
  /// area, and how many there are.
  public func triangleComponents() -> (componentOfTriangle: [Int], count: Int) {
    var pieces = UnionFind(count: triangles.count)
    for group in edgeGroups() {
      guard let first = group.first else { continue }
      for edge in group.dropFirst() {
        pieces.unite(Int(first.triangle), Int(edge.triangle))
      }
    }
    var areas: [Int: Double] = [:]
    let roots = triangles.indices.map { pieces.root(of: $0) }
    for (triangle, root) in roots.enumerated() { areas[root, default: 0] += area(of: triangle) }
    let order = areas.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
    let rank = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1.key, $0) })
    return (roots.map { rank[$0] ?? 0 }, order.count)
  }

  /// Connected pieces (joined by edges) as meshes, by falling area.
  public func components() -> [TriangleMesh] {
    let (component, count) = triangleComponents()
    var members = [[Int]](repeating: [], count: count)
    for (triangle, number) in component.enumerated() { members[number].append(triangle) }
    return members.map { keeping(triangles: $0).mesh }
  }

  /// The mesh of some of the triangles, with only the vertices they use, and the old number of
  /// each new vertex. Order is kept.
  public func keeping(triangles kept: [Int]) -> (mesh: TriangleMesh, oldVertices: [Int]) {
    var new = [Int32](repeating: -1, count: vertices.count)
    for triangle in kept {
      for axis in 0..<3 { new[Int(triangles[triangle][axis])] = 0 }
    }
    let oldVertices = new.indices.filter { new[$0] == 0 }
    for (number, old) in oldVertices.enumerated() { new[old] = Int32(number) }
    let renumbered = kept.map { triangle in
      let corner = triangles[triangle]
      return SIMD3(new[Int(corner.x)], new[Int(corner.y)], new[Int(corner.z)])
    }
    let mesh = TriangleMesh(
      vertices: oldVertices.map { vertices[$0] }, triangles: renumbered)
    return (mesh, oldVertices)
  }
}
