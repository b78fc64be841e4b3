import LinearAlgebra
import Meshes
import RealModule

/// Laying a disc of triangles flat with as little stretch as possible: the local/global method of
/// Liu, Zhang, Xu, Gotsman & Gortler 2008 (section 4, "as rigid as possible").
///
/// In turns, each triangle gets the rotation that fits its flat picture best (local), and vertices
/// move to where all rotated triangles agree best (global): a Laplace equation. Their energy, the
/// squared stretch of edges weighted by cotangents, falls with every turn. A surface that unrolls
/// without stretch (a cylinder, a cone) ends unrolled.
///
/// Our change: cotangents are bounded to 0.02 ... 20, so that the equation stays positive and slivers
/// do not spoil it; the least energy of an unstretched disc, 0, is where it was.
struct RigidFlattening {
  private let triangles: [SIMD3<Int32>]
  /// Corners of each triangle in its own plane.
  private let shapes: [(SIMD2<Double>, SIMD2<Double>, SIMD2<Double>)]
  /// Weights of the edges opposite to the corners.
  private let weights: [SIMD3<Double>]
  private let diagonal: [Double]

  /// Most turns; half of them are enough on smooth membranes.
  private static let mostTurns = 100
  /// A turn that moves vertices by less than this share of an edge is the last.
  private static let smallestMove = 1e-4

  init(_ mesh: TriangleMesh) {
    triangles = mesh.triangles
    shapes = mesh.triangles.indices.map { flatShape(mesh.corners(of: $0)) }
    weights = shapes.map { shape in
      let corner = [shape.0, shape.1, shape.2]
      return SIMD3(
        (0..<3).map { axis in
          let u = corner[(axis + 1) % 3] - corner[axis]
          let v = corner[(axis + 2) % 3] - corner[axis]
          let double = max(abs(u.x * v.y - u.y * v.x), .leastNormalMagnitude)
          return min(max((u * v).sum() / double, 0.02), 20)
        })
    }
    var sums = [Double](repeating: 0, count: mesh.vertices.count)
    for (triangle, weight) in zip(triangles, weights) {
      for axis in 0..<3 {
        sums[Int(triangle[(axis + 1) % 3])] += weight[axis]
        sums[Int(triangle[(axis + 2) % 3])] += weight[axis]
      }
    }
    diagonal = sums
  }

  /// Places with as little stretch as possible, from first ones.
  func flattened(from start: [SIMD2<Double>]) -> [SIMD2<Double>] {
    guard !triangles.isEmpty else { return start }
    var places = start
    let edge = shapes.reduce(0) { $0 + $1.1.x } / Double(shapes.count)
    for _ in 0..<Self.mostTurns {
      let next = solved(target(of: places), from: places)
      let move = zip(next, places).reduce(0) { max($0, ($1.0 - $1.1).length) }
      places = next
      if move < Self.smallestMove * edge { break }
    }
    return places
  }

  /// The right-hand side: edges as the rotated triangles want them.
  private func target(of places: [SIMD2<Double>]) -> [SIMD2<Double>] {
    var right = [SIMD2<Double>](repeating: .zero, count: places.count)
    for (number, triangle) in triangles.enumerated() {
      let shape = [shapes[number].0, shapes[number].1, shapes[number].2]
      var (along, across) = (0.0, 0.0)
      for axis in 0..<3 {
        let (a, b) = ((axis + 1) % 3, (axis + 2) % 3)
        let flat = places[Int(triangle[b])] - places[Int(triangle[a])]
        let own = shape[b] - shape[a]
        along += weights[number][axis] * (flat * own).sum()
        across += weights[number][axis] * (flat.y * own.x - flat.x * own.y)
      }
      let length = (along * along + across * across).squareRoot()
      let (cosine, sine) = length == 0 ? (1, 0) : (along / length, across / length)
      for axis in 0..<3 {
        let (a, b) = ((axis + 1) % 3, (axis + 2) % 3)
        let own = shape[b] - shape[a]
        let turned = SIMD2(cosine * own.x - sine * own.y, sine * own.x + cosine * own.y)
        right[Int(triangle[b])] += weights[number][axis] * turned
        right[Int(triangle[a])] -= weights[number][axis] * turned
      }
    }
    return right
  }

  private func laplacian(_ values: [SIMD2<Double>]) -> [SIMD2<Double>] {
    var result = zip(values, diagonal).map { $0 * $1 }
    for (number, triangle) in triangles.enumerated() {
      for axis in 0..<3 {
        let (a, b) = (Int(triangle[(axis + 1) % 3]), Int(triangle[(axis + 2) % 3]))
        result[a] -= weights[number][axis] * values[b]
        result[b] -= weights[number][axis] * values[a]
      }
    }
    return result
  }

  /// Solves the global step by conjugate gradients with the diagonal as preconditioner, both
  /// coordinates side by side. The equation leaves a shift open, which the start decides.
  private func solved(
    _ right: [SIMD2<Double>], from start: [SIMD2<Double>]
  ) -> [SIMD2<Double>] {
    var places = start
    var residual = zip(right, laplacian(places)).map { $0 - $1 }
    var scaled = zip(residual, diagonal).map { $0 / $1 }
    var direction = scaled
    var product = dot(residual, scaled)
    // A thousandth of the start's, or rounding: both squared.
    let rounding = zip(right, diagonal).reduce(0) { $0 + ($1.0 * $1.0).sum() / $1.1 } * 1e-24
    let goal = pointwiseMax(product * 1e-6, SIMD2(repeating: rounding))
    for _ in 0..<200 where goal.x < product.x || goal.y < product.y {
      let image = laplacian(direction)
      let step = product / pointwiseMax(dot(direction, image), SIMD2(repeating: 1e-300))
      for vertex in places.indices {
        places[vertex] += step * direction[vertex]
        residual[vertex] -= step * image[vertex]
        scaled[vertex] = residual[vertex] / diagonal[vertex]
      }
      let next = dot(residual, scaled)
      let ratio = next / pointwiseMax(product, SIMD2(repeating: 1e-300))
      for vertex in direction.indices {
        direction[vertex] = scaled[vertex] + ratio * direction[vertex]
      }
      product = next
    }
    return places
  }

  private func dot(_ one: [SIMD2<Double>], _ other: [SIMD2<Double>]) -> SIMD2<Double> {
    zip(one, other).reduce(SIMD2.zero) { $0 + $1.0 * $1.1 }
  }
}

/// A triangle in its own plane: the first corner at zero, the second on the first axis.
func flatShape(
  _ corners: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)
) -> (SIMD2<Double>, SIMD2<Double>, SIMD2<Double>) {
  let (a, b, c) = corners
  let length = (b - a).length
  let axis = (b - a).normalized
  let along = (c - a).dot(axis)
  let across = (c - a - along * axis).length
  return (.zero, SIMD2(length, 0), SIMD2(along, across))
}

extension SIMD2<Double> {
  /// Euclidean length.
  var length: Double { (self * self).sum().squareRoot() }
}
