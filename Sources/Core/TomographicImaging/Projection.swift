import FourierTransforms
import RealModule
public import Volumes

// Goals of this file: ray sums without grid patterns, bounded memory, two nanoseconds a voxel and tilt.
//
// Geometry (as TomogramModel.TiltGeometry): at tilt angle α a specimen point (x, z), counted from
// the middle of the volume, falls on the detector at u = x cos α + z sin α. Each y is a problem of
// its own. Projection walks along each ray, section by section (Joseph, IEEE TMI 1982), so that a
// constant stays constant; back-projection interpolates the detector at each voxel. Each is the
// other's transpose up to interpolation. The exact transpose of either would print a moiré of the
// voxel grid, strongest at 45°, where all sections' ripples line up.

/// Pixels that a detector row needs so that no voxel of a volume falls off it at any tilt angle.
public func detectorWidth(for size: VolumeSize) -> Int {
  let diagonal = Double(size.x * size.x + size.z * size.z).squareRoot()
  return FFTPlan.fastSize(atLeast: Int(diagonal.rounded(.up)) + 4)
}

/// A linear map from an index on one line to a place on another, place = index · step + start, in
/// fixed point with 32 fractional bits: converting floats costs more than all the rest.
private struct Resampling {
  let step: Int
  let start: Int

  /// From columns of section `z` to detector pixels.
  static func pixels(
    angleDegrees: Double, size: VolumeSize, z: Int, width: Int
  ) -> Resampling {
    let angle = angleDegrees * .pi / 180
    let (cosine, sine) = (Double.cos(angle), Double.sin(angle))
    let middle = SIMD2(Double(size.x - 1) / 2, Double(size.z - 1) / 2)
    let start = Double(width - 1) / 2 - middle.x * cosine + (Double(z) - middle.y) * sine
    return Resampling(step: Int(cosine * 0x1p32), start: Int(start * 0x1p32))
  }

  /// From detector pixels to columns of section `z`: the inverse of `pixels`.
  static func columns(
    angleDegrees: Double, size: VolumeSize, z: Int, width: Int
  ) -> Resampling {
    let forward = pixels(angleDegrees: angleDegrees, size: size, z: z, width: width)
    let cosine = Double.cos(angleDegrees * .pi / 180)
    return Resampling(
      step: Int(0x1p32 / cosine), start: Int(-Double(forward.start) / cosine))
  }

  /// Indices whose places lie in 0 ..< count − 1, where two neighbours are there to interpolate.
  func indices(count: Int) -> Range<Int> {
    let end = (count - 1) << 32
    // ceil(−start / step) and ceil((end − start) / step), for numerators of either sign.
    func ceiling(_ numerator: Int) -> Int {
      numerator <= 0 ? -(-numerator / step) : (numerator + step - 1) / step
    }
    let low = ceiling(-start)
    return low..<max(low, ceiling(end - start))
  }

  @inline(__always)
  func place(_ index: Int) -> (whole: Int, share: Float) {
    let place = index &* step &+ start
    let fraction = Int32(truncatingIfNeeded: (place &>> 8) & 0xFF_FFFF)
    return (place &>> 32, Float(fraction) * 0x1p-24)
  }
}

