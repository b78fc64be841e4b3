import LinearAlgebra
import RealModule

extension TriangleMesh {
  /// A sphere: an icosahedron whose triangles are cut in four `subdivisions` times, all vertices
  /// on the sphere, normals outwards. 20 · 4ⁿ triangles.
  public static func icosphere(
    center: SIMD3<Double> = .zero, radiusAngstrom: Double, subdivisions: Int
  ) -> TriangleMesh {
    let golden = (1 + Double.sqrt(5)) / 2
    var corners: [SIMD3<Double>] = []
    for a in [-1.0, 1] {
      for b in [-golden, golden] {
        corners += [SIMD3(0, a, b), SIMD3(a, b, 0), SIMD3(b, 0, a)]
      }
    }
    // An icosahedron's edge has length 2 here, and its triangles are all triples that far apart.
    func joined(_ a: Int, _ b: Int) -> Bool { (corners[a] - corners[b]).length < 2.1 }
    var triangles: [SIMD3<Int32>] = []
    for a in 0..<12 {
      for b in (a + 1)..<12 where joined(a, b) {
        for c in (b + 1)..<12 where joined(a, c) && joined(b, c) {
          let outward = (corners[b] - corners[a]).cross(corners[c] - corners[a]).dot(corners[a])
          triangles.append(SIMD3(Int32(a), Int32(outward < 0 ? c : b), Int32(outward < 0 ? b : c)))
        }
      }
    }
    var mesh = TriangleMesh(vertices: corners, triangles: triangles)
    for _ in 0..<subdivisions { mesh = mesh.subdivided() }
    mesh.vertices = mesh.vertices.map { center + $0.normalized * radiusAngstrom }
    return mesh
  }

  /// The mesh with each triangle cut in four at the middles of its edges.
  public func subdivided() -> TriangleMesh {
    var result = TriangleMesh(vertices: vertices)
    result.triangles.reserveCapacity(triangles.count * 4)
    var middles: [UInt64: Int32] = [:]
    func middle(_ a: Int32, _ b: Int32) -> Int32 {
      let key = Self.edgeKey(a, b)
      if let known = middles[key] { return known }
      let number = Int32(result.vertices.count)
      result.vertices.append((vertices[Int(a)] + vertices[Int(b)]) / 2)
      middles[key] = number
      return number
    }
    for corner in triangles {
      let ab = middle(corner.x, corner.y)
      let bc = middle(corner.y, corner.z)
      let ca = middle(corner.z, corner.x)
      result.triangles += [
        SIMD3(corner.x, ab, ca), SIMD3(ab, corner.y, bc), SIMD3(ca, bc, corner.z),
        SIMD3(ab, bc, ca),
      ]
    }
    return result
  }

  /// A surface over a grid of `columns` × `rows` cells: `point(s, t)` with both in 0...1.
  ///
  /// Normals along ∂s × ∂t. Where the grid wraps, the last line of vertices is the first one.
  public static func grid(
    columns: Int, rows: Int, wrapsColumns: Bool = false, wrapsRows: Bool = false,
    _ point: (Double, Double) -> SIMD3<Double>
  ) -> TriangleMesh {
    precondition(0 < columns && 0 < rows, "A grid has at least one cell.")
    let width = wrapsColumns ? columns : columns + 1
    let height = wrapsRows ? rows : rows + 1
    var mesh = TriangleMesh()
    for row in 0..<height {
      for column in 0..<width {
        mesh.vertices.append(
          point(Double(column) / Double(columns), Double(row) / Double(rows)))
      }
    }
    func vertex(_ column: Int, _ row: Int) -> Int32 {
      Int32((row % height) * width + column % width)
    }
    for row in 0..<rows {
      for column in 0..<columns {
        let (a, b) = (vertex(column, row), vertex(column + 1, row))
        let (c, d) = (vertex(column + 1, row + 1), vertex(column, row + 1))
        mesh.triangles += [SIMD3(a, b, c), SIMD3(a, c, d)]
      }
    }
    return mesh
  }

  /// A ring of radius `major` about the z axis whose tube has radius `minor`; normals outwards.
  public static func torus(
    center: SIMD3<Double> = .zero, majorAngstrom major: Double, minorAngstrom minor: Double,
    around: Int, across: Int
  ) -> TriangleMesh {
    grid(columns: around, rows: across, wrapsColumns: true, wrapsRows: true) { s, t in
      let (u, v) = (2 * .pi * s, 2 * .pi * t)
      let reach = major + minor * .cos(v)
      return center + SIMD3(reach * .cos(u), reach * .sin(u), minor * .sin(v))
    }
  }

  /// The open mantle of a cylinder about the z axis, from z = 0 up; normals outwards.
  public static func cylinder(
    base: SIMD3<Double> = .zero, radiusAngstrom radius: Double, heightAngstrom height: Double,
    around: Int, along: Int
  ) -> TriangleMesh {
    grid(columns: around, rows: along, wrapsColumns: true) { s, t in
      base + SIMD3(radius * .cos(2 * .pi * s), radius * .sin(2 * .pi * s), height * t)
    }
  }
}
