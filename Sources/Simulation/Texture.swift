import FourierTransforms
import RealModule
import TomographicImaging
import Volumes

/// A periodic tile of correlated noise, mean 0 and s.d. 1: the look of lumen and cytosol.
struct Texture: Sendable {
  /// Voxels along each axis of the tile, a power of two.
  let edge: Int
  private let samples: [Float]

  /// Draws a texture.
  ///
  /// - Parameters:
  ///   - edge: voxels along each axis of the tile, a power of two.
  ///   - correlation: length over which it changes, voxels.
  ///   - exponent: fall of its amplitude with frequency beyond that length.
  ///   - graininess: 0 Gaussian, 1 grains of high density on a calm ground.
  init(
    edge: Int, correlation: Double, exponent: Double, graininess: Double, random: CounterRandom,
    workers: Workers
  ) {
    precondition(edge & (edge - 1) == 0, "A tile's edge is a power of two.")
    self.edge = edge
    var noise = [Float](repeating: 0, count: edge * edge * edge)
    workers.fillRows(of: &noise, rowLength: edge) { row, span in
      random.fillNormal(&span, first: row * edge)
    }
    let plan = FFTPlan(shape: [edge, edge, edge])
    noise = plan.filtered(noise, workers: workers) { frequency in
      let place = frequency * 2 * .pi * correlation
      return Double.pow(1 + place * place, -exponent / 2)
    }
    samples = Self.standardised(
      Self.standardised(noise).map { value in
        value + Float(graininess) * (Float.exp(value) - 1.65)
      })
  }

  private static func standardised(_ values: [Float]) -> [Float] {
    let count = Double(values.count)
    let mean = values.reduce(0.0) { $0 + Double($1) } / count
    let variance =
      values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
    let scale = 1 / max(variance, 1e-30).squareRoot()
    return values.map { Float((Double($0) - mean) * scale) }
  }

  /// Offset of a row of the tile that repeats for ever.
  func rowStart(y: Int, z: Int) -> Int {
    let mask = edge - 1
    return ((z & mask) * edge + (y & mask)) * edge
  }

  /// The value of column `x` of the row at `start`.
  @inline(__always)
  func value(start: Int, x: Int) -> Float { samples[start &+ (x & (edge &- 1))] }
}
