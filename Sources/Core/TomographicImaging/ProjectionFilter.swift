import FourierTransforms
import RealModule
public import Volumes

/// What happens to one projection in Fourier space.
public struct ProjectionFilter: Sendable {
  /// Radial gain by frequency in cycles a pixel, 0...√½.
  public var radialGain: @Sendable (Double) -> Double
  /// Gain across the tilt axis by frequency in cycles a pixel, 0...½.
  public var rampGain: @Sendable (Double) -> Double
  /// Shift of the content in pixels (u, y).
  public var shift: SIMD2<Double>

  /// Makes a filter.
  public init(
    radialGain: @escaping @Sendable (Double) -> Double = { _ in 1 },
    rampGain: @escaping @Sendable (Double) -> Double = { _ in 1 }, shift: SIMD2<Double> = .zero
  ) {
    self.radialGain = radialGain
    self.rampGain = rampGain
    self.shift = shift
  }
}

/// Filters projections of one size, padded so that opposite borders do not meet.
///
/// The padding leads linearly from the last value of a row back to its first, so that neither a
/// step at the border nor the wrap of the transform makes a streak.
public struct ProjectionFilterBank: Sendable {
  let width: Int
  let height: Int
  let paddedWidth: Int
  let paddedHeight: Int
  let plan: FFTPlan

  /// Plans the filtering of projections of `width` by `height` pixels.
  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
    paddedWidth = FFTPlan.fastSize(atLeast: width + max(16, width / 8))
    paddedHeight = FFTPlan.fastSize(atLeast: height + max(16, height / 8))
    plan = FFTPlan(shape: [paddedHeight, paddedWidth])
  }

  /// Every projection of a stack filtered by its own filter.
  public func filtered(
    _ stack: ProjectionStack, workers: Workers, filter: @Sendable (Int) -> ProjectionFilter
  ) -> ProjectionStack {
    precondition(
      stack.width == width && stack.height == height, "Projections have the planned size.")
    var result = stack
    workers.fillRows(of: &result.samples, rowLength: width * height) { index, target in
      let range = stack.range(ofProjection: index)
      let image = filtered(stack.samples.span.extracting(range), by: filter(index))
      for pixel in target.indices { target[pixel] = image[pixel] }
    }
    return result
  }

  /// One projection filtered.
  func filtered(_ image: Span<Float>, by filter: ProjectionFilter) -> [Float] {
    var spectrum = plan.forward(padded(image))
    let rowLength = paddedWidth / 2 + 1
    let steps = 2048
    let radial = (0...steps + 1).map { step in
      Float(filter.radialGain((0.5 * Double(step) / Double(steps)).squareRoot()))
    }
    let ramp = (0..<rowLength).map { Float(filter.rampGain(frequency($0, of: paddedWidth))) }
    let turnX = (0..<rowLength).map { turn(frequency($0, of: paddedWidth) * filter.shift.x) }
    for y in 0..<paddedHeight {
      let vertical = frequency(y, of: paddedHeight)
      let turnY = turn(vertical * filter.shift.y)
      let first = y * rowLength
      for x in 0..<rowLength {
        let horizontal = Float(frequency(x, of: paddedWidth))
        let square = horizontal * horizontal + Float(vertical * vertical)
        let place = min(square * Float(2 * steps), Float(steps))
        let step = Int(place)
        let share = place - Float(step)
        let gain = (radial[step] * (1 - share) + radial[step + 1] * share) * ramp[x]
        spectrum[first &+ x] = spectrum[first &+ x] * gain * turnX[x] * turnY
      }
    }
    return cropped(plan.inverse(spectrum))
  }

  private func turn(_ cycles: Double) -> ComplexSample {
    ComplexSample(Float(Double.cos(2 * .pi * cycles)), Float(-Double.sin(2 * .pi * cycles)))
  }

  private func padded(_ image: Span<Float>) -> [Float] {
    var padded = [Float](repeating: 0, count: paddedWidth * paddedHeight)
    let gap = paddedWidth - width
    for y in 0..<height {
      let (source, target) = (y * width, y * paddedWidth)
      for x in 0..<width { padded[target &+ x] = image[source &+ x] }
      let (last, first) = (image[source + width - 1], image[source])
      for x in 0..<gap {
        let share = Float(x + 1) / Float(gap + 1)
        padded[target &+ width &+ x] = last + (first - last) * share
      }
    }
    let rows = paddedHeight - height
    for y in 0..<rows {
      let share = Float(y + 1) / Float(rows + 1)
      let (target, last) = ((height + y) * paddedWidth, (height - 1) * paddedWidth)
      for x in 0..<paddedWidth {
        padded[target &+ x] = padded[last &+ x] + (padded[x] - padded[last &+ x]) * share
      }
    }
    return padded
  }

  private func cropped(_ padded: [Float]) -> [Float] {
    var image: [Float] = []
    image.reserveCapacity(width * height)
    for y in 0..<height {
      image.append(contentsOf: padded[(y * paddedWidth)..<(y * paddedWidth + width)])
    }
    return image
  }
}
