import LinearAlgebra
import Meshes
import TomogramModel
import Volumes

/// The half space n·x <= offset.
struct HalfSpace: Sendable {
  var normal: SIMD3<Double>
  var offset: Double

  /// Above 0 outside.
  func excess(_ position: SIMD3<Double>) -> Double { normal.dot(position) - offset }
}

/// A mesh with a unit normal at each vertex.
struct OrientedMesh: Sendable {
  var mesh: TriangleMesh
  var normals: [SIMD3<Double>]
  /// Whether a half space has cut something off.
  var isCut = false

  /// Takes the normals from the triangles around each vertex, weighted by area.
  init(_ mesh: TriangleMesh) {
    self.mesh = mesh
    normals = Array(repeating: .zero, count: mesh.vertices.count)
    for (index, corner) in mesh.triangles.enumerated() {
      let (a, b, c) = mesh.corners(of: index)
      let area = (b - a).cross(c - a)
      for axis in 0..<3 { normals[Int(corner[axis])] += area }
    }
    for index in normals.indices {
      let size = normals[index].length
      normals[index] = 0 < size ? normals[index] / size : SIMD3(0, 0, 1)
    }
  }

  /// The other side of the surface becomes the outer one.
  mutating func flip() {
    for index in normals.indices { normals[index] = -normals[index] }
    for index in mesh.triangles.indices {
      let corner = mesh.triangles[index]
      mesh.triangles[index] = SIMD3(corner.x, corner.z, corner.y)
    }
  }

  /// Cuts off what lies outside a half space.
  mutating func clip(to space: HalfSpace) { clip(where: space.excess) }

  /// Cuts off where a function of position, taken as linear along each edge, is above 0 (Sutherland
  /// & Hodgman, triangle by triangle; cut edges shared by two triangles share their new vertex).
  mutating func clip(where value: (SIMD3<Double>) -> Double) {
    let excess = mesh.vertices.map(value)
    guard excess.contains(where: { 0 < $0 }) else { return }
    isCut = true
    var cuts: [UInt64: Int32] = [:]
    var triangles: [SIMD3<Int32>] = []
    func cut(_ first: Int32, _ second: Int32) -> Int32 {
      let (low, high) = (min(first, second), max(first, second))
      let key = UInt64(low) << 32 | UInt64(high)
      if let known = cuts[key] { return known }
      let (a, b) = (Int(low), Int(high))
      let share = excess[a] / (excess[a] - excess[b])
      let new = Int32(mesh.vertices.count)
      mesh.vertices.append(mesh.vertices[a] + (mesh.vertices[b] - mesh.vertices[a]) * share)
      normals.append((normals[a] + (normals[b] - normals[a]) * share).normalized)
      cuts[key] = new
      return new
    }
    for corner in mesh.triangles {
      var polygon: [Int32] = []
      for axis in 0..<3 {
        let (here, next) = (corner[axis], corner[(axis + 1) % 3])
        let (inHere, inNext) = (excess[Int(here)] <= 0, excess[Int(next)] <= 0)
        if inHere { polygon.append(here) }
        if inHere != inNext { polygon.append(cut(here, next)) }
      }
      guard 3 <= polygon.count else { continue }
      for last in 2..<polygon.count {
        triangles.append(SIMD3(polygon[0], polygon[last - 1], polygon[last]))
      }
    }
    mesh.triangles = triangles
    dropUnusedVertices()
  }

  private mutating func dropUnusedVertices() {
    var names = [Int32](repeating: -1, count: mesh.vertices.count)
    var vertices: [SIMD3<Double>] = []
    var kept: [SIMD3<Double>] = []
    for index in mesh.triangles.indices {
      for axis in 0..<3 {
        let old = Int(mesh.triangles[index][axis])
        if names[old] < 0 {
          names[old] = Int32(vertices.count)
          vertices.append(mesh.vertices[old])
          kept.append(normals[old])
        }
        mesh.triangles[index][axis] = names[old]
      }
    }
    mesh.vertices = vertices
    normals = kept
  }

  /// Area in nm², in all and where the wedge does not hide it.
  func areasNm2(tilt: TiltGeometry) -> (all: Double, seen: Double) {
    var (all, seen) = (0.0, 0.0)
    for index in mesh.triangles.indices {
      let (a, b, c) = mesh.corners(of: index)
      let normal = (b - a).cross(c - a)
      let area = normal.length / 200
      all += area
      if 0 < area && !tilt.hides(normal: normal) { seen += area }
    }
    return (all, seen)
  }

  /// Enclosed volume in nm³ of a closed mesh, by the divergence theorem.
  var volumeNm3: Double {
    mesh.triangles.indices.reduce(0) { sum, index in
      let (a, b, c) = mesh.corners(of: index)
      return sum + a.dot(b.cross(c)) / 6000
    }
  }
}

extension VolumeGeometry {
  /// The box of all voxels, out to their outer faces, in Å.
  var box: (lower: SIMD3<Double>, upper: SIMD3<Double>) {
    (
      position(ofCoordinate: SIMD3(repeating: -0.5)).angstrom,
      position(
        ofCoordinate: SIMD3(
          Double(size.x) - 0.5, Double(size.y) - 0.5, Double(size.z) - 0.5)
      ).angstrom
    )
  }

  /// The six half spaces whose common part is `box`.
  var halfSpaces: [HalfSpace] {
    let box = box
    return (0..<3).flatMap { axis in
      var normal = SIMD3<Double>.zero
      normal[axis] = 1
      return [
        HalfSpace(normal: normal, offset: box.upper[axis]),
        HalfSpace(normal: -normal, offset: -box.lower[axis]),
      ]
    }
  }
}
