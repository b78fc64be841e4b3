import LinearAlgebra
import Meshes
import Volumes

/// A closed surface that every ray from its centre meets once: an ellipsoid whose radius is
/// modulated by spherical harmonics.
///
/// In coordinates s stretched by the semi-axes, F(s) = |s| − ρ(s/|s|), ρ = 1 + Σ aₖ P_lₖ(n·qₖ).
/// Zonal harmonics about random axes span all harmonics of their degree (addition theorem). The
/// distance is F/|∇F|, improved by one Newton step along the gradient.
struct StarShape: MembraneShape {
  /// One zonal harmonic of the radius.
  struct Ripple: Sendable {
    var axis: SIMD3<Float>
    var degree: Int
    var amplitude: Float
  }

  let kind: String
  let frame: Frame
  let semiAxesAngstrom: SIMD3<Double>
  let ripples: [Ripple]
  private let kernelFrame: KernelFrame
  private let inverseAxes: SIMD3<Float>
  private let rippleSum: Float

  init(kind: String, frame: Frame, semiAxesAngstrom: SIMD3<Double>, ripples: [Ripple]) {
    self.kind = kind
    self.frame = frame
    self.semiAxesAngstrom = semiAxesAngstrom
    self.ripples = ripples
    kernelFrame = KernelFrame(frame)
    inverseAxes = SIMD3<Float>(1 / semiAxesAngstrom)
    rippleSum = ripples.reduce(0) { $0 + abs($1.amplitude) }
  }

  var enclosesVolume: Bool { true }
  private var reach: Double { semiAxesAngstrom.max() * Double(1 + rippleSum) }
  var lower: SIMD3<Double> { frame.origin - reach }
  var upper: SIMD3<Double> { frame.origin + reach }

  /// Distance from the centre to the surface in a direction.
  func radiusAngstrom(along direction: SIMD3<Double>) -> Double {
    let local = SIMD3(
      direction.dot(frame.first), direction.dot(frame.second), direction.dot(frame.normal))
    let stretched = local / semiAxesAngstrom
    return Double(ratio(SIMD3<Float>(stretched.normalized)).value) / stretched.length
  }

  func fillDistances(
    _ row: inout MutableSpan<Float>, start: SIMD3<Float>, step: Float, band: Float
  ) {
    let shortest = Float(semiAxesAngstrom.min())
    let (outer, inner) = (1 + rippleSum + band / shortest, 1 - rippleSum - band / shortest)
    for x in row.indices {
      var local = kernelFrame.local(start + SIMD3(Float(x) * step, 0, 0))
      let squared = (local * inverseAxes).squaredLength
      if outer * outer < squared {
        row[x] = band
      } else if 0 < inner && squared < inner * inner {
        row[x] = -band
      } else {
        let guess = newtonStep(local)
        var distance = guess.distance
        if abs(distance) < 2 * band {
          local -= guess.direction * guess.distance
          distance += newtonStep(local).distance
        }
        row[x] = min(max(distance, -band), band)
      }
    }
  }

  /// First-order distance to the surface and the direction of its growth, local coordinates.
  private func newtonStep(
    _ local: SIMD3<Float>
  ) -> (distance: Float, direction: SIMD3<Float>) {
    let stretched = local * inverseAxes
    let size = max(stretched.length, 1e-4)
    let direction = stretched / size
    let (value, slope) = ratio(direction)
    let tangential = (slope - direction * slope.dot(direction)) / size
    let gradient = (direction - tangential) * inverseAxes
    let steepness = max(gradient.length, 1e-9)
    return ((size - value) / steepness, gradient / steepness)
  }

  /// ρ and its derivative by the direction.
  private func ratio(_ direction: SIMD3<Float>) -> (value: Float, slope: SIMD3<Float>) {
    var value: Float = 1
    var slope = SIMD3<Float>.zero
    for ripple in ripples {
      let cosine = direction.dot(ripple.axis)
      // Bonnet's recursion: l P_l = (2l − 1) x P_{l−1} − (l − 1) P_{l−2}, and
      // P'_l = P'_{l−2} + (2l − 1) P_{l−1}.
      var (before, last): (Float, Float) = (1, cosine)
      var (slopeBefore, slopeLast): (Float, Float) = (0, 1)
      for degree in 2...max(2, ripple.degree) {
        let factor = Float(2 * degree - 1)
        let next = (factor * cosine * last - Float(degree - 1) * before) / Float(degree)
        let slopeNext = slopeBefore + factor * last
        (before, last) = (last, next)
        (slopeBefore, slopeLast) = (slopeLast, slopeNext)
      }
      value += ripple.amplitude * last
      slope += ripple.axis * (ripple.amplitude * slopeLast)
    }
    return (value, slope)
  }

  func mesh(edgeAngstrom: Double) -> TriangleMesh {
    // An icosphere's edge is about 1.1 radii, halved at each level.
    var level = 1
    var edge = semiAxesAngstrom.max() * 0.55
    while edgeAngstrom < edge && level < 8 {
      level += 1
      edge /= 2
    }
    var mesh = icosphere(level: level)
    for vertex in mesh.vertices.indices {
      let direction = mesh.vertices[vertex]
      let radius = Double(ratio(SIMD3<Float>(direction)).value)
      mesh.vertices[vertex] = frame.position(direction * radius * semiAxesAngstrom)
    }
    return mesh
  }
}
