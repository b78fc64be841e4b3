public import Volumes

/// What a volume's samples are like, from one pass over them.
public struct MRCStatistics: Equatable, Sendable {
  /// Least finite sample; 0 where there is none.
  public var minimum: Float
  /// Greatest finite sample; 0 where there is none.
  public var maximum: Float
  /// Mean of the finite samples.
  public var mean: Double
  /// Standard deviation of the finite samples (divided by their number, not one less).
  public var standardDeviation: Double
  /// Samples that are numbers.
  public var finiteCount: Int
  /// Samples that are NaN or infinite.
  public var nonFiniteCount: Int

  /// Whether all finite samples are equal, or there are none.
  public var isConstant: Bool { minimum == maximum }
}

/// Statistics of a volume, in one pass that holds one slab for each worker in memory.
///
/// Sums are taken piece by piece in a fixed order, so the result does not depend on the workers.
public func statistics(
  of source: some VolumeSource<Float>, workers: Workers
) throws -> MRCStatistics {
  let size = source.geometry.size
  let thickness = max(1, (1 << 22) / max(size.x * size.y, 1))
  let slabs = source.geometry.bounds.slabs(thickness: thickness)
  var total = StatisticsAccumulator()
  for first in stride(from: 0, to: slabs.count, by: workers.count) {
    let batch = slabs[first..<min(first + workers.count, slabs.count)]
    let parts = workers.map(batch.count) { index in
      Result { () throws -> StatisticsAccumulator in
        var part = StatisticsAccumulator()
        let block = try source.read(batch[first + index])
        unsafe block.samples.withUnsafeBufferPointer { unsafe part.add($0) }
        return part
      }
    }
    for part in parts { total.merge(try part.get()) }
  }
  return total.statistics
}

/// Mean and squared deviations of samples that come in pieces (Chan, Golub & LeVeque 1983).
struct StatisticsAccumulator: Sendable {
  private var minimum = Float.infinity
  private var maximum = -Float.infinity
  private var count = 0
  private var mean = 0.0
  private var squares = 0.0
  private var nonFiniteCount = 0

  init() {}

  /// Samples summed at a time: few enough to stay in the first cache for the second look.
  private static let pieceLength = 4096

  mutating func add(_ samples: UnsafeBufferPointer<Float>) {
    for first in stride(from: 0, to: samples.count, by: Self.pieceLength) {
      let last = min(first + Self.pieceLength, samples.count)
      unsafe addPiece(UnsafeBufferPointer(rebasing: samples[first..<last]))
    }
  }

  private mutating func addPiece(_ samples: UnsafeBufferPointer<Float>) {
    let sums = unsafe pieceSums(samples)
    // A sum is finite iff every sample is: 4096 floats cannot overflow a double.
    guard sums.sum.isFinite else { return unsafe addWithGaps(samples) }
    let mean = sums.sum / Double(samples.count)
    var part = StatisticsAccumulator()
    part.minimum = sums.minimum
    part.maximum = sums.maximum
    part.count = samples.count
    part.mean = mean
    part.squares = unsafe pieceSquares(samples, mean: mean)
    merge(part)
  }

  /// A piece that holds NaN or infinities, which are counted and left out.
  private mutating func addWithGaps(_ samples: UnsafeBufferPointer<Float>) {
    let finite = unsafe samples.filter { $0.isFinite }
    nonFiniteCount += samples.count - finite.count
    guard !finite.isEmpty else { return }
    unsafe finite.withUnsafeBufferPointer { unsafe addPiece($0) }
  }

  mutating func merge(_ other: StatisticsAccumulator) {
    nonFiniteCount += other.nonFiniteCount
    guard 0 < other.count else { return }
    let total = count + other.count
    let delta = other.mean - mean
    squares +=
      other.squares + delta * delta * (Double(count) * Double(other.count) / Double(total))
    mean += delta * (Double(other.count) / Double(total))
    count = total
    minimum = min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
  }

  var statistics: MRCStatistics {
    MRCStatistics(
      minimum: 0 < count ? minimum : 0, maximum: 0 < count ? maximum : 0, mean: mean,
      standardDeviation: 0 < count ? (squares / Double(count)).squareRoot() : 0,
      finiteCount: count, nonFiniteCount: nonFiniteCount)
  }
}

// MARK: - Kernels: four chains each, because one would wait for itself

private func pieceSums(
  _ samples: UnsafeBufferPointer<Float>
) -> (sum: Double, minimum: Float, maximum: Float) {
  var (sum0, sum1, sum2, sum3) = (0.0, 0.0, 0.0, 0.0)
  var (low0, low1, low2, low3) = (
    Float.infinity, Float.infinity, Float.infinity, Float.infinity
  )
  var (high0, high1, high2, high3) = (
    -Float.infinity, -Float.infinity, -Float.infinity, -Float.infinity
  )
  let whole = samples.count & ~3
  var index = 0
  while index < whole {
    let (a, b) = unsafe (samples[index], samples[index &+ 1])
    let (c, d) = unsafe (samples[index &+ 2], samples[index &+ 3])
    sum0 += Double(a)
    sum1 += Double(b)
    sum2 += Double(c)
    sum3 += Double(d)
    low0 = a < low0 ? a : low0
    low1 = b < low1 ? b : low1
    low2 = c < low2 ? c : low2
    low3 = d < low3 ? d : low3
    high0 = high0 < a ? a : high0
    high1 = high1 < b ? b : high1
    high2 = high2 < c ? c : high2
    high3 = high3 < d ? d : high3
    index &+= 4
  }
  while index < samples.count {
    let a = unsafe samples[index]
    sum0 += Double(a)
    low0 = a < low0 ? a : low0
    high0 = high0 < a ? a : high0
    index &+= 1
  }
  return (
    (sum0 + sum1) + (sum2 + sum3), min(min(low0, low1), min(low2, low3)),
    max(max(high0, high1), max(high2, high3))
  )
}

private func pieceSquares(_ samples: UnsafeBufferPointer<Float>, mean: Double) -> Double {
  var (sum0, sum1, sum2, sum3) = (0.0, 0.0, 0.0, 0.0)
  let whole = samples.count & ~3
  var index = 0
  while index < whole {
    let a = unsafe Double(samples[index]) - mean
    let b = unsafe Double(samples[index &+ 1]) - mean
    let c = unsafe Double(samples[index &+ 2]) - mean
    let d = unsafe Double(samples[index &+ 3]) - mean
    sum0 += a * a
    sum1 += b * b
    sum2 += c * c
    sum3 += d * d
    index &+= 4
  }
  while index < samples.count {
    let a = unsafe Double(samples[index]) - mean
    sum0 += a * a
    index &+= 1
  }
  return (sum0 + sum1) + (sum2 + sum3)
}
