import RealModule

/// Random numbers by counting: number `i` of a stream is a function of (seed, stream, i) alone, so
/// that results never depend on who draws first or on the number of threads.
///
/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) used as a keyed hash of the counter.
public struct CounterRandom: RandomNumberGenerator, Hashable, Sendable {
  private let key: UInt64
  private var counter: UInt64 = 0

  /// Makes the generator of one stream of a seed, at its first number.
  public init(seed: UInt64, stream: UInt64) {
    key = Self.mixed(Self.mixed(seed &+ Self.step) ^ (stream &* 0xD1B5_4A32_D192_ED03))
  }

  private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

  @inline(__always)
  private static func mixed(_ value: UInt64) -> UInt64 {
    var bits = value
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// The next number of the stream.
  public mutating func next() -> UInt64 {
    counter &+= 1
    return bits(at: counter)
  }

  /// Number `index` of the stream, whatever has been drawn.
  @inline(__always)
  public func bits(at index: UInt64) -> UInt64 { Self.mixed(key &+ index &* Self.step) }

  /// A generator of its own for item `index`, independent of this one's position.
  public func substream(_ index: Int) -> CounterRandom {
    CounterRandom(seed: key, stream: UInt64(bitPattern: Int64(index)))
  }

  /// A number drawn evenly from lower ..< upper.
  public mutating func uniform(_ lower: Double, _ upper: Double) -> Double {
    lower + (upper - lower) * Double(next() >> 11) * 0x1p-53
  }

  /// A number whose logarithm is drawn evenly from that of lower ..< upper; both above 0.
  public mutating func logUniform(_ lower: Double, _ upper: Double) -> Double {
    Double.exp(uniform(Double.log(lower), Double.log(upper)))
  }

  /// A whole number drawn evenly from `range`.
  public mutating func integer(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &self)
  }

  /// True with the given probability.
  public mutating func chance(_ probability: Double) -> Bool { uniform(0, 1) < probability }

  /// A number from the normal distribution of mean 0 and s.d. 1.
  public mutating func normal() -> Double {
    let radius = (-2 * Double.log(1 - uniform(0, 1))).squareRoot()
    return radius * Double.cos(2 * .pi * uniform(0, 1))
  }

  /// A direction drawn evenly from the unit sphere.
  public mutating func direction() -> SIMD3<Double> {
    let z = uniform(-1, 1)
    let angle = uniform(0, 2 * .pi)
    let radius = (1 - z * z).squareRoot()
    return SIMD3(radius * Double.cos(angle), radius * Double.sin(angle), z)
  }

  /// Fills a row with normal deviates number `first`, `first + 1`, ... of the stream.
  ///
  /// Box and Muller's pairs: deviates 2k and 2k + 1 come from numbers 2k + 1 and 2k + 2.
  /// - Parameter first: even.
  public func fillNormal(_ row: inout MutableSpan<Float>, first: Int) {
    precondition(first.isMultiple(of: 2), "Deviates come in pairs.")
    for pair in 0..<(row.count + 1) / 2 {
      let index = UInt64(first + 2 * pair)
      // In (0, 1]: the logarithm is finite.
      let share = Float((bits(at: index &+ 1) >> 40) &+ 1) * 0x1p-24
      let turn = Float(bits(at: index &+ 2) >> 40) * 0x1p-24
      let radius = (-2 * Float.log(share)).squareRoot()
      row[2 * pair] = radius * Float.cos(2 * .pi * turn)
      if 2 * pair + 1 < row.count { row[2 * pair + 1] = radius * Float.sin(2 * .pi * turn) }
    }
  }
}
