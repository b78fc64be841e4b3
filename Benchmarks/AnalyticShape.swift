import LinearAlgebra
import RealModule

/// A surface known by formula about the origin, in Å: its distance, area, volume and curvature.
struct AnalyticShape {
  let name: String
  /// Half the box's edges.
  let reach: SIMD3<Double>
  /// Signed distance from the unbounded surface.
  let distance: (SIMD3<Double>) -> Double
  /// (κ₁ + κ₂) / 2 at a place on it, 1/Å.
  let meanCurvature: (SIMD3<Double>) -> Double
  /// Half spaces that the surface ends at, at right angles to it: distance beyond them.
  var cuts: [@Sendable (SIMD3<Double>) -> Double] = []
  var area: Double
  /// Nil for an open surface.
  var volume: Double?
  /// Root mean square of the mean curvature by area.
  let rmsCurvature: Double

  /// Distance from the surface with its rims: not below 0.
  func distanceWithRims(_ place: SIMD3<Double>) -> Double {
    let beyond = cuts.map { max($0(place), 0) }
    return beyond.reduce(distance(place) * distance(place)) { $0 + $1 * $1 }.squareRoot()
  }

  /// The half at x ≥ 0 of a shape that is its own mirror image there.
  var half: AnalyticShape {
    var half = self
    half.cuts.append { -$0.x }
    half.area /= 2
    half.volume = nil
    return half
  }
}

extension AnalyticShape {
  static func sphere(_ radius: Double) -> AnalyticShape {
    AnalyticShape(
      name: "sphere", reach: SIMD3(repeating: radius), distance: { $0.length - radius },
      meanCurvature: { _ in 1 / radius }, area: 4 * .pi * radius * radius,
      volume: 4 / 3 * .pi * radius * radius * radius, rmsCurvature: 1 / radius)
  }

  /// Thrice as long as its radius.
  static func cylinder(_ radius: Double) -> AnalyticShape {
    AnalyticShape(
      name: "cylinder", reach: SIMD3(radius, radius, 1.5 * radius),
      distance: { ($0.x * $0.x + $0.y * $0.y).squareRoot() - radius },
      meanCurvature: { _ in 0.5 / radius }, cuts: [{ abs($0.z) - 1.5 * radius }],
      area: 6 * .pi * radius * radius, volume: nil, rmsCurvature: 0.5 / radius)
  }

  /// A tube of the given radius in a ring of twice that.
  static func torus(_ tube: Double) -> AnalyticShape {
    let ring = 2 * tube
    // ∫ H² dA over a torus (Willmore 1965), in units of the area.
    let ratio = ring / tube
    let willmore = .pi * .pi * ratio * ratio / (ratio * ratio - 1).squareRoot()
    let area = 4 * .pi * .pi * ring * tube
    return AnalyticShape(
      name: "torus", reach: SIMD3(3 * tube, 3 * tube, tube),
      distance: { place in
        let beyond = (place.x * place.x + place.y * place.y).squareRoot() - ring
        return (beyond * beyond + place.z * place.z).squareRoot() - tube
      },
      meanCurvature: { place in
        let reach = (place.x * place.x + place.y * place.y).squareRoot()
        return 0.5 / tube + 0.5 * (1 - ring / reach) / tube
      }, area: area, volume: 2 * .pi * .pi * ring * tube * tube,
      rmsCurvature: (willmore / area).squareRoot())
  }

  /// A sheet around a plane, a square of 3 radii.
  static func plane(_ radius: Double) -> AnalyticShape {
    let edge = 3 * radius
    return AnalyticShape(
      name: "plane", reach: SIMD3(edge / 2, edge / 2, 0), distance: { $0.z },
      meanCurvature: { _ in 0 },
      cuts: [{ abs($0.x) - edge / 2 }, { abs($0.y) - edge / 2 }], area: edge * edge, volume: nil,
      rmsCurvature: 0)
  }

  /// z = a cos kx over one wave, as wide; bent with the given radius at its crests.
  static func waves(_ radius: Double) -> AnalyticShape {
    let (height, k) = (radius / 2, 1 / radius * Double.sqrt(2))
    let wave = 2 * .pi / k
    func bend(_ x: Double) -> Double {
      let slope = height * k * .sin(k * x)
      return height * k * k * .cos(k * x) / .pow(1 + slope * slope, 1.5) / 2
    }
    let steps = 4000
    let sums = (0..<steps).reduce(into: (area: 0.0, squares: 0.0)) { sums, step in
      let x = (Double(step) + 0.5) * wave / Double(steps)
      let slope = height * k * Double.sin(k * x)
      let area = (1 + slope * slope).squareRoot() * wave * wave / Double(steps)
      sums.area += area
      sums.squares += area * bend(x) * bend(x)
    }
    return AnalyticShape(
      name: "waves", reach: SIMD3(wave / 2, wave / 2, height),
      distance: { distanceFromWave($0.x, $0.z, height: height, k: k) },
      meanCurvature: { bend($0.x) },
      cuts: [{ abs($0.x) - wave / 2 }, { abs($0.y) - wave / 2 }], area: sums.area, volume: nil,
      rmsCurvature: (sums.squares / sums.area).squareRoot())
  }

