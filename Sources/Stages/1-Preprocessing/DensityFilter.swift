import FourierTransforms
import RealModule
public import TomogramModel
public import TomographicImaging
public import Volumes

/// What a tomogram is filtered with on request, before networks see it: radially symmetric.
public struct DensityFilter: Sendable {
  /// Factor of a frequency in cycles per Å.
  public let gain: @Sendable (Double) -> Double

  /// Makes a filter from its gain.
  public init(gain: @escaping @Sendable (Double) -> Double) { self.gain = gain }

  /// Below one cycle in so many Å density is gradients and ice, which filters leave or take away.
  public static let longestPeriodAngstrom = 500.0

  /// Undoes the transfer function as far as noise allows: Wiener's filter CTF / (CTF² + 1 / SNR), with
  /// the spectral signal-to-noise ratio that Tegunov & Cramer (Nature Methods 16, 2019) assume, which
  /// falls from 1000 by e every 1/200 Å⁻¹ of frequency; what is longer than 500 Å is taken away.
  ///
  /// - Parameter isPhaseFlipped: whether signs have been put right before reconstruction.
  public static func deconvolution(
    of transfer: ContrastTransfer, isPhaseFlipped: Bool
  ) -> DensityFilter {
    DensityFilter { frequency in
      let value = transfer.value(atFrequency: frequency)
      let believed = isPhaseFlipped ? abs(value) : value
      let rise = 0.5 - 0.5 * Double.cos(.pi * min(frequency * longestPeriodAngstrom, 1))
      let ratio = 1000 * Double.exp(-200 * frequency) * rise
      return ratio <= 0 ? 0 : believed / (believed * believed + 1 / ratio)
    }
  }

  /// Gives a tomogram the amplitudes of another, frequency by frequency.
  public static func matching(
    _ own: AmplitudeSpectrum, to other: AmplitudeSpectrum
  ) -> DensityFilter {
    let last = min(own.highestFrequency, other.highestFrequency)
    return DensityFilter { frequency in
      let place = min(max(frequency, 1 / longestPeriodAngstrom), last)
      let (mine, theirs) = (own.amplitude(at: place), other.amplitude(at: place))
      return 0 < mine ? theirs / mine : 1
    }
  }
}

/// How strong density is at each frequency: the root of the mean power of shells of frequency.
public struct AmplitudeSpectrum: Sendable {
  /// The voxels' Nyquist frequency, cycles per Å.
  public let highestFrequency: Double
  private let amplitudes: [Double]

  private static let edge = 64
  private static let blockLimit = 64

  /// Looks at up to 64 blocks of up to 64³ voxels, evenly spread, under a Hann window.
  public init(of source: any VolumeSource<Float>, workers: Workers) throws {
    let bounds = source.geometry.bounds
    func length(_ count: Int) -> Int { max(min(count, Self.edge) / 2 * 2, 2) }
    let size = bounds.size
    let block = VolumeSize(x: length(size.x), y: length(size.y), z: length(size.z))
    let whole = bounds.tiles(of: block).filter { $0.size == block }
    let count = min(Self.blockLimit, whole.count)
    let chosen = (0..<count).map { whole[$0 * whole.count / count] }
    let plan = FFTPlan(shape: [block.z, block.y, block.x])
    let voxel = source.geometry.voxelSizeAngstrom
    let highest = 0.5 / max(voxel.x, voxel.y, voxel.z)
    let shells = Shells(block, voxelSizeAngstrom: voxel, highest: highest)
    let powers = try workers.map(count) { index in
      Result { try shells.powers(of: source.read(chosen[index]).samples, plan) }
    }.map { try $0.get() }
    highestFrequency = highest
    amplitudes = shells.counts.indices.map { shell in
      let sum = powers.reduce(0) { $0 + $1[shell] }
      return (sum / Double(max(shells.counts[shell] * count, 1))).squareRoot()
    }
  }

  /// Amplitude, arbitrary unit, linearly interpolated between the middles of shells.
  public func amplitude(at frequency: Double) -> Double {
    let place = frequency / highestFrequency * Double(amplitudes.count) - 0.5
    let clamped = min(max(place, 0), Double(amplitudes.count - 1))
    let first = min(Int(clamped), max(amplitudes.count - 2, 0))
    let share = clamped - Double(first)
    let next = min(first + 1, amplitudes.count - 1)
    return amplitudes[first] * (1 - share) + amplitudes[next] * share
  }

  /// Which shell each coefficient of a block belongs to.
  private struct Shells: Sendable {
    /// Coefficients in each shell.
    private(set) var counts: [Int]
    /// By coefficient; −1: beyond the Nyquist frequency.
    private var shellOf: [Int32] = []
    private let window: [Float]

