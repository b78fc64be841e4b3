import RealModule

/// Random numbers of a stream named by numbers: the same names give the same numbers, whatever was
/// drawn elsewhere. So a training step can be redone without the steps before it.
///
/// SplitMix64 (Steele, Lea & Flood 2014, figure 15), its start mixed from the names.
public struct CountedGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Starts the stream that the numbers name, as in (seed, step, sample).
  public init(_ names: UInt64...) {
    state = 0x9e37_79b9_7f4a_7c15
    for name in names { state = Self.mixed(state ^ Self.mixed(name &+ 0x9e37_79b9_7f4a_7c15)) }
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return Self.mixed(state)
  }

  /// Uniform in `range`.
  public mutating func uniform(_ range: ClosedRange<Float>) -> Float {
    // 24 bits: all that a Float in 0..<1 carries.
    range.lowerBound + (range.upperBound - range.lowerBound) * (Float(next() >> 40) * 0x1p-24)
  }

  /// True with the given probability.
  public mutating func chance(_ probability: Float) -> Bool { uniform(0...1) < probability }

  /// Normal with mean 0 and s.d. 1, by the sum of four uniform 16-bit numbers.
  ///
  /// Reaches ±3.46 and has kurtosis 2.7, not 3: near enough for noise that is blurred and added to
  /// noise, and a tenth of the cost of the Box-Muller transform.
  public mutating func roughNormal() -> Float {
    let bits = next()
    let sum =
      Int32(truncatingIfNeeded: bits & 0xffff) &+ Int32(truncatingIfNeeded: bits >> 16 & 0xffff)
      &+ Int32(truncatingIfNeeded: bits >> 32 & 0xffff) &+ Int32(truncatingIfNeeded: bits >> 48)
    // Mean 4 × 32767.5; variance 4 × 65536² / 12.
    return (Float(sum) - 131070) * (1.7320508 / 65536)
  }

  /// Normal with mean 0 and s.d. 1 (Box & Muller 1958).
  public mutating func normal() -> Float {
    let radius = (-2 * Float.log(1 - uniform(0...1))).squareRoot()
    return radius * Float.cos(2 * .pi * uniform(0...1))
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
