import RealModule
public import Volumes

/// A volume seen on a grid of another voxel size, computed block by block as it is read.
///
/// Keys's cubic kernel (1981, a = −1/2), separable; where voxels grow the kernel grows with them,
/// so that what the new grid cannot carry is averaged away, not folded back. Voxel (0, 0, 0) keeps
/// its place; beyond the border the nearest voxel counts.
public struct ResampledSource: VolumeSource {
  public let geometry: VolumeGeometry
  /// Old voxels per new voxel along x, y and z.
  public let ratio: SIMD3<Double>
  private let base: any VolumeSource<Float>

  /// Resamples to cubic voxels of about the given edge; each axis ends where it ended.
  public init(_ base: any VolumeSource<Float>, voxelSizeAngstrom: Double) {
    precondition(0 < voxelSizeAngstrom, "A voxel's edge is above 0 Å.")
    let old = base.geometry
    let factor = old.voxelSizeAngstrom / voxelSizeAngstrom
    func length(_ count: Int, _ factor: Double) -> Int {
      max(1, Int((Double(count) * factor).rounded()))
    }
    let size = VolumeSize(
      x: length(old.size.x, factor.x), y: length(old.size.y, factor.y),
      z: length(old.size.z, factor.z))
    self.init(
      base,
      geometry: VolumeGeometry(
        size: size, voxelSizeAngstrom: SIMD3(repeating: voxelSizeAngstrom),
        originAngstrom: old.originAngstrom))
  }

  /// Resamples to a grid that begins at the same voxel.
  public init(_ base: any VolumeSource<Float>, geometry: VolumeGeometry) {
    self.base = base
    self.geometry = geometry
    ratio = geometry.voxelSizeAngstrom / base.geometry.voxelSizeAngstrom
  }

  /// Whether any axis differs by more than a tenth: below that, a network does not care.
  public var isNeeded: Bool {
    (0..<3).contains { !(1 / 1.1...1.1).contains(ratio[$0]) }
  }

  public func read(_ region: Region) throws -> Block<Float> {
    let size = base.geometry.size
    let x = ResamplingTaps(region.lower.x..<region.upper.x, ratio: ratio.x, length: size.x)
    let y = ResamplingTaps(region.lower.y..<region.upper.y, ratio: ratio.y, length: size.y)
    let z = ResamplingTaps(region.lower.z..<region.upper.z, ratio: ratio.z, length: size.z)
    let needed = Region(
      lower: VoxelIndex(x: x.first, y: y.first, z: z.first),
      upper: VoxelIndex(x: x.first + x.count, y: y.first + y.count, z: z.first + z.count))
    let block = try base.read(needed)
    let alongX = x.applied(toRowsOf: block.samples)
    let alongY = y.applied(toColumnsOf: alongX, innerCount: region.size.x)
    let alongZ = z.applied(toColumnsOf: alongY, innerCount: region.size.x * region.size.y)
    return Block(region: region, samples: alongZ)
  }
}

/// For each new voxel along an axis, the old voxels that it is made of and their weights.
private struct ResamplingTaps {
  /// First old voxel that any new one needs.
  let first: Int
  /// Number of old voxels from there.
  let count: Int
  private let tapCount: Int
  /// Old voxel (from `first`) and weight, `tapCount` for each new voxel.
  private let places: [Int]
  private let weights: [Float]
  private let outputCount: Int

  init(_ range: Range<Int>, ratio: Double, length: Int) {
    let stretch = max(ratio, 1)
    let reach = Int((2 * stretch).rounded(.up))
    tapCount = 2 * reach + 1
    outputCount = range.count
    var places: [Int] = []
    var weights: [Float] = []
    for output in range {
      let centre = Double(output) * ratio
      let middle = Int(centre.rounded())
      let taps = (middle - reach...middle + reach).map { place in
        Self.kernel((Double(place) - centre) / stretch)
      }
      let sum = taps.reduce(0, +)
      weights += taps.map { Float($0 / sum) }
      places += (middle - reach...middle + reach).map { min(max($0, 0), length - 1) }
    }
    let lowest = places.min() ?? 0
    first = lowest
    count = (places.max() ?? 0) + 1 - lowest
    self.places = places.map { $0 - lowest }
    self.weights = weights
  }

  /// Keys 1981, equation 15: cubic convolution.
  private static func kernel(_ offset: Double) -> Double {
    let s = abs(offset)
    if s < 1 { return (1.5 * s - 2.5) * s * s + 1 }
    if s < 2 { return ((-0.5 * s + 2.5) * s - 4) * s + 2 }
    return 0
  }

  /// Resamples the fastest axis.
  func applied(toRowsOf samples: [Float]) -> [Float] {
    let rows = samples.count / count
    var result = [Float](repeating: 0, count: rows * outputCount)
    for row in 0..<rows {
      let source = samples.span.extracting(row * count..<(row + 1) * count)
      for output in 0..<outputCount {
        var sum: Float = 0
        for tap in output * tapCount..<(output + 1) * tapCount {
          sum += weights[tap] * source[places[tap]]
        }
        result[row * outputCount + output] = sum
      }
    }
    return result
  }

  /// Resamples an axis of which a step is `innerCount` values.
  func applied(toColumnsOf samples: [Float], innerCount: Int) -> [Float] {
    let outerCount = samples.count / (count * innerCount)
    var result = [Float](repeating: 0, count: outerCount * outputCount * innerCount)
    var target = result.mutableSpan
    for outer in 0..<outerCount {
      for output in 0..<outputCount {
        let start = (outer * outputCount + output) * innerCount
        for tap in 0..<tapCount {
          let weight = weights[output * tapCount + tap]
          if weight == 0 { continue }
          let from = (outer * count + places[output * tapCount + tap]) * innerCount
          let source = samples.span.extracting(from..<from + innerCount)
          for inner in 0..<innerCount { target[start &+ inner] += weight * source[inner] }
        }
      }
    }
    return result
  }
}
