import RealModule
import Testing

@testable import InstanceSeparation

@Suite("Grouping of fragments") struct GroupingTests {
  private let grouping = FragmentGrouping(thickness: 5, widestGap: 40)

  /// Pieces of a surface, every four voxels, whose height is a function of y.
  ///
  /// - Parameter height: with its slope.
  private func pieces(
    of fragment: Int, x: ClosedRange<Double>, y: ClosedRange<Double>,
    height: (Double) -> (Double, slope: Double) = { _ in (0, 0) }
  ) -> [SurfacePiece] {
    stride(from: y.lowerBound, through: y.upperBound, by: 4).flatMap { y in
      let (z, slope) = height(y)
      let normal = SIMD3(0, -slope, 1) / (1 + slope * slope).squareRoot()
      return stride(from: x.lowerBound, through: x.upperBound, by: 4).map { x in
        SurfacePiece(position: SIMD3(x, y, z), normal: normal, fragment: fragment)
      }
    }
  }

  @Test("A fragment in line with a neighbour's rim stays with its own membrane")
  func chanceNeighbour() {
    // Twelve voxels above a sheet another one faces it along most of its rim, and comes down to its height
    // at the end, which was cut off.
    func ramp(_ y: Double) -> (Double, slope: Double) {
      y < 140 ? (12, 0) : (0.2 * (200 - y), -0.2)
    }
    let sheet = pieces(of: 0, x: -60...0, y: -200...200)
    let other = pieces(of: 1, x: 20...80, y: -200...176, height: ramp)
    let end = pieces(of: 2, x: 20...60, y: 188...200, height: ramp)

    #expect(grouping.groups(of: sheet + other, fragments: 3) == [0, 1, 2])
    #expect(grouping.groups(of: other + end, fragments: 3) == [0, 1, 1])
    #expect(grouping.groups(of: sheet + end, fragments: 3) == [0, 1, 0])
    #expect(grouping.groups(of: sheet + other + end, fragments: 3) == [0, 1, 1])
  }

  @Test("What a gap parts is one membrane if one surface runs along it", arguments: [0.0, 6, 12])
  func step(height: Double) {
    let lower = pieces(of: 0, x: -60...0, y: 0...100)
    let upper = pieces(of: 1, x: 20...80, y: 0...100) { _ in (height, 0) }
    let isOne = grouping.groups(of: lower + upper, fragments: 2) == [0, 0]
    #expect(isOne == (height == 0))
  }

  @Test("A bent membrane is one across a gap that is not in its middle")
  func bent() {
    // A cylinder of radius 40 along y; a short side and a long one.
    func arc(_ fragment: Int, degrees: ClosedRange<Double>) -> [SurfacePiece] {
      stride(from: degrees.lowerBound, through: degrees.upperBound, by: 6).flatMap { degrees in
        let angle = degrees * .pi / 180
        return stride(from: 0.0, through: 80, by: 4).map { y in
          let normal = SIMD3(Double.sin(angle), 0, Double.cos(angle))
          return SurfacePiece(
            position: 40 * normal + SIMD3(0, y, 0), normal: normal, fragment: fragment)
        }
      }
    }
    let sides = arc(0, degrees: -100...0) + arc(1, degrees: 26...50)
    #expect(grouping.groups(of: sides, fragments: 2) == [0, 0])
  }
}
