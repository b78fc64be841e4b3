import RealModule
public import Volumes

/// Half of a symmetric, normalised Gaussian: `weights[k]` belongs to the samples at distance k.
public struct GaussianKernel: Hashable, Sendable {
  /// Weights at distances 0...radius; the full kernel (both sides) sums to 1.
  public let weights: [Float]

  /// Distance of the farthest sample that counts.
  public var radius: Int { weights.count - 1 }

  /// Samples a Gaussian at whole numbers and normalises it.
  ///
  /// - Parameters:
  ///   - sigma: standard deviation in samples; 0 gives the identity.
  ///   - truncation: where the kernel ends, in standard deviations. 3 leaves out 0.3 % of the
  ///     weight, less than the rounding of an 8-bit tomogram.
  public init(sigma: Double, truncation: Double = 3) {
    precondition(0 <= sigma && sigma.isFinite, "A Gaussian's width is finite and not negative.")
    guard 0 < sigma else {
      weights = [1]
      return
    }
    let radius = Int((truncation * sigma).rounded(.up))
    let raw = (0...radius).map { Double.exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let sum = raw[0] + 2 * raw.dropFirst().reduce(0, +)
    weights = raw.map { Float($0 / sum) }
  }
}

/// A block smoothed with a Gaussian, axis by axis; voxels beyond the block repeat the nearest inside.
///
/// Two further blocks of the same size are alive meanwhile. Cost is linear in voxels and in the
/// kernels' radii.
///
/// - Parameter sigmaVoxels: standard deviations along x, y, z in voxels; 0 leaves an axis alone.
public func gaussianSmoothed(
  _ block: Block<Float>, sigmaVoxels: SIMD3<Double>, workers: Workers
) -> Block<Float> {
  guard !block.region.isEmpty else { return block }
  let size = block.region.size
  var current = block.samples
  var next = [Float](repeating: 0, count: current.count)
  for axis in 0..<3 where sigmaVoxels[axis] != 0 {
    let kernel = GaussianKernel(sigma: sigmaVoxels[axis])
    switch axis {
    case 0: smoothAlongRows(current, into: &next, size: size, kernel: kernel, workers: workers)
    default:
      smoothAcrossRows(
        current, into: &next, size: size, axis: axis, kernel: kernel, workers: workers)
    }
    swap(&current, &next)
  }
  return Block(region: block.region, samples: current)
}

private func smoothAlongRows(
  _ input: [Float], into output: inout [Float], size: VolumeSize, kernel: GaussianKernel,
  workers: Workers
) {
  workers.fillRows(of: &output, rowLength: size.x) { row, target in
    let source = input.span.extracting((row * size.x)..<((row + 1) * size.x))
    // One padded copy per row keeps the clamping out of the inner loop.
    let radius = kernel.radius
    var padded = [Float](repeating: source[0], count: size.x + 2 * radius)
    for x in 0..<size.x { padded[x &+ radius] = source[x] }
    for x in 0..<radius { padded[size.x &+ radius &+ x] = source[size.x &- 1] }
    convolve(padded.span, with: kernel, into: &target)
  }
}

/// `target[x] = Σ w[|k|] padded[x + radius + k]`, a tap at a time so that the loop over x is plain.
private func convolve(
  _ padded: Span<Float>, with kernel: GaussianKernel, into target: inout MutableSpan<Float>
) {
  let (radius, count) = (kernel.radius, target.count)
  let centre = padded.extracting(radius..<(radius + count))
  let weight = kernel.weights[0]
  for x in 0..<count { target[x] = weight * centre[x] }
  for k in 1..<max(radius + 1, 1) {
    addPair(
      padded.extracting((radius - k)..<(radius - k + count)),
      padded.extracting((radius + k)..<(radius + k + count)), weight: kernel.weights[k],
      to: &target)
  }
}

private func smoothAcrossRows(
  _ input: [Float], into output: inout [Float], size: VolumeSize, axis: Int,
  kernel: GaussianKernel, workers: Workers
) {
  workers.fillRows(of: &output, rowLength: size.x) { row, target in
    let (y, z) = (row % size.y, row / size.y)
    func rowRange(_ offset: Int) -> Range<Int> {
      let sourceY = axis == 1 ? min(max(y + offset, 0), size.y - 1) : y
      let sourceZ = axis == 2 ? min(max(z + offset, 0), size.z - 1) : z
      let start = (sourceZ * size.y + sourceY) * size.x
      return start..<(start + size.x)
    }
    let samples = input.span
    let centre = samples.extracting(rowRange(0))
    let weight = kernel.weights[0]
    for x in 0..<target.count { target[x] = weight * centre[x] }
    for k in 1..<max(kernel.radius + 1, 1) {
      addPair(
        samples.extracting(rowRange(-k)), samples.extracting(rowRange(k)),
        weight: kernel.weights[k], to: &target)
    }
  }
}

/// `target += weight (left + right)`.
private func addPair(
  _ left: Span<Float>, _ right: Span<Float>, weight: Float, to target: inout MutableSpan<Float>
) {
  for x in 0..<target.count { target[x] = target[x] + weight * (left[x] + right[x]) }
}
