import LinearAlgebra
import RealModule

/// Distances of a cloud from a shape, made to fit by Levenberg and Marquardt's method.
///
/// Minimised is Σ (whitened distance / factor)² + Σ (prior's value / deviation)².
struct ShapeDescent<Shape: ParametricShape> {
  let cloud: ShapeCloud
  private(set) var shape: Shape
  /// Orthogonal distances of all places.
  private(set) var distances: [Double]

  init(_ cloud: ShapeCloud, from shape: Shape) {
    (self.cloud, self.shape) = (cloud, shape)
    distances = Self.distances(cloud, shape)
  }

  private static func distances(_ cloud: ShapeCloud, _ shape: Shape) -> [Double] {
    cloud.places.map { shape.distance(from: $0) }
  }

  /// - Parameters:
  ///   - factor: that the whitened distances are divided by.
  ///   - whiten: linear, from distances of all places.
  mutating func settle(factor: Double, steps: Int, _ whiten: ([Double]) -> [Double]) {
    var damping = 1e-3
    for _ in 0..<steps {
      let (hessian, gradient) = quadratic(factor: factor, whiten)
      let before = cost(shape, distances, factor: factor, whiten)
      var gain = 0.0
      while damping < 1e8 {
        guard let step = Self.step(hessian, gradient, damping: damping) else {
          damping *= 10
          continue
        }
        let next = shape.moved(by: step)
        let found = Self.distances(cloud, next)
        gain = before - cost(next, found, factor: factor, whiten)
        if 0 <= gain {
          (shape, distances) = (next, found)
          damping = max(damping / 10, 1e-9)
          break
        }
        damping *= 10
      }
      if !(1e-9 * (1 + before) < gain) { break }
    }
  }

  /// Gauss and Newton's Hessian (half of the second derivatives) and half of the gradient.
  func quadratic(
    factor: Double, _ whiten: ([Double]) -> [Double]
  ) -> (hessian: [Double], gradient: [Double]) {
    let count = shape.priors.count
    let whitened = whiten(distances).map { $0 / factor }
    let columns = slopes.map { slope in whiten(slope).map { $0 / factor } }
    var hessian = [Double](repeating: 0, count: count * count)
    var gradient = [Double](repeating: 0, count: count)
    for (row, prior) in shape.priors.enumerated() {
      for column in 0...row {
        hessian[count * row + column] = scalarProduct(columns[row], columns[column])
      }
      let precision = 1 / (prior.deviation * prior.deviation)
      hessian[(count + 1) * row] += precision
      gradient[row] = scalarProduct(columns[row], whitened) + precision * prior.value
    }
    return (hessian, gradient)
  }

  /// Change of all distances by each unknown, by central differences.
  private var slopes: [[Double]] {
    // Errors of h² / 6 and of 1e-8 / h (eigenvalues), both far below what steps need.
    let size = 1e-4
    return shape.priors.indices.map { unknown in
      let sides = [size, -size].map { side in
        var step = [Double](repeating: 0, count: shape.priors.count)
        step[unknown] = side
        return Self.distances(cloud, shape.moved(by: step))
      }
      return zip(sides[0], sides[1]).map { ($0 - $1) / (2 * size) }
    }
  }

  private func cost(
    _ shape: Shape, _ distances: [Double], factor: Double, _ whiten: ([Double]) -> [Double]
  ) -> Double {
    let whitened = whiten(distances)
    return scalarProduct(whitened, whitened) / (factor * factor)
      + shape.priors.reduce(0) { $0 + $1.value * $1.value / ($1.deviation * $1.deviation) }
  }

  private static func step(_ hessian: [Double], _ gradient: [Double], damping: Double) -> [Double]?
  {
    var damped = hessian
    for row in gradient.indices { damped[(gradient.count + 1) * row] *= 1 + damping }
    return CholeskyFactor(damped)?.solution(gradient).map { -$0 }
  }
}
