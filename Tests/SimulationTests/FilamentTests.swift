import Testing
import TomographicImaging
import Volumes

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

  @Test("Microtubules are as dense as they are said to be, each between the ends of the range")
  func microtubuleDensity() throws {
    func sum(_ density: Span2) throws -> Double {
      var options = SceneOptions()
      (options.size, options.pixelSizeAngstrom) = (VolumeSize(x: 48, y: 48, z: 32), 16)
      (options.vesicles, options.nestedPairs, options.tubules, options.sheets) = (0, 0, 0, 0)
      (options.contactVesicles, options.goldBeads, options.filaments) = (0, 0, 0)
      (options.particlesPerMillionNm3, options.ribosomesPerMillionNm3) = (0, 0)
      (options.texture, options.microtubules) = (Span2(0, 0), 3)
      options.microtubuleDensity = density
      let scene = try renderScene(options, seed: 2, workers: Workers(count: 2))
      return scene.density.samples.reduce(0) { $0 + Double($1) }
    }
    let single = try sum(Span2(0.9, 0.9))
    #expect(0 < single)
    #expect(abs(try sum(Span2(1.8, 1.8)) / single - 2) < 1e-3)
    #expect((single..<2 * single).contains(try sum(Span2(0.9, 1.8))))
    var options = SceneOptions()
    options.microtubuleDensity = Span2(0, 1)
    #expect(throws: SimulationError.self) { try options.check() }
  }

  @Test("A bundle holds at least one filament")
  func empty() {
    var options = SceneOptions()
    options.filamentsPerBundle = 0
    #expect(throws: SimulationError.self) { try options.check() }
  }
}
