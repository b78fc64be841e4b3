/// One colour a membrane, the same in the page, in the slices and in ChimeraX.
///
/// Okabe and Ito's colours (J*FLY, "Color Universal Design", 2008) without black, which a greyscale
/// section would swallow: people with any common colour vision tell them apart. After seven, the
/// same hues come lighter, then darker; after 21 they repeat, and the number tells.
public enum MembranePalette {
  private static let base: [SIMD3<Double>] = [
    SIMD3(230, 159, 0), SIMD3(86, 180, 233), SIMD3(0, 158, 115), SIMD3(213, 94, 0),
    SIMD3(204, 121, 167), SIMD3(0, 114, 178), SIMD3(240, 228, 66),
  ]

  /// Red, green and blue, 0...255, of a membrane's label.
  ///
  /// - Precondition: labels start at 1.
  public static func colour(label: Int) -> SIMD3<UInt8> {
    precondition(1 <= label, "Membranes are numbered from 1.")
    let hue = base[(label - 1) % base.count]
    let mixed: SIMD3<Double> =
      switch (label - 1) / base.count % 3 {
      case 0: hue
      case 1: hue * 0.5 + SIMD3(repeating: 127.5)
      default: hue * 0.62
      }
    return SIMD3<UInt8>(mixed.rounded(.toNearestOrAwayFromZero))
  }

  /// The colour as `#rrggbb`.
  public static func hex(label: Int) -> String {
    let rgb = colour(label: label)
    return "#"
      + (0..<3).map { axis in
        let digits = String(rgb[axis], radix: 16)
        return digits.count == 1 ? "0" + digits : digits
      }.joined()
  }
}
