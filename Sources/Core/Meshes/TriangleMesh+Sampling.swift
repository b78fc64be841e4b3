import LinearAlgebra

/// A place on a mesh.
public struct SurfaceSample: Sendable {
  /// Triangle it lies on.
  public var triangle: Int
  /// Position in Å.
  public var position: SIMD3<Double>
  /// The triangle's unit normal.
  public var normal: SIMD3<Double>
  /// Area it stands for, in Å².
  public var areaAngstrom2: Double

  /// Makes a sample.
  public init(
    triangle: Int, position: SIMD3<Double>, normal: SIMD3<Double>, areaAngstrom2: Double
  ) {
    (self.triangle, self.position) = (triangle, position)
    (self.normal, self.areaAngstrom2) = (normal, areaAngstrom2)
  }
}

extension TriangleMesh {
  /// Samples spread evenly over the area, without chance: each triangle is cut into n² equal ones
  /// no longer than `spacingAngstrom`, and their centres stand for equal shares of its area.
  public func surfaceSamples(spacingAngstrom spacing: Double) -> [SurfaceSample] {
    precondition(0 < spacing, "Samples lie some distance apart.")
    var samples: [SurfaceSample] = []
    for triangle in triangles.indices {
      let vector = areaVector(of: triangle)
      if vector == .zero { continue }
      let (a, b, c) = corners(of: triangle)
      let longest = max((b - a).length, (c - b).length, (a - c).length)
      let parts = max(Int((longest / spacing).rounded(.up)), 1)
      let (u, v) = ((b - a) / Double(parts), (c - a) / Double(parts))
      let area = vector.length / 2 / Double(parts * parts)
      func add(_ i: Double, _ j: Double) {
        samples.append(
          SurfaceSample(
            triangle: triangle, position: a + u * i + v * j, normal: vector.normalized,
            areaAngstrom2: area))
      }
      for row in 0..<parts {
        for column in 0..<(parts - row) {
          add(Double(column) + 1.0 / 3, Double(row) + 1.0 / 3)
          if column + 1 < parts - row { add(Double(column) + 2.0 / 3, Double(row) + 2.0 / 3) }
        }
      }
    }
    return samples
  }
}
