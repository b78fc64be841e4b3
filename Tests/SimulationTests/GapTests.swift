import LinearAlgebra
import Testing
import TomogramModel
import Volumes

@testable import Simulation

private let geometry = VolumeGeometry(
  size: VolumeSize(x: 72, y: 72, z: 20), voxelSizeAngstrom: 10)

/// A level sheet five voxels thick across the volume.
private func sheet() -> Volume<UInt16> {
  var labels = Volume<UInt16>(geometry: geometry)
  for z in 8..<13 {
    for y in 0..<72 {
      for x in 0..<72 { labels[VoxelIndex(x: x, y: y, z: z)] = 7 }
    }
  }
  return labels
}

@Suite struct GapTests {
  @Test("Erased gaps are what mask and labels say, have their width, and leave 60 % standing")
  func erased() throws {
    let labels = sheet()
    let truth = erasedGaps(
      in: labels, tilt: .customary, perBin: 2, seed: 3, workers: Workers(count: 2))
    #expect(3 <= truth.records.count)
    var counts = [Int](repeating: 0, count: truth.records.count + 1)
    var mistakes = 0
    for offset in labels.samples.indices {
      let gap = Int(truth.labels.samples[offset])
      let isCut = gap != 0
      let isLeft = truth.mask.samples[offset] != 0
      if (labels.samples[offset] != 0) != (isCut != isLeft) { mistakes += 1 }
      counts[gap] += 1
    }
    #expect(mistakes == 0)
    for record in truth.records {
      #expect(record.membrane == 7 && record.cause == .erased && record.hiddenShare == 1)
      #expect(50 <= record.lengthAngstrom && record.lengthAngstrom <= 600)
      // The rough edge lies within a fifth of the width of the outline on each side, so that the
      // width across is 0.6 to 1.4 times what it was.
      let area = Double(counts[record.id]) / 5
      #expect(0.36 * record.areaNm2 <= area && area <= 1.96 * record.areaNm2)
    }
    let cut = truth.records.reduce(0) { $0 + $1.areaNm2 }
    #expect(cut <= 0.4 * 72 * 72 + 1)
  }

  @Test("The same seed erases the same gaps on one and on two threads, another seed others")
  func deterministic() {
    let labels = sheet()
    func gaps(seed: UInt64, workers: Workers) -> GapTruth {
      erasedGaps(in: labels, tilt: .customary, perBin: 1, seed: seed, workers: workers)
    }
    let first = gaps(seed: 1, workers: .one)
    let second = gaps(seed: 1, workers: Workers(count: 2))
    #expect(first.records == second.records && first.mask == second.mask)
    #expect(first.records != gaps(seed: 2, workers: .one).records)
  }

  @Test("Gaps keep 8 nm from each other and from the border")
  func apart() {
    let truth = erasedGaps(
      in: sheet(), tilt: .customary, perBin: 2, seed: 5, workers: Workers(count: 2))
    for first in truth.records {
      let place = first.centre.angstrom
      #expect(first.lengthAngstrom / 2 + 80 <= min(place.x, place.y) + 20)
      for second in truth.records where first.id < second.id {
        let away = (place - second.centre.angstrom).length
        #expect((first.lengthAngstrom + second.lengthAngstrom) / 2 + 80 <= away + 15)
      }
    }
  }

  @Test("A scene's gaps are hidden by the wedge, or seen and without density, or under protein")
  func scene() throws {
    var options = SceneOptions.gapBenchmark
    options.size = VolumeSize(x: 104, y: 104, z: 52)
    options.pixelSizeAngstrom = 16
    (options.vesicles, options.nestedPairs, options.contactVesicles, options.tubules) = (0, 0, 0, 0)
    (options.openMembranes, options.filaments, options.goldBeads) = (0, 0, 0)
    options.membraneProteinsPer1000Nm2 = 0
    options.particlesPerMillionNm3 = 0
    options.ribosomesPerMillionNm3 = 0
    options.gapsPerLengthBin = 3
    let scene = try renderScene(options, seed: 4, workers: Workers(count: 2))
    let gaps = try #require(scene.gaps)
    var sums = [Int: (density: Float, voxels: Float)]()
    for offset in gaps.labels.samples.indices where scene.labels.samples[offset] != 0 {
      let id = Int(gaps.labels.samples[offset])
      let old = sums[id] ?? (0, 0)
      sums[id] = (old.density + scene.density.samples[offset], old.voxels + 1)
    }
    let intact = try #require(sums[0])
    let membrane = intact.density / intact.voxels
    #expect(Set(gaps.records.map(\.cause)) == [.wedge, .noise, .protein])
    for record in gaps.records {
      let sum = try #require(sums[record.id])
      let share = sum.density / sum.voxels / membrane
      switch record.cause {
      case .wedge: #expect(0.8 <= record.hiddenShare && 0.7 <= share)
      // The fade takes 2 nm, some of it inside.
      case .noise: #expect(record.hiddenShare <= 0.2 && share <= 0.4)
      case .protein: #expect(record.hiddenShare <= 0.2 && 1.3 <= share)
      case .erased: Issue.record("A scene's gap has another cause.")
      }
    }
  }
}
