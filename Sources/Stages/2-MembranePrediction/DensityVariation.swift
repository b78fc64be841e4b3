import Filters
import Training
import Volumes

/// A random change of a patch's density that keeps its membranes: what differs between microscopes,
/// defoci, filters and reconstructions.
///
/// Noise, then blur (or its opposite), then contrast, offset and a slope across the patch. After
/// noise and blur the s.d. is brought back to what it was, as stage 1 would.
struct DensityVariation {
  private let noise: Float
  private let noiseBlur: Float
  private let blur: Float
  private let sharpening: Float
  private let contrast: Float
  private let offset: Float
  private let slope: SIMD3<Float>

  init(_ generator: inout CountedGenerator) {
    noise = generator.chance(0.5) ? generator.uniform(0...0.8) : 0
    noiseBlur = generator.chance(0.5) ? generator.uniform(0.4...1.2) : 0
    let filters = generator.uniform(0...1)
    blur = filters < 0.4 ? generator.uniform(0.3...1.4) : 0
    sharpening = 0.8 < filters ? generator.uniform(0.2...1) : 0
    contrast = generator.uniform(0.75...1.3)
    offset = generator.uniform(-0.2...0.2)
    slope = SIMD3(
      generator.uniform(-0.3...0.3), generator.uniform(-0.3...0.3), generator.uniform(-0.2...0.2))
  }

  func apply(
    to density: inout [Float], size: VolumeSize, _ generator: inout CountedGenerator
  ) {
    let before = Self.deviation(density)
    if 0 < noise {
      var added = density.map { _ in generator.roughNormal() }
      if 0 < noiseBlur { added = Self.blurred(added, size, sigma: noiseBlur) }
      let scale = noise * before / max(Self.deviation(added), 1e-6)
      for index in density.indices { density[index] += scale * added[index] }
    }
    if 0 < blur { density = Self.blurred(density, size, sigma: blur) }
    if 0 < sharpening {
      let smooth = Self.blurred(density, size, sigma: 1)
      for index in density.indices {
        density[index] += sharpening * (density[index] - smooth[index])
      }
    }
    finish(&density, size, scale: contrast * before / max(Self.deviation(density), 1e-6))
  }

  private func finish(_ density: inout [Float], _ size: VolumeSize, scale: Float) {
    let half = SIMD3(Float(size.x), Float(size.y), Float(size.z)) / 2
    for z in 0..<size.z {
      for y in 0..<size.y {
        let level =
          offset + slope.z * (Float(z) - half.z) / half.z + slope.y * (Float(y) - half.y) / half.y
        let row = (z * size.y + y) * size.x
        let rise = slope.x / half.x
        for x in 0..<size.x {
          let value = density[row &+ x] * scale + level + rise * (Float(x) - half.x)
          density[row &+ x] = min(max(value, -5), 5)
        }
      }
    }
  }

  static func deviation(_ values: [Float]) -> Float {
    var (sum, squares) = (0.0, 0.0)
    for value in values {
      sum += Double(value)
      squares += Double(value) * Double(value)
    }
    let count = Double(max(values.count, 1))
    return Float(max(squares / count - (sum / count) * (sum / count), 0).squareRoot())
  }

  /// The values, x fastest, blurred alike along all axes; on one worker, as patches are made side by
  /// side.
  static func blurred(_ values: [Float], _ size: VolumeSize, sigma: Float) -> [Float] {
    gaussianSmoothed(
      Block(region: Region(size), samples: values),
      sigmaVoxels: SIMD3(repeating: Double(sigma)), workers: .one
    ).samples
  }
}
