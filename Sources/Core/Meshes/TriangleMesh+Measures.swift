public import LinearAlgebra

extension TriangleMesh {
  /// Twice the area of a triangle as a vector along its normal.
  @inlinable
  public func areaVector(of triangle: Int) -> SIMD3<Double> {
    let (a, b, c) = corners(of: triangle)
    return (b - a).cross(c - a)
  }

  /// Area of a triangle in Å².
  @inlinable
  public func area(of triangle: Int) -> Double { areaVector(of: triangle).length / 2 }

  /// Area in Å².
  public var areaAngstrom2: Double {
    triangles.indices.reduce(0) { $0 + area(of: $1) }
  }

  /// Area in nm².
  public var areaNm2: Double { areaAngstrom2 / 100 }

  /// Third of each triangle's area for each of its corners, in Å²; sums to the mesh's area.
  public func vertexAreasAngstrom2() -> [Double] {
    var areas = [Double](repeating: 0, count: vertices.count)
    for triangle in triangles.indices {
      let share = area(of: triangle) / 3
      for axis in 0..<3 { areas[Int(triangles[triangle][axis])] += share }
    }
    return areas
  }

  /// Volume on the inner side in Å³, by the divergence theorem: above 0 where the normals of a
  /// closed mesh point outwards. Meaningless for an open mesh.
  public var signedVolumeAngstrom3: Double {
    // Relative to a vertex: far from the origin the terms would be large and cancel.
    guard let reference = vertices.first else { return 0 }
    return triangles.indices.reduce(0) { sum, triangle in
      let (a, b, c) = corners(of: triangle)
      return sum + (a - reference).dot((b - reference).cross(c - reference)) / 6
    }
  }

  /// Smallest box that holds all vertices, as its two corners in Å; nil without vertices.
  public var boundsAngstrom: (lower: SIMD3<Double>, upper: SIMD3<Double>)? {
    guard let first = vertices.first else { return nil }
    return vertices.reduce(into: (lower: first, upper: first)) { box, vertex in
      box.lower = pointwiseMin(box.lower, vertex)
      box.upper = pointwiseMax(box.upper, vertex)
    }
  }

  /// Area-weighted mean of the triangles' centres in Å; nil for a mesh without area.
  public var centroidAngstrom: SIMD3<Double>? {
    var (sum, weight) = (SIMD3<Double>.zero, 0.0)
    for triangle in triangles.indices {
      let (a, b, c) = corners(of: triangle)
      let area = area(of: triangle)
      sum += (a + b + c) / 3 * area
      weight += area
    }
    return weight == 0 ? nil : sum / weight
  }
}