  /// Newton's steps to the foot of the perpendicular, kept from leaving the half wave.
  private static func distanceFromWave(
    _ x: Double, _ z: Double, height: Double, k: Double
  ) -> Double {
    var foot = x
    for _ in 0..<30 {
      let (rise, slope) = (height * .cos(k * foot), -height * k * .sin(k * foot))
      let off = foot - x + (rise - z) * slope
      let change = 1 + slope * slope - max((rise - z) * k * k * rise, -0.5)
      foot -= min(max(off / max(change, 0.3), -0.3 / k), 0.3 / k)
    }
    let (across, up) = (x - foot, z - height * .cos(k * foot))
    return (up < 0 ? -1 : 1) * (across * across + up * up).squareRoot()
  }

  /// Semiaxes 1.4, 1 and 0.7 radii.
  static func ellipsoid(_ radius: Double) -> AnalyticShape {
    let axes = SIMD3(1.4, 1, 0.7) * radius
    let product = axes.x * axes.y * axes.z
    /// (a² + b² + c² − |p|²) / (2 (abc)² D^(3/2)), D = Σ x²/a⁴.
    func bend(_ place: SIMD3<Double>) -> Double {
      let d = (place / (axes * axes)).squaredLength
      return (axes.squaredLength - place.squaredLength) / (2 * product * product * .pow(d, 1.5))
    }
    let steps = 400
    var (area, squares) = (0.0, 0.0)
    for row in 0..<steps {
      for column in 0..<steps {
        let (t, p) = (
          (Double(row) + 0.5) * .pi / Double(steps),
          (Double(column) + 0.5) * 2 * .pi / Double(steps)
        )
        let place =
          axes * SIMD3(Double.sin(t) * Double.cos(p), Double.sin(t) * Double.sin(p), Double.cos(t))
        let part =
          product * (place / (axes * axes)).length * Double.sin(t) * 2 * .pi * .pi
          / Double(steps * steps)
        area += part
        squares += part * bend(place) * bend(place)
      }
    }
    return AnalyticShape(
      name: "ellipsoid", reach: axes, distance: { distanceFromEllipsoid($0, axes) },
      meanCurvature: bend, area: area, volume: 4 / 3 * .pi * product,
      rmsCurvature: (squares / area).squareRoot())
  }

  /// By bisection of t in Σ (a y / (t + a²))² = 1; the nearest point is a² y / (t + a²).
  private static func distanceFromEllipsoid(_ y: SIMD3<Double>, _ axes: SIMD3<Double>) -> Double {
    let squares = axes * axes
    var (low, high) = (-squares.min(), axes.max() * y.length)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if 1 < (axes * y / (middle + squares)).squaredLength { low = middle } else { high = middle }
    }
    let size = (y - squares * y / (high + squares)).length
    return high < 0 ? -size : size
  }
}

// MARK: - Shapes that are none of those that are fitted

extension AnalyticShape {
  /// A vesicle that is half way to two: overlapping balls of 1 and 0.75 radii, blended.
  static func budding(_ radius: Double) -> AnalyticShape {
    none("budding", reach: SIMD3(radius, radius, 1.9 * radius)) { place in
      let blend = 0.3 * radius
      let (first, second) = (
        (place + SIMD3(0, 0, 0.75 * radius)).length - radius,
        (place - SIMD3(0, 0, 0.75 * radius)).length - 0.75 * radius
      )
      let mixed = max(blend - abs(first - second), 0) / blend
      return min(first, second) - mixed * mixed * blend / 4
    }
  }

  /// A rounded box.
  static func box(_ radius: Double) -> AnalyticShape {
    none("box", reach: SIMD3(repeating: radius)) { place in
      let beyond = place.magnitudes - 0.7 * radius
      let outside = SIMD3(max(beyond.x, 0), max(beyond.y, 0), max(beyond.z, 0)).length
      return outside + min(beyond.max(), 0) - 0.3 * radius
    }
  }

  private static func none(
    _ name: String, reach: SIMD3<Double>, distance: @escaping (SIMD3<Double>) -> Double
  ) -> AnalyticShape {
    AnalyticShape(
      name: name, reach: reach, distance: distance, meanCurvature: { _ in .nan }, area: .nan,
      volume: nil, rmsCurvature: .nan)
  }
}
