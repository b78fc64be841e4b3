import RealModule
import Testing

@testable import Report

@Suite struct PaletteTests {
  @Test("The first 21 membranes have 21 colours, then they repeat")
  func distinct() {
    #expect(Set((1...21).map(MembranePalette.hex)).count == 21)
    #expect(MembranePalette.hex(label: 22) == MembranePalette.hex(label: 1))
    #expect(MembranePalette.hex(label: 3) == "#009e73")
  }

  /// Linear models of colour blindness by Machado et al., IEEE TVCG 15 (2009), severity 1.
  @Test(
    "The first seven colours stay apart for colour-blind readers",
    arguments: [
      [
        0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998,
      ],
      [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881],
      [1, 0, 0, 0, 1, 0, 0, 0, 1],
    ])
  func colourBlind(matrix: [Double]) {
    func seen(_ label: Int) -> SIMD3<Double> {
      let rgb = SIMD3<Double>(MembranePalette.colour(label: label)) / 255
      let linear = SIMD3(
        Double.pow(rgb.x, 2.2), Double.pow(rgb.y, 2.2), Double.pow(rgb.z, 2.2))
      let rows = (0..<3).map { row in
        (SIMD3(matrix[3 * row], matrix[3 * row + 1], matrix[3 * row + 2]) * linear).sum()
      }
      return SIMD3(
        Double.pow(max(rows[0], 0), 1 / 2.2), Double.pow(max(rows[1], 0), 1 / 2.2),
        Double.pow(max(rows[2], 0), 1 / 2.2))
    }
    for a in 1...7 {
      for b in 1..<a {
        let difference = seen(a) - seen(b)
        // A tenth of the cube's edge is well above what eyes tell apart side by side (about 0.02).
        #expect(0.1 < (difference * difference).sum().squareRoot(), "membranes \(a) and \(b)")
      }
    }
  }
}
