import LinearAlgebra
import RealModule
public import Volumes

/// A mid-surface known by formula, in voxel coordinates (order x y z).
public enum AnalyticSurface: Sendable {
  /// The plane through `point`; `normal` of unit length.
  case plane(point: SIMD3<Double>, normal: SIMD3<Double>)
  /// A sphere.
  case sphere(centre: SIMD3<Double>, radius: Double)
  /// A cylinder about the line through `point` along `axis`, of unit length.
  case cylinder(point: SIMD3<Double>, axis: SIMD3<Double>, radius: Double)

  /// Distance from the surface; below 0 inside or under it.
  public func signedDistance(at place: SIMD3<Double>) -> Double {
    switch self {
    case .plane(let point, let normal): (place - point).dot(normal)
    case .sphere(let centre, let radius): (place - centre).length - radius
    case .cylinder(_, _, let radius): radial(at: place).length - radius
    }
  }

  /// Unit normal, towards rising distance.
  public func normal(at place: SIMD3<Double>) -> SIMD3<Double> {
    switch self {
    case .plane(_, let normal): normal
    case .sphere(let centre, _): (place - centre) / (place - centre).length
    case .cylinder: radial(at: place) / radial(at: place).length
    }
  }

  private func radial(at place: SIMD3<Double>) -> SIMD3<Double> {
    guard case .cylinder(let point, let axis, _) = self else { return .zero }
    let away = place - point
    return away - away.dot(axis) * axis
  }

  /// Voxels whose centre lies within half the thickness of the surface and satisfies `condition`.
  public func mask(
    size: VolumeSize, thickness: Double, where condition: (SIMD3<Double>) -> Bool = { _ in true }
  ) -> Block<Int8> {
    var samples: [Int8] = []
    samples.reserveCapacity(size.count)
    for z in 0..<size.z {
      for y in 0..<size.y {
        for x in 0..<size.x {
          let place = SIMD3(Double(x), Double(y), Double(z))
          let inside = abs(signedDistance(at: place)) <= thickness / 2 && condition(place)
          samples.append(inside ? 1 : 0)
        }
      }
    }
    return Block(region: Region(size), samples: samples)
  }
}

/// A unit vector from two angles in degrees: `theta` from z, `phi` from x.
public func direction(thetaDegrees theta: Double, phiDegrees phi: Double) -> SIMD3<Double> {
  let (t, p) = (theta * .pi / 180, phi * .pi / 180)
  return SIMD3(
    Double.sin(t) * Double.cos(p), Double.sin(t) * Double.sin(p), Double.cos(t))
}

/// A mask in which each voxel is set with the given probability, the same for the same seed.
public func randomMask(size: VolumeSize, density: Double, seed: UInt64) -> Block<Int8> {
  var state = seed
  let samples = (0..<size.count).map { _ -> Int8 in
    // Knuth's MMIX generator; its upper bits are random enough to scatter voxels.
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) / 9_007_199_254_740_992 < density ? 1 : 0
  }
  return Block(region: Region(size), samples: samples)
}
