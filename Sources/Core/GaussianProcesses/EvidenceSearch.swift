import RealModule

/// A point of a search: a function's arguments.
struct SearchResult: Hashable, Sendable {
  /// Where the function is largest.
  var arguments: [Double]
  /// Its value there.
  var value: Double
  /// How often it was computed.
  var evaluations: Int
  /// Whether the simplex shrank to the tolerance before evaluations ran out.
  var hasConverged: Bool
}

/// Maximises a smooth function of two or three arguments by Nelder and Mead's simplex (1965, Computer
/// Journal 7, 308; coefficients 1, 2, ½, ½), from a simplex with the given edges.
///
/// Derivative-free, because a gradient of the evidence costs a selected inverse; deterministic.
///
/// - Parameters:
///   - tolerance: done when the values at the corners differ by less.
///   - limit: evaluations at most; then `hasConverged` is false.
func maximum<Failure: Error>(
  from start: [Double], edge: Double, tolerance: Double, limit: Int,
  of function: ([Double]) throws(Failure) -> Double
) throws(Failure) -> SearchResult {
  var evaluations = 0
  func evaluated(_ arguments: [Double]) throws(Failure) -> Corner {
    evaluations += 1
    let value = try function(arguments)
    return Corner(arguments: arguments, value: value.isNaN ? -.infinity : value)
  }
  var simplex = [try evaluated(start)]
  for axis in start.indices {
    var other = start
    other[axis] += edge
    simplex.append(try evaluated(other))
  }
  while true {
    simplex.sort { $0.value > $1.value }
    let (best, worst) = (simplex[0], simplex[simplex.count - 1])
    let hasConverged = best.value - worst.value < tolerance
    if hasConverged || limit <= evaluations {
      return SearchResult(
        arguments: best.arguments, value: best.value, evaluations: evaluations,
        hasConverged: hasConverged)
    }
    if let better = try replacement(ofWorstIn: simplex, evaluated) {
      simplex[simplex.count - 1] = better
      continue
    }
    for corner in 1..<simplex.count {
      simplex[corner] = try evaluated(
        Corner.between(best.arguments, simplex[corner].arguments, share: 0.5))
    }
  }
}

/// The worst corner reflected, expanded or contracted through the middle of the others; nil where
/// nothing of it is better, and the simplex has to shrink.
private func replacement<Failure: Error>(
  ofWorstIn simplex: [Corner], _ evaluated: ([Double]) throws(Failure) -> Corner
) throws(Failure) -> Corner? {
  let (best, worst) = (simplex[0], simplex[simplex.count - 1])
  let middle = Corner.mean(of: simplex.dropLast())
  let reflected = try evaluated(Corner.between(middle, worst.arguments, share: -1))
  if best.value < reflected.value {
    let expanded = try evaluated(Corner.between(middle, worst.arguments, share: -2))
    return reflected.value < expanded.value ? expanded : reflected
  }
  if simplex[simplex.count - 2].value < reflected.value { return reflected }
  let isOutside = worst.value < reflected.value
  let contracted = try evaluated(
    Corner.between(middle, worst.arguments, share: isOutside ? -0.5 : 0.5))
  return max(worst.value, reflected.value) < contracted.value ? contracted : nil
}

/// A corner of the simplex.
private struct Corner {
  var arguments: [Double]
  var value: Double

  static func mean(of corners: some Collection<Corner>) -> [Double] {
    let count = corners.first?.arguments.count ?? 0
    return (0..<count).map { axis in
      corners.reduce(0) { $0 + $1.arguments[axis] } / Double(corners.count)
    }
  }

  /// a + share (b − a).
  static func between(_ a: [Double], _ b: [Double], share: Double) -> [Double] {
    zip(a, b).map { $0 + share * ($1 - $0) }
  }
}
