import LinearAlgebra
public import Meshes
import TomogramModel
import Volumes

/// The fitted surfaces of one half tomogram.
public struct HalfSurfaces: Sendable {
  /// A label for each surface.
  public let labels: [Int]
  /// The surfaces, in Å, with standard deviations.
  public let surfaces: [MembraneSurface]

  /// Names surfaces.
  ///
  /// - Precondition: one label a surface.
  public init(labels: [Int], surfaces: [MembraneSurface]) {
    precondition(labels.count == surfaces.count, "Each surface has a label.")
    (self.labels, self.surfaces) = (labels, surfaces)
  }
}

/// The surfaces of a half as one, to look for along the normals of the other's.
struct HalfIndex: Sendable {
  /// Where a normal meets a surface.
  struct Crossing: Sendable {
    /// How far along the normal, Å; below 0 on its other side.
    var offset: Double
    /// Place of the surface met among the half's.
    var membrane: Int
    /// Standard deviation there, Å, interpolated over the triangle.
    var standardDeviation: Double
  }

  /// Least cosine of the angle between two normals of one membrane: 60°. Walls met edgewise are
  /// others'.
  static let leastCosine = 0.5

  private let index: MeshIndex
  private let membraneOfTriangle: [Int32]
  private let standardDeviations: [Float]

  init(_ half: HalfSurfaces) {
    index = MeshIndex(TriangleMesh(joining: half.surfaces.map(\.mesh)))
    membraneOfTriangle = half.surfaces.enumerated().flatMap { number, surface in
      Array(repeating: Int32(number), count: surface.mesh.triangles.count)
    }
    standardDeviations = half.surfaces.flatMap(\.standardDeviationAngstrom)
  }

  /// Where the line along a normal first meets a surface that faces the same way or the opposite
  /// one (open in one half and closed in the other, a membrane may have either), to either side.
  ///
  /// - Parameters:
  ///   - normal: of length 1.
  ///   - reach: how far to look to either side, Å.
  func crossing(
    from place: SIMD3<Double>, along normal: SIMD3<Double>, within reach: Double
  ) -> Crossing? {
    let start = place - reach * normal + Self.aside(of: normal)
    var best: (triangle: Int, offset: Double)?
    var travelled = 0.0
    while let hit = index.firstHit(from: start, along: normal, beyond: travelled),
      hit.distance <= 2 * reach
    {
      travelled = hit.distance
      let offset = hit.distance - reach
      let area = index.mesh.areaVector(of: hit.triangle)
      let isAligned = Self.leastCosine * area.length <= abs(area.dot(normal))
      if isAligned && abs(offset) < best.map({ abs($0.offset) }) ?? .infinity {
        best = (hit.triangle, offset)
      }
    }
    return best.map { triangle, offset in
      Crossing(
        offset: offset, membrane: Int(membraneOfTriangle[triangle]),
        standardDeviation: standardDeviation(at: place + offset * normal, on: triangle))
    }
  }

  /// A thousandth of an angstrom across a normal, along no axis: a line exactly through a vertex or
  /// an edge may slip between the triangles there.
  private static func aside(of normal: SIMD3<Double>) -> SIMD3<Double> {
    let across = normal.anyPerpendicular
    return 1e-3 * (0.8193 * across + 0.5734 * normal.cross(across))
  }

  /// By the areas that a point of a triangle cuts it into.
  private func standardDeviation(at point: SIMD3<Double>, on triangle: Int) -> Double {
    let (a, b, c) = index.mesh.corners(of: triangle)
    let parts = [
      (b - point).cross(c - point).length, (c - point).cross(a - point).length,
      (a - point).cross(b - point).length,
    ]
    let corner = index.mesh.triangles[triangle]
    let sum = (0..<3).reduce(0.0) {
      $0 + parts[$1] * Double(standardDeviations[Int(corner[$1])])
    }
    return sum / parts.reduce(0, +)
  }
}
