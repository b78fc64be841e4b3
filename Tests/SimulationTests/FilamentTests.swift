import TomographicImaging
import Testing

@testable import Simulation

@Suite struct FilamentTests {
  @Test(
    "Filaments of a bundle lie 8-20 nm from their neighbours, and four bundles of ten are rafts")
  func bundles() {
    var rafts = 0
    for seed in 0..<200 {
      var random = CounterRandom(seed: UInt64(seed), stream: 1)
      let offsets = bundleOffsets(9, random: &random)
      #expect(offsets.count == 9)
      for (index, offset) in offsets.enumerated() {
        let others = offsets.indices.filter { $0 != index }
        let squares = others.map { (offsets[$0] - offset) * (offsets[$0] - offset) }
        let nearest = (squares.map { $0.sum() }.min() ?? 0).squareRoot()
        // Each may be off its place by 10 Å along both axes.
        #expect((80 - 28.3...200 + 28.3).contains(nearest))
      }
      if offsets.allSatisfy({ abs($0.y) <= 10 }) { rafts += 1 }
    }
    #expect((60...100).contains(rafts))
  }

  @Test("A bundle holds at least one filament")
  func empty() {
    var options = SceneOptions()
    options.filamentsPerBundle = 0
    #expect(throws: SimulationError.self) { try options.check() }
  }
}
