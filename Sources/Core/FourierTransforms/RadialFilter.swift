public import Volumes

/// Frequency of coefficient `index` of an axis of `count` samples, cycles a sample, −1/2 ... 1/2.
@inlinable
public func frequency(_ index: Int, of count: Int) -> Double {
  Double(index <= count / 2 ? index : index - count) / Double(count)
}

extension FFTPlan {
  /// Real samples filtered by a gain that depends on the length of the frequency alone.
  ///
  /// - Parameters:
  ///   - samples: `sampleCount` values; periodic beyond the border.
  ///   - gain: of the frequency in cycles a sample, 0 ... √3/2.
  public func filtered(
    _ samples: [Float], workers: Workers = .one, gain: @Sendable (Double) -> Double
  ) -> [Float] {
    var spectrum = forward(samples)
    // Indexed by squared frequency, linearly interpolated: 4096 steps keep the error below 1e-4 for
    // any gain that is smooth over a coefficient.
    let steps = 4096
    let table = (0...steps + 1).map { step in
      Float(gain((0.75 * Double(step) / Double(steps)).squareRoot()))
    }
    let lengths = Array(repeating: 1, count: 3 - shape.count) + shape
    let rowLength = lengths[2] / 2 + 1
    let rowPower = (0..<rowLength).map { Float(frequency($0, of: lengths[2])).squared }
    let scale = Float(steps) / 0.75
    workers.fillRows(of: &spectrum, rowLength: rowLength) { row, span in
      let y = Float(frequency(row % lengths[1], of: lengths[1]))
      let z = Float(frequency(row / lengths[1], of: lengths[0]))
      for x in span.indices {
        let place = min((rowPower[x] + y * y + z * z) * scale, Float(steps))
        let step = Int(place)
        let share = place - Float(step)
        span[x] = span[x] * (table[step] * (1 - share) + table[step + 1] * share)
      }
    }
    return inverse(spectrum)
  }
}

extension Float {
  var squared: Float { self * self }
}
