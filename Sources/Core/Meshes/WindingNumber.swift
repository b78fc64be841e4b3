import LinearAlgebra
import RealModule

/// How often surfaces wind around a place, also where they have holes.
///
/// The generalised winding number: the solid angle that the oriented triangles cover as seen from
/// the place, over 4π. It is 1 inside and 0 outside of a closed surface with outward normals; near a
/// hole it falls smoothly, and is ½ on the flat disc that would close a flat rim. A crack or a
/// double layer does little (Jacobson, Kavan & Sorkine-Hornung 2013, eq. 5).
///
/// Far clusters of triangles count as dipoles (Barill, Dickson, Schmidt, Levin & Jacobson 2018,
/// first order, §3.2). Building takes O(n log n), a question about O(log n).
public struct WindingNumber: Sendable {
  private let index: MeshIndex
  /// One a node of the index.
  private let dipoles: [Dipole]

  /// A cluster of triangles seen from afar.
  private struct Dipole: Sendable {
    /// Mean of the triangles' centres by area.
    var center = SIMD3<Double>.zero
    /// Sum of area times normal.
    var moment = SIMD3<Double>.zero
    var area = 0.0
    /// Of a ball about the centre that holds all triangles.
    var radius = 0.0
    /// The node after the last one below this.
    var end = 0

    /// Adds a triangle; `center` stays a sum until all are in.
    mutating func add(center: SIMD3<Double>, moment: SIMD3<Double>, area: Double) {
      self.center += area * center
      self.moment += moment
      self.area += area
    }
  }

  /// A cluster is far beyond this many of its radii. A dipole's error falls with the square: 2.3, which
  /// Barill uses with higher orders, leaves errors of 0.04 near a torus, this 0.01.
  private static let farRadii = 5.0

  /// Makes an index of an oriented mesh, which may be open, in pieces, or empty.
  public init(_ mesh: TriangleMesh) {
    index = MeshIndex(mesh)
    var dipoles = [Dipole](repeating: Dipole(), count: index.nodes.count)
    // Children come after their parents.
    for number in index.nodes.indices.reversed() {
      let node = index.nodes[number]
      var dipole = Dipole()
      if 0 < node.count {
        for place in Int(node.first)..<Int(node.first + node.count) {
          let triangle = Int(index.order[place])
          let (a, b, c) = mesh.corners(of: triangle)
          let vector = mesh.areaVector(of: triangle) / 2
          dipole.add(center: (a + b + c) / 3, moment: vector, area: vector.length)
        }
      } else {
        for child in [number + 1, Int(node.first)] {
          let part = dipoles[child]
          dipole.center += part.center
          dipole.moment += part.moment
          dipole.area += part.area
        }
      }
      dipole.end = 0 < node.count ? number + 1 : dipoles[Int(node.first)].end
      dipoles[number] = dipole
    }
    for number in dipoles.indices {
      guard 0 < dipoles[number].area else { continue }
      dipoles[number].center /= dipoles[number].area
      let (node, center) = (index.nodes[number], dipoles[number].center)
      let far = pointwiseMax(
        (node.lower - center).magnitudes, (node.upper - center).magnitudes)
      dipoles[number].radius = far.length
    }
    self.dipoles = dipoles
  }

  /// The winding number at a position in Å.
  public func value(at position: SIMD3<Double>) -> Double {
    var (angle, number) = (0.0, 0)
    while number < dipoles.count {
      let (node, dipole) = (index.nodes[number], dipoles[number])
      let offset = dipole.center - position
      let distance = offset.length
      if Self.farRadii * dipole.radius < distance {
        angle += offset.dot(dipole.moment) / (distance * distance * distance)
        number = dipole.end
      } else if 0 < node.count {
        for place in Int(node.first)..<Int(node.first + node.count) {
          let (a, b, c) = index.mesh.corners(of: Int(index.order[place]))
          angle += solidAngle(a - position, b - position, c - position)
        }
        number = dipole.end
      } else {
        number += 1
      }
    }
    return angle / (4 * .pi)
  }
}

extension WindingNumber {
  /// The mesh's index, for nearest points.
  public var meshIndex: MeshIndex { index }
}

/// Solid angle of a triangle seen from the origin, above 0 where its normal points away
/// (Van Oosterom & Strackee 1983, eq. 8).
func solidAngle(_ a: SIMD3<Double>, _ b: SIMD3<Double>, _ c: SIMD3<Double>) -> Double {
  let (la, lb, lc) = (a.length, b.length, c.length)
  let above = a.dot(b.cross(c))
  let below = la * lb * lc + a.dot(b) * lc + b.dot(c) * la + c.dot(a) * lb
  return 2 * .atan2(y: above, x: below)
}
