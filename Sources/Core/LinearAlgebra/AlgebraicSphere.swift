/// The sphere with the least algebraic distance from points, |p − c|² − r²: linear in 2 c and r² − |c|²
/// (Kåsa 1976). Of points on a part of a sphere with noise its radius is too small.
///
/// - Parameters:
///   - points: near the origin for their distances from each other, or digits are lost.
///   - weights: of the points; nil: all alike.
/// - Returns: nil where no single sphere is nearest, as for fewer than four points or points of a plane.
public func algebraicSphere(
  near points: [SIMD3<Double>], weights: [Double]? = nil
) -> (center: SIMD3<Double>, radius: Double)? {
  var equations = NormalEquations(unknowns: 4)
  for (number, p) in points.enumerated() {
    equations.add([2 * p.x, 2 * p.y, 2 * p.z, 1], p.dot(p), weight: weights?[number] ?? 1)
  }
  guard let x = equations.solution() else { return nil }
  let center = SIMD3(x[0], x[1], x[2])
  let square = x[3] + center.dot(center)
  return 0 < square ? (center, square.squareRoot()) : nil
}
