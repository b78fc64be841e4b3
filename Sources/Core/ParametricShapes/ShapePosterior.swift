import LinearAlgebra
import Meshes
import RealModule

/// The most probable shape of a family and its log evidence, to Laplace's approximation.
struct ShapePosterior<Shape: ParametricShape> {
  let descent: ShapeDescent<Shape>
  /// Natural logarithm, per Å of each place.
  let logEvidence: Double
  /// f: by how much the surface's standard deviations are off.
  let factor: Double
  /// Share of the places that are outliers.
  let outlierShare: Double
  private let hessian: CholeskyFactor

  /// Nil where the family has no shape near the cloud.
  init?(_ cloud: ShapeCloud) {
    let starts = Shape.starts(cloud).map { Self.robust(from: $0, cloud) }
    guard
      var best = starts.filter({ Self.isMembrane($0.descent.shape, cloud) })
        .min(by: { $0.cost < $1.cost })
    else { return nil }
    var kept: [Int] = []
    var fitted: (errors: CorrelatedErrors, hessian: CholeskyFactor, value: Double)?
    for _ in 0..<6 {
      let next = Self.inliers(best.descent.distances, cloud, factor: best.factor)
      if next == kept { break }
      kept = next
      guard best.descent.shape.priors.count < kept.count,
        let errors = CorrelatedErrors(cloud, kept: kept)
      else { return nil }
      for _ in 0..<8 {
        best.descent.settle(factor: best.factor, steps: 10, errors.whitened)
        let whitened = errors.whitened(best.descent.distances)
        let factor = Double.exp(errors.logFactor(squares: scalarProduct(whitened, whitened)))
        let change = abs(factor / best.factor - 1)
        best.factor = factor
        if change < 1e-4 { break }
      }
      guard let found = Self.evidence(best.descent, errors, factor: best.factor) else {
        return nil
      }
      fitted = (errors, found.hessian, found.value)
    }
    guard let fitted, Self.isMembrane(best.descent.shape, cloud) else { return nil }
    (descent, factor, hessian) = (best.descent, best.factor, fitted.hessian)
    logEvidence = fitted.value - Double(cloud.places.count) * .log(cloud.scale)
    outlierShare = 1 - Double(kept.count) / Double(cloud.places.count)
  }

  /// Log evidence in the cloud's units, and the posterior's precision.
  ///
  /// The factor's logarithm is an unknown like the shape's; at the largest value it is independent of
  /// them to this order. Which places are outliers is taken at its best.
  private static func evidence(
    _ descent: ShapeDescent<Shape>, _ errors: CorrelatedErrors, factor: Double
  ) -> (hessian: CholeskyFactor, value: Double)? {
    let priors = descent.shape.priors
    guard let hessian = CholeskyFactor(descent.quadratic(factor: factor, errors.whitened).hessian)
    else { return nil }
    let whitened = errors.whitened(descent.distances)
    let squares = scalarProduct(whitened, whitened) / (factor * factor)
    let kept = Double(errors.kept.count)
    let likelihood =
      -(squares + errors.logDeterminant + kept * .log(2 * .pi)) / 2 - kept * .log(factor)
      + kept * .log(1 - SurfaceErrors.outlierShare)
      + outlierLikelihood(descent.cloud, kept: errors.kept)
    let deviation = SurfaceErrors.logFactorDeviation
    let prior = (priors + [(.log(factor), deviation)]).reduce(0) { sum, prior in
      let off = prior.value / prior.deviation
      return sum - off * off / 2 - .log(prior.deviation)
    }
    // The (2π)^(k/2) of Laplace's integral and of the priors cancel.
    let volume =
      -(hessian.logDeterminant + .log(2 * squares + 1 / (deviation * deviation))) / 2
    return (hessian, likelihood + prior + volume)
  }

  /// An outlier is anywhere in the box, its neighbours where it is: of each place so much is an outlier of
  /// its own as an error there is independent, the rest as probable as an error is on average.
  private static func outlierLikelihood(_ cloud: ShapeCloud, kept: [Int]) -> Double {
    let inside = Set(kept)
    return cloud.deviations.indices.reduce(0) { sum, place in
      if inside.contains(place) { return sum }
      let own = Double.log(SurfaceErrors.outlierShare / SurfaceErrors.outlierRange)
      let following = -(1 + .log(2 * .pi)) / 2 - .log(cloud.deviations[place])
      return sum + cloud.independence * own + (1 - cloud.independence) * following
    }
  }

