import LinearAlgebra
import TomographicImaging
import Volumes

/// The outline of a gap within a membrane: round, or a strip with round ends.
///
/// Places are projected along the normal at the middle, so that the straight width across is the
/// same on a flat and on a bent membrane.
struct GapOutline: Sendable {
  /// At the gap's middle; the strip runs along the first axis.
  let frame: Frame
  /// Shortest width across, Å.
  let widthAngstrom: Double
  /// Longest extent, Å; the width for a round gap.
  let lengthAngstrom: Double

  /// Signed distance within the tangent plane from the outline, Å; below 0 inside.
  func excess(_ place: SIMD3<Double>) -> Double {
    let offset = place - frame.origin
    let half = (lengthAngstrom - widthAngstrom) / 2
    let along = max(abs(offset.dot(frame.first)) - half, 0)
    let across = offset.dot(frame.second)
    return (along * along + across * across).squareRoot() - widthAngstrom / 2
  }

  /// Area inside the outline grown by `margin` Å, were the membrane flat; nm².
  func flatAreaNm2(grownBy margin: Double = 0) -> Double {
    let radius = widthAngstrom / 2 + margin
    return (.pi * radius * radius + (lengthAngstrom - widthAngstrom) * 2 * radius) / 100
  }

  /// Radius of the ball about the middle that holds the outline grown by `margin` Å wherever the
  /// membrane leans by less than 60° from the normal at the middle.
  func reachAngstrom(grownBy margin: Double) -> Double { lengthAngstrom + 2 * margin }
}

/// Smooth noise in space within -1...1: random numbers on a cubic lattice, blended between its
/// points by cubic steps (Perlin's value noise).
struct SmoothNoise: Sendable {
  private let random: CounterRandom
  /// Edge of the lattice, Å.
  private let spacing: Double

  init(random: CounterRandom, spacingAngstrom: Double) {
    (self.random, spacing) = (random, spacingAngstrom)
  }

  /// The noise at a place.
  func value(at place: SIMD3<Double>) -> Double {
    let coordinate = place / spacing
    let floor = coordinate.rounded(.down)
    let part = coordinate - floor
    let weight = part * part * (3 - 2 * part)
    var sum = 0.0
    for corner in 0..<8 {
      let step = SIMD3(Double(corner & 1), Double(corner >> 1 & 1), Double(corner >> 2))
      let share = step * weight + (1 - step) * (1 - weight)
      sum += share.x * share.y * share.z * lattice(floor + step)
    }
    return sum
  }

  /// The number at a lattice point; coordinates fit 21 bits each.
  private func lattice(_ point: SIMD3<Double>) -> Double {
    let offset = 1 << 20
    let (x, y, z) = (Int(point.x) + offset, Int(point.y) + offset, Int(point.z) + offset)
    let key = UInt64(truncatingIfNeeded: x << 42 ^ y << 21 ^ z)
    return Double(random.bits(at: key) >> 11) * 0x1p-52 - 1
  }
}
