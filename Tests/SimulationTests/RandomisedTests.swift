import Testing

@testable import Simulation

@Suite struct RandomisedTests {
  @Test("Randomised scenes have the stated shares of kinds and looks")
  func shares() {
    let drawn = (UInt64(0)..<1000).map { SimulationOptions.randomised(seed: $0) }
    func share(_ isWanted: (SimulationOptions) -> Bool) -> Double {
      Double(drawn.count(where: isWanted)) / Double(drawn.count)
    }
    let empty = share { options in
      let scene = options.scene
      return 0 == scene.vesicles + scene.nestedPairs + scene.tubules + scene.sheets
        + scene.cisternaStacks + scene.contactVesicles + scene.organelles + scene.buddingVesicles
        + scene.mitochondria + scene.openMembranes
    }
    #expect((0.05...0.11).contains(empty))
    #expect((0.2...0.35).contains(share { 3 < $0.scene.microtubules }))
    #expect(
      (0.06...0.14).contains(share { 60 <= $0.scene.vesicleRadiusNm.low && 9 < $0.scene.filaments })
    )
    #expect((0.36...0.48).contains(share { 0 < $0.scene.organelles }))
    #expect((0.13...0.21).contains(share { 0 < $0.scene.mitochondria }))
    #expect((0.20...0.32).contains(share { 0 < $0.scene.openMembranes }))
    #expect((0.06...0.14).contains(share { 0 < $0.imaging.wedgeFill }))
    #expect((0.35...0.45).contains(share { 0 < $0.imaging.backgroundGradient }))
    #expect((0.1...0.2).contains(share { 0.8 < $0.imaging.noiseBlurVoxels }))
    #expect((0.6...0.85).contains(share { (8...14).contains($0.scene.pixelSizeAngstrom) }))
    #expect((0.2...0.4).contains(share { ($0.imaging.leafletCNR ?? 1) < 0.4 }))
    #expect(drawn.allSatisfy { $0.imaging.lowPassVoxels == 0 || 0.5 <= $0.imaging.leafletCNR ?? 0 })
    #expect(drawn.allSatisfy { $0.imaging.wedgeFill == 0 || 0 < $0.imaging.lowPassVoxels })
  }
}