  /// Tukey's biweight of the distance over its 68 % quantile, before correlations are looked at.
  private static func robust(
    from start: Shape, _ cloud: ShapeCloud
  ) -> (descent: ShapeDescent<Shape>, factor: Double, cost: Double) {
    var descent = ShapeDescent(cloud, from: start)
    var factor = 1.0
    for _ in 0..<15 {
      let ratios = zip(descent.distances, cloud.deviations).map { abs($0 / $1) }
      factor = max(scale(of: ratios.map { ($0, 1) }), 1)
      let weights = zip(ratios, cloud.deviations).map { ratio, deviation in
        let share = ratio / (4.685 * factor)
        return max(1 - share * share, 0) / deviation
      }
      descent.settle(factor: factor, steps: 3) { zip($0, weights).map { $0 * $1 } }
    }
    let cost = zip(descent.distances, cloud.deviations).reduce(0) { sum, entry in
      sum + .log(1 + entry.0 * entry.0 / (entry.1 * entry.1))
    }
    return (descent, factor, cost)
  }

  /// Whether a membrane can have the shape: it is spanned, bends no more than one can, and the cloud's normals agree
  /// with its own, all or none of them. A flat pouch about a noisy sheet, or about a sheet with bumps, is
  /// nearer to it than a plane.
  private static func isMembrane(_ shape: Shape, _ cloud: ShapeCloud) -> Bool {
    guard shape.isSpanned,
      SurfaceErrors.smallestRadiusAngstrom <= shape.smallestRadius * cloud.scale
    else { return false }
    let reach = 1e-3
    let outward = zip(cloud.places, cloud.normals).count { place, normal in
      shape.distance(from: place - reach * normal) < shape.distance(from: place + reach * normal)
    }
    let share = Double(outward) / Double(cloud.places.count)
    return 0.75 < max(share, 1 - share)
  }

  /// Places that are more probable as part of the shape than as anything else in the box.
  private static func inliers(
    _ distances: [Double], _ cloud: ShapeCloud, factor: Double
  ) -> [Int] {
    let share = SurfaceErrors.outlierShare
    return distances.indices.filter { place in
      let deviation = factor * cloud.deviations[place]
      let off = distances[place] / deviation
      let odds = (1 - share) * SurfaceErrors.outlierRange / (share * deviation)
      return off * off / 2 < .log(odds) - .log(2 * .pi) / 2
    }
  }
}

/// What 68.3 % of the weight lies below: 1 for the sizes of standard normal numbers.
private func scale(of values: [WeightedValue]) -> Double {
  weightedQuantile(0.6827, of: values) ?? .infinity
}

// MARK: - Results

extension ShapePosterior {
  /// Each parameter's standard deviation by the delta method.
  func deviations(_ parameters: [FitParameter], in cloud: ShapeCloud) -> [Double] {
    let (size, count) = (1e-4, descent.shape.priors.count)
    let slopes = (0..<count).map { unknown in
      let sides = [size, -size].map { side in
        var step = [Double](repeating: 0, count: count)
        step[unknown] = side
        return descent.shape.moved(by: step).parameters(in: cloud)
      }
      return zip(sides[0], sides[1]).map { ($0.value - $1.value) / (2 * size) }
    }
    return parameters.indices.map { parameter in
      let whitened = hessian.whitened(slopes.map { $0[parameter] })
      return scalarProduct(whitened, whitened).squareRoot()
    }
  }

  /// The family's entry in a choice.
  func candidate(_ surface: MembraneSurface, in cloud: ShapeCloud) -> ShapeCandidate {
    let parameters = descent.shape.parameters(in: cloud)
    var (squares, total, ratios): (Double, Double, [(value: Double, weight: Double)]) = (0, 0, [])
    for (vertex, area) in surface.mesh.vertexAreasAngstrom2().enumerated() {
      let distance =
        cloud.scale
        * abs(descent.shape.distance(from: cloud.scaled(surface.mesh.vertices[vertex])))
      let deviation = Double(surface.standardDeviationAngstrom[vertex])
      squares += area * distance * distance
      total += area
      if deviation.isFinite, 0 < deviation { ratios.append((distance / deviation, area)) }
    }
    return ShapeCandidate(
      model: Shape.name, logEvidence: logEvidence, parameters: parameters,
      deviations: deviations(parameters, in: cloud),
      rmsResidualAngstrom: (squares / total).squareRoot(), departure: scale(of: ratios),
      errorFactor: factor, outlierShare: outlierShare)
  }
}
