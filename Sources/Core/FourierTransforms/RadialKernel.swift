import RealModule
public import Volumes

/// A radially symmetric kernel of finite reach, made from its gain: what it does to frequencies.
///
/// Because it ends, a volume is convolved tile by tile, and the tiles do not show. The taper towards
/// the reach smooths the gain over frequencies of 1 / reach.
public struct RadialKernel: Sendable {
  /// Voxels beyond which it is zero.
  public let reach: Int
  /// Values at offsets −reach ... reach, x fastest.
  public let values: [Float]

  /// Voxels along an edge.
  public var edge: Int { 2 * reach + 1 }

  /// Makes the kernel.
  ///
  /// - Parameters:
  ///   - gain: of the frequency in cycles per Å, from 0 to that of the voxels' diagonal.
  ///   - voxelSizeAngstrom: Å along x, y, z.
  ///   - reach: voxels, at least 1.
  public init(
    reach: Int, voxelSizeAngstrom: SIMD3<Double>, workers: Workers = .one,
    gain: @escaping @Sendable (Double) -> Double
  ) {
    precondition(0 < reach, "A kernel reaches a voxel or more.")
    let period = FFTPlan.fastSize(atLeast: 4 * reach)
    let plan = FFTPlan(shape: [period, period, period])
    var spectrum = [ComplexSample](repeating: ComplexSample(0, 0), count: plan.spectrumCount)
    workers.fillRows(of: &spectrum, rowLength: period / 2 + 1) { row, span in
      let y = frequency(row % period, of: period) / voxelSizeAngstrom.y
      let z = frequency(row / period, of: period) / voxelSizeAngstrom.z
      for place in span.indices {
        let x = frequency(place, of: period) / voxelSizeAngstrom.x
        span[place] = ComplexSample(Float(gain((x * x + y * y + z * z).squareRoot())), 0)
      }
    }
    let response = plan.inverse(spectrum)
    var values: [Float] = []
    values.reserveCapacity((2 * reach + 1) * (2 * reach + 1) * (2 * reach + 1))
    func wrapped(_ offset: Int) -> Int { offset < 0 ? offset + period : offset }
    for z in -reach...reach {
      for y in -reach...reach {
        let row = (wrapped(z) * period + wrapped(y)) * period
        for x in -reach...reach {
          let distance = Double(x * x + y * y + z * z).squareRoot() / Double(reach)
          values.append(response[row + wrapped(x)] * Float(Self.taper(distance)))
        }
      }
    }
    (self.reach, self.values) = (reach, values)
  }

  /// 1 up to half the reach, falling to 0 at the reach.
  static func taper(_ distance: Double) -> Double {
    if distance <= 0.5 { return 1 }
    if 1 <= distance { return 0 }
    let cosine = Double.cos(.pi * (distance - 0.5))
    return cosine * cosine
  }

  /// What a periodic grid's coefficients are multiplied by: real, as the kernel is symmetric.
  ///
  /// - Parameter plan: of three axes longer than the kernel's edge.
  public func spectrum(on plan: FFTPlan) -> [Float] {
    let shape = plan.shape
    precondition(
      shape.count == 3 && shape.allSatisfy { edge <= $0 }, "A kernel fits into the grid.")
    var samples = [Float](repeating: 0, count: plan.sampleCount)
    func wrapped(_ offset: Int, _ axis: Int) -> Int { offset < 0 ? offset + shape[axis] : offset }
    var place = 0
    for z in -reach...reach {
      for y in -reach...reach {
        let row = (wrapped(z, 0) * shape[1] + wrapped(y, 1)) * shape[2]
        for x in -reach...reach {
          samples[row + wrapped(x, 2)] = values[place]
          place += 1
        }
      }
    }
    return plan.forward(samples).map { $0.real }
  }
}
