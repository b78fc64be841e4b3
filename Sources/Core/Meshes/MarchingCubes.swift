import LinearAlgebra
public import Volumes

/// The level surface of a sampled function as triangles (Lorensen & Cline 1987, with a table that
/// leaves no cracks).
///
/// Normals point to where the function is above the level. Vertices lie on the edges of the grid
/// and are shared by all triangles that meet there, also across the parts a grid is worked in:
/// they are known by their edge. Cells with a value that is not finite are left out, which makes an
/// open surface.
public struct MarchingCubes: Sendable {
  /// The value that the surface is drawn at.
  public let level: Float
  private let table = MarchingCubesTable()

  /// Makes the method.
  public init(level: Float = 0) { self.level = level }

  /// The surface inside one block, vertices in grid coordinates (voxel centres at whole numbers).
  public func mesh(of block: Block<Float>) -> TriangleMesh {
    var part = Part()
    append(block, to: &part)
    return Self.joined([part])
  }

  /// The surface inside some part of a grid, not yet joined with the others.
  public struct Part: Sendable {
    /// Vertices in grid coordinates, with the grid edge they lie on.
    var vertices: [SIMD3<Double>] = []
    var edges: [GridEdge] = []
    var triangles: [SIMD3<Int32>] = []

    /// An empty part.
    public init() {}

    /// Leaves out the triangles for which `isKept` is false. It gets their centre and their normal
    /// of any length, both in grid coordinates.
    public mutating func keepTriangles(
      where isKept: (_ center: SIMD3<Double>, _ normal: SIMD3<Double>) -> Bool
    ) {
      triangles.removeAll { corner in
        let (a, b) = (vertices[Int(corner.x)], vertices[Int(corner.y)])
        let c = vertices[Int(corner.z)]
        return !isKept((a + b + c) / 3, (b - a).cross(c - a))
      }
    }
  }

  /// An edge of the grid: its lower end and the axis it runs along.
  struct GridEdge: Hashable, Sendable {
    var x, y, z: Int32
    var axis: Int8
  }

  /// The surface inside one block, to be joined with that of blocks that share a layer of samples.
  public func part(of block: Block<Float>) -> Part {
    var part = Part()
    append(block, to: &part)
    return part
  }

  /// One mesh out of parts; vertices on the same grid edge become one.
  public static func joined(_ parts: [Part]) -> TriangleMesh {
    var mesh = TriangleMesh()
    var known: [GridEdge: Int32] = [:]
    for part in parts {
      let numbers = part.edges.indices.map { vertex -> Int32 in
        if let number = known[part.edges[vertex]] { return number }
        let number = Int32(mesh.vertices.count)
        known[part.edges[vertex]] = number
        mesh.vertices.append(part.vertices[vertex])
        return number
      }
      for corner in part.triangles {
        mesh.triangles.append(
          SIMD3(numbers[Int(corner.x)], numbers[Int(corner.y)], numbers[Int(corner.z)]))
      }
    }
    return mesh
  }
}

extension MarchingCubes {
  private func append(_ block: Block<Float>, to part: inout Part) {
    let (lower, upper) = (block.region.lower, block.region.upper)
    guard 1 < block.region.size.x && 1 < block.region.size.y && 1 < block.region.size.z else {
      return
    }
    let size = block.region.size
    let offsets = (0..<8).map { corner in
      (corner & 1) + (corner >> 1 & 1) * size.x + (corner >> 2) * size.x * size.y
    }
    var known: [GridEdge: Int32] = [:]
    for z in lower.z..<(upper.z - 1) {
      for y in lower.y..<(upper.y - 1) {
        let row = block.rowRange(y: y, z: z).lowerBound
        for x in 0..<(size.x - 1) {
          let pattern = pattern(block.samples, at: row &+ x, offsets)
          if pattern == 0 || pattern == 255 { continue }
          let cell = VoxelIndex(x: lower.x + x, y: y, z: z)
          for triangle in table.triangles[pattern] {
            var corner = SIMD3<Int32>(repeating: 0)
            for place in 0..<3 {
              corner[place] = vertex(
                on: triangle[place], of: cell, at: row &+ x, in: block, offsets, &known, &part)
            }
            part.triangles.append(corner)
          }
        }
      }
    }
  }

  /// Which corners are below the level; 0 where one is not finite.
  @inline(__always)
  private func pattern(_ samples: [Float], at start: Int, _ offsets: [Int]) -> Int {
    var pattern = 0
    for corner in 0..<8 {
      let value = samples[start &+ offsets[corner]]
      if !value.isFinite { return 0 }
      if value < level { pattern |= 1 << corner }
    }
    return pattern
  }

  private func vertex(
    on edge: Int, of cell: VoxelIndex, at start: Int, in block: Block<Float>, _ offsets: [Int],
    _ known: inout [GridEdge: Int32], _ part: inout Part
  ) -> Int32 {
    let (low, high) = MarchingCubesTable.edges[edge]
    let axis = MarchingCubesTable.axis(ofEdge: edge)
    let key = GridEdge(
      x: Int32(cell.x + (low & 1)), y: Int32(cell.y + (low >> 1 & 1)),
      z: Int32(cell.z + (low >> 2)),
      axis: Int8(axis))
    if let number = known[key] { return number }
    let (a, b) = (block.samples[start + offsets[low]], block.samples[start + offsets[high]])
    // Kept off the ends: vertices of edges that meet in a grid point would fall together.
    let share = min(max(Double((level - a) / (b - a)), 0.001), 0.999)
    var position = SIMD3(Double(key.x), Double(key.y), Double(key.z))
    position[axis] += share
    let number = Int32(part.vertices.count)
    known[key] = number
    part.vertices.append(position)
    part.edges.append(key)
    return number
  }
}
