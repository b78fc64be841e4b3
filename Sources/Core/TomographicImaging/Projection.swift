import FourierTransforms
import RealModule
public import Volumes

// Goals of this file: forward and back-projection that are each other's exact transpose, conserve
// mass, are bounded in memory and run at a few nanoseconds a voxel and tilt.
//
// Geometry (as TomogramModel.TiltGeometry): at tilt angle α a specimen point (x, z), counted from
// the middle of the volume, falls on the detector at u = x cos α + z sin α. Each y is a problem of
// its own. A voxel shares its value between the two nearest detector pixels by linear weights.

/// Pixels that a detector row needs so that no voxel of a volume falls off it at any tilt angle.
public func detectorWidth(for size: VolumeSize) -> Int {
  let diagonal = Double(size.x * size.x + size.z * size.z).squareRoot()
  return FFTPlan.fastSize(atLeast: Int(diagonal.rounded(.up)) + 4)
}

/// The linear map from a voxel's column to a detector coordinate, u = column · step + start, in
/// fixed point with 32 fractional bits: converting a float costs more than all the rest.
private struct DetectorLine {
  let step: Int
  let start: Int

  init(angleDegrees: Double, size: VolumeSize, z: Int, width: Int) {
    let angle = angleDegrees * .pi / 180
    let (cosine, sine) = (Double.cos(angle), Double.sin(angle))
    let middle = SIMD2(Double(size.x - 1) / 2, Double(size.z - 1) / 2)
    step = Int(cosine * 0x1p32)
    start = Int(
      (Double(width - 1) / 2 - middle.x * cosine + (Double(z) - middle.y) * sine) * 0x1p32)
  }

  /// Columns whose voxels share themselves among pixels 0 ... width − 1.
  func columns(width: Int) -> Range<Int> {
    let end = (width - 1) << 32
    // ceil(−start / step) and ceil((end − start) / step), for numerators of either sign.
    func ceiling(_ numerator: Int) -> Int {
      numerator <= 0 ? -(-numerator / step) : (numerator + step - 1) / step
    }
    let low = ceiling(-start)
    return low..<max(low, ceiling(end - start))
  }

  @inline(__always)
  func place(_ column: Int) -> (pixel: Int, share: Float) {
    let place = column &* step &+ start
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
  workers.fillRows(of: &stack.samples, rowLength: width) { row, detector in
    let (tilt, y) = (row / size.y, row % size.y)
    for z in 0..<size.z {
      let line = DetectorLine(
        angleDegrees: anglesDegrees[tilt], size: size, z: z, width: width)
      let columns = line.columns(width: width)
      let source = volume.block.samples.span.extracting(volume.block.rowRange(y: y, z: z))
      let inside = columns.clamped(to: 0..<size.x)
      splat(source, columns: inside, line: line, into: &detector)
      guard continuesBeyondBorder else { continue }
      splat(
        source[0], columns: columns.lowerBound..<max(0, columns.lowerBound), line: line,
        into: &detector)
      splat(
        source[size.x - 1], columns: size.x..<max(size.x, columns.upperBound), line: line,
        into: &detector)
    }
  }
  return stack
}

/// Adds up projections along their rays: the transpose of `project`.
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
      let line = DetectorLine(
        angleDegrees: stack.anglesDegrees[tilt], size: size, z: z, width: width)
      let first = (tilt * size.y + y) * width
      gather(
        stack.samples.span.extracting(first..<(first + width)), line: line,
        columns: line.columns(width: width).clamped(to: 0..<size.x), weight: weights[tilt],
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

/// Shares a row of voxels among detector pixels.
///
/// Neighbouring columns fall on the same or the next pixel (cos α <= 1), so two pixels at a time are
/// kept in registers and each is stored once complete: twice as fast as adding in memory.
private func splat(
  _ source: Span<Float>, columns: Range<Int>, line: DetectorLine,
  into detector: inout MutableSpan<Float>
) {
  guard !columns.isEmpty else { return }
  precondition(source.indices.contains(columns.upperBound - 1), "Columns lie in the row.")
  var current = line.place(columns.lowerBound).pixel
  var (low, high) = (detector[current], detector[current + 1])
  for column in columns {
    let (pixel, share) = line.place(column)
    let isNext = pixel != current
    // Bounds: `DetectorLine.columns` admits only columns with 0 <= pixel < width - 1.
    unsafe detector[unchecked: current] = low
    let fresh = unsafe detector[unchecked: pixel &+ 1]
    low = isNext ? high : low
    high = isNext ? fresh : high
    current = pixel
    let value = unsafe source[unchecked: column]
    low += value * (1 - share)
    high += value * share
  }
  detector[current] = low
  detector[current + 1] = high
}

/// Shares copies of one voxel among detector pixels.
private func splat(
  _ value: Float, columns: Range<Int>, line: DetectorLine,
  into detector: inout MutableSpan<Float>
) {
  guard value != 0 else { return }
  for column in columns {
    let (pixel, share) = line.place(column)
    detector[pixel] += value * (1 - share)
    detector[pixel + 1] += value * share
  }
}

/// Adds a detector row, linearly interpolated, to a row of voxels.
private func gather(
  _ detector: Span<Float>, line: DetectorLine, columns: Range<Int>, weight: Float,
  into target: inout MutableSpan<Float>
) {
  for column in columns {
    let (pixel, share) = line.place(column)
    // Bounds: as in `splat`.
    let (low, high) = unsafe (detector[unchecked: pixel], detector[unchecked: pixel &+ 1])
    unsafe target[unchecked: column] += weight * (low + share * (high - low))
  }
}