/// Projects a volume at the given tilt angles.
///
/// - Parameters:
///   - volume: density; ray sums are in density times voxels.
///   - anglesDegrees: tilt angles, each within ±85°.
///   - width: pixels of a detector row (`detectorWidth(for:)` loses nothing).
///   - continuesBeyondBorder: whether the specimen goes on beyond the first and last column with
///     the border's value, as ice and cells do; else there is nothing.
public func project(
  _ volume: Volume<Float>, anglesDegrees: [Double], width: Int, continuesBeyondBorder: Bool,
  workers: Workers
) -> ProjectionStack {
  let size = volume.geometry.size
  var stack = ProjectionStack(anglesDegrees: anglesDegrees, width: width, height: size.y)
  checkAngles(anglesDegrees)
  guard !size.isEmpty else { return stack }
  workers.fillRows(of: &stack.samples, rowLength: width) { row, detector in
    let (tilt, y) = (row / size.y, row % size.y)
    let angle = anglesDegrees[tilt]
    for z in 0..<size.z {
      let line = Resampling.columns(angleDegrees: angle, size: size, z: z, width: width)
      let source = volume.block.samples.span.extracting(volume.block.rowRange(y: y, z: z))
      let inside = line.indices(count: size.x).clamped(to: 0..<width)
      accumulate(source, line: line, indices: inside, weight: 1, into: &detector)
      guard continuesBeyondBorder else { continue }
      for pixel in 0..<inside.lowerBound { detector[pixel] += source[0] }
      for pixel in inside.upperBound..<width { detector[pixel] += source[size.x - 1] }
    }
    // Sections are one voxel apart along z, 1 / cos α along the ray.
    let length = Float(1 / Double.cos(angle * .pi / 180))
    for pixel in 0..<width { detector[pixel] *= length }
  }
  return stack
}

/// Adds up projections along their rays, voxel by voxel.
///
/// - Parameter weights: factor of each projection, e.g. the angle in radians it stands for.
public func backProject(
  _ stack: ProjectionStack, weights: [Float], geometry: VolumeGeometry, workers: Workers
) -> Volume<Float> {
  let size = geometry.size
  precondition(stack.height == size.y, "Projections have the volume's number of rows.")
  precondition(weights.count == stack.anglesDegrees.count, "One weight a projection.")
  checkAngles(stack.anglesDegrees)
  var volume = Volume<Float>(geometry: geometry)
  guard !size.isEmpty else { return volume }
  let width = stack.width
  workers.fillRows(of: &volume.block.samples, rowLength: size.x) { row, target in
    let (z, y) = (row / size.y, row % size.y)
    for tilt in weights.indices {
      let line = Resampling.pixels(
        angleDegrees: stack.anglesDegrees[tilt], size: size, z: z, width: width)
      let first = (tilt * size.y + y) * width
      accumulate(
        stack.samples.span.extracting(first..<(first + width)), line: line,
        indices: line.indices(count: width).clamped(to: 0..<size.x), weight: weights[tilt],
        into: &target)
    }
  }
  return volume
}

/// The angle in radians that each projection of an uneven series stands for: half the way to its
/// neighbours on either side, whole at the ends. The factor of a discrete inverse Radon transform.
public func angularWeights(anglesDegrees: [Double]) -> [Float] {
  guard 1 < anglesDegrees.count else { return anglesDegrees.map { _ in 1 } }
  let order = anglesDegrees.indices.sorted { anglesDegrees[$0] < anglesDegrees[$1] }
  var weights = [Float](repeating: 0, count: order.count)
  for place in order.indices {
    let low = max(place - 1, 0)
    let high = min(place + 1, order.count - 1)
    let span = anglesDegrees[order[high]] - anglesDegrees[order[low]]
    weights[order[place]] = Float(span / Double(high - low) * .pi / 180)
  }
  return weights
}

private func checkAngles(_ anglesDegrees: [Double]) {
  precondition(
    anglesDegrees.allSatisfy { abs($0) <= 85 }, "Tilt angles lie within ±85 degrees.")
}

/// Adds one row, linearly interpolated, to another.
private func accumulate(
  _ source: Span<Float>, line: Resampling, indices: Range<Int>, weight: Float,
  into target: inout MutableSpan<Float>
) {
  guard !indices.isEmpty else { return }
  precondition(
    0 <= indices.lowerBound && indices.upperBound <= target.count,
    "A row is filled inside its bounds.")
  for index in indices {
    let (whole, share) = line.place(index)
    // Bounds: `Resampling.indices` admits only places in 0 ..< source.count - 1. Checked
    // subscripts cost a third more.
    let (low, high) = unsafe (source[unchecked: whole], source[unchecked: whole &+ 1])
    unsafe target[unchecked: index] += weight * (low + share * (high - low))
  }
}