    init(_ block: VolumeSize, voxelSizeAngstrom voxel: SIMD3<Double>, highest: Double) {
      let count = max(min(block.x, block.y, block.z) / 2, 1)
      counts = [Int](repeating: 0, count: count)
      func hann(_ length: Int) -> [Float] {
        (0..<length).map {
          Float(0.5 - 0.5 * Double.cos(2 * .pi * (Double($0) + 0.5) / Double(length)))
        }
      }
      let (alongX, alongY, alongZ) = (hann(block.x), hann(block.y), hann(block.z))
      window = alongZ.flatMap { z in alongY.flatMap { y in alongX.map { $0 * y * z } } }
      for z in 0..<block.z {
        let fz = frequency(z, of: block.z) / voxel.z
        for y in 0..<block.y {
          let fy = frequency(y, of: block.y) / voxel.y
          for x in 0...block.x / 2 {
            let fx = frequency(x, of: block.x) / voxel.x
            let length = (fx * fx + fy * fy + fz * fz).squareRoot()
            let shell = Int(length / highest * Double(count))
            shellOf.append(shell < count ? Int32(shell) : -1)
            if shell < count { counts[shell] += 1 }
          }
        }
      }
    }

    /// Sums of power in the shells.
    func powers(of samples: [Float], _ plan: FFTPlan) -> [Double] {
      let mean = samples.reduce(0) { $0 + Double($1) } / Double(samples.count)
      let windowed = zip(samples, window).map { ($0 - Float(mean)) * $1 }
      var sums = [Double](repeating: 0, count: counts.count)
      for (coefficient, shell) in zip(plan.forward(windowed), shellOf) where 0 <= shell {
        sums[Int(shell)] += Double(coefficient.power)
      }
      return sums
    }
  }
}

/// How a volume is filtered: tile by tile, each with the surroundings that the kernel reaches.
public struct FilterPlan: Sendable {
  private let geometry: VolumeGeometry
  private let reach: Int
  /// Voxels of a tile along each axis, and with its surroundings.
  private let core, shape: VolumeSize

  /// Memory that a thread needs, beside what all share.
  public var bytesPerThread: Int { 24 * shape.count }

  /// Plans for a volume.
  ///
  /// - Parameter reachAngstrom: where the kernel ends; of at least 8 and at most 64 voxels.
  public init(
    _ geometry: VolumeGeometry, reachAngstrom: Double = DensityFilter.longestPeriodAngstrom
  ) {
    self.geometry = geometry
    let wanted = (reachAngstrom / geometry.meanVoxelSizeAngstrom).rounded(.up)
    let reach = Int(min(max(wanted, 8), 64))
    let size = geometry.size
    func core(_ length: Int) -> Int { min(length, 2 * reach) }
    func padded(_ length: Int) -> Int { FFTPlan.fastSize(atLeast: core(length) + 2 * reach) }
    self.reach = reach
    self.core = VolumeSize(x: core(size.x), y: core(size.y), z: core(size.z))
    shape = VolumeSize(x: padded(size.x), y: padded(size.y), z: padded(size.z))
  }

  /// Filters a volume; the border is continued by its outermost voxels.
  ///
  /// - Parameters:
  ///   - source: of the plan's geometry, as the sink.
  ///   - sink: every voxel is written; the caller commits.
  /// - Throws: `Stopped`, or what source and sink throw.
  public func filter(
    _ source: any VolumeSource<Float>, with filter: DensityFilter,
    into sink: any VolumeSink<Float>, workers: Workers, monitor: StageMonitor
  ) throws {
    let kernel = RadialKernel(
      reach: reach, voxelSizeAngstrom: geometry.voxelSizeAngstrom, workers: workers,
      gain: filter.gain)
    let plan = FFTPlan(shape: [shape.z, shape.y, shape.x])
    let gains = kernel.spectrum(on: plan)
    let tiles = geometry.bounds.tiles(of: core)
    for first in stride(from: 0, to: tiles.count, by: workers.count) {
      let group = tiles[first..<min(first + workers.count, tiles.count)]
      let filtered = workers.map(group.count) { index in
        Result { try convolved(tiles[first + index], of: source, plan, gains) }
      }
      for block in filtered { try sink.write(try block.get()) }
      try monitor.report(completed: first + group.count, of: tiles.count)
    }
  }

  /// One tile: what a periodic convolution of it and its surroundings gets right.
  private func convolved(
    _ tile: Region, of source: any VolumeSource<Float>, _ plan: FFTPlan, _ gains: [Float]
  ) throws -> Block<Float> {
    let lower = VoxelIndex(
      x: tile.lower.x - reach, y: tile.lower.y - reach, z: tile.lower.z - reach)
    let around = Region(
      lower: lower,
      upper: VoxelIndex(x: lower.x + shape.x, y: lower.y + shape.y, z: lower.z + shape.z))
    var spectrum = plan.forward(try source.readReplicatingBorder(around).samples)
    for index in spectrum.indices { spectrum[index] = spectrum[index] * gains[index] }
    return Block(region: around, samples: plan.inverse(spectrum)).cropped(to: tile)
  }
}
