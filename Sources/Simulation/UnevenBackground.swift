import RealModule
import TomographicImaging
import Volumes

/// A background that rises to one side, as ice that grows thicker does, and changes slowly in
/// patches: a plane and some long waves, in s.d. of the tomogram.
struct UnevenBackground: Sendable {
  let size: VolumeSize
  /// Rise a voxel.
  private let slope: SIMD3<Double>
  private let waves: [Wave]

  private struct Wave: Sendable {
    var amplitude: Double
    /// Radians a voxel.
    var number: SIMD3<Double>
    var phase: Double
  }

  init(_ options: ImagingOptions, size: VolumeSize, random: CounterRandom) {
    var random = random
    self.size = size
    let extent = SIMD3(Double(size.x), Double(size.y), Double(size.z))
    // Mostly across the beam: thickness changes along the film.
    var direction = random.direction()
    direction.z *= 0.2
    let rise = SIMD3(abs(direction.x), abs(direction.y), abs(direction.z)) * extent
    slope = direction * (options.backgroundGradient / max(rise.sum(), 1e-9))
    let count = 6
    // The mean square of a wave is half its amplitude's square.
    let amplitude = options.backgroundPatches * (2 / Double(count)).squareRoot()
    waves = (0..<count).map { _ in
      let length = max(extent.x, extent.y) * random.logUniform(0.3, 1.5)
      return Wave(
        amplitude: amplitude, number: random.direction() * (2 * .pi / length),
        phase: random.uniform(0, 2 * .pi))
    }
  }

  /// Adds the background times the samples' s.d.
  func add(to samples: inout [Float], workers: Workers) {
    let deviation = standardDeviation(samples)
    workers.fillRows(of: &samples, rowLength: size.x) { row, span in
      let start = SIMD3(0, Double(row % size.y), Double(row / size.y))
      addPlane(to: &span, start: start, deviation: deviation)
      for wave in waves where wave.amplitude != 0 {
        Self.add(wave, to: &span, start: start, deviation: deviation)
      }
    }
  }

  private func addPlane(
    to row: inout MutableSpan<Float>, start: SIMD3<Double>, deviation: Double
  ) {
    let first = Float((slope * start).sum() * deviation)
    let step = Float(slope.x * deviation)
    for x in row.indices { row[x] += first + step * Float(x) }
  }

  /// Turns a unit vector by the same angle from voxel to voxel, which spares a cosine each.
  private static func add(
    _ wave: Wave, to row: inout MutableSpan<Float>, start: SIMD3<Double>, deviation: Double
  ) {
    let angle = (wave.number * start).sum() + wave.phase
    let scale = wave.amplitude * deviation
    var (cosine, sine) = (scale * .cos(angle), scale * .sin(angle))
    let (turnCosine, turnSine) = (Double.cos(wave.number.x), Double.sin(wave.number.x))
    for x in row.indices {
      row[x] += Float(cosine)
      (cosine, sine) = (
        cosine * turnCosine - sine * turnSine, sine * turnCosine + cosine * turnSine
      )
    }
  }
}
