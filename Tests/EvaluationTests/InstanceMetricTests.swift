import Testing
import Volumes

@testable import Evaluation

/// Overlap of two rows of labels, nothing grown.
private func overlap(_ predicted: [UInt16], _ truth: [UInt16]) -> InstanceOverlap {
  instanceOverlap(
    predicted: Phantom.row(predicted).block, truth: Phantom.row(truth).block, workers: .one)
}

/// Overlap of grown labels, voxel by voxel with sets.
private func naiveDilatedOverlap(
  _ predicted: Block<UInt16>, _ truth: Block<UInt16>, _ roles: Block<UInt8>
) -> InstanceOverlap {
  func labels(_ block: Block<UInt16>, _ x: Int, _ y: Int, _ z: Int) -> Set<UInt16> {
    let steps = [(0, 0, 0), (1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)]
    let found = steps.compactMap { step -> UInt16? in
      let voxel = VoxelIndex(x: x + step.0, y: y + step.1, z: z + step.2)
      return block.region.contains(voxel) ? block[voxel] : nil
    }
    return Set(found).subtracting([0])
  }
  var result = InstanceOverlap()
  let size = predicted.region.size
  for z in 0..<size.z {
    for y in 0..<size.y {
      for x in 0..<size.x
      where roles[VoxelIndex(x: x, y: y, z: z)] != LabelRoles.ignored {
        let (mine, theirs) = (labels(predicted, x, y, z), labels(truth, x, y, z))
        for p in mine { result.predictedVoxels[p, default: 0] += 1 }
        for g in theirs { result.truthVoxels[g, default: 0] += 1 }
        for p in mine {
          for g in theirs {
            result.shared[InstanceOverlap.Pair(predicted: p, truth: g), default: 0] += 1
          }
        }
      }
    }
  }
  return result
}

@Suite struct InstanceOverlapTests {
  @Test("Grown instances share the voxels that a naive count finds", arguments: [1, 2, 3])
  func dilatedEqualsNaive(seed: UInt64) {
    var numbers = TestNumbers(state: seed)
    let region = Region(VolumeSize(x: 11, y: 6, z: 5))
    func random() -> Block<UInt16> {
      Block(
        region: region,
        samples: (0..<region.size.count).map { _ in
          UInt16(max(Int.random(in: -6...4, using: &numbers), 0))
        })
    }
    let (predicted, truth) = (random(), random())
    let roles = random().map { $0 == 4 ? LabelRoles.ignored : LabelRoles.background }
    let fast = dilatedInstanceOverlap(
      predicted: predicted, truth: truth, roles: roles, workers: Workers(count: 3))
    #expect(fast == naiveDilatedOverlap(predicted, truth, roles))
  }

  @Test("Plain counts come from the labels as they are, on any number of threads")
  func plain() {
    let counted = overlap([1, 1, 2, 0, 0, 2], [7, 7, 7, 7, 0, 0])
    #expect(counted.predictedVoxels == [1: 2, 2: 2])
    #expect(counted.truthVoxels == [7: 4])
    #expect(
      counted.shared == [
        InstanceOverlap.Pair(predicted: 1, truth: 7): 2,
        InstanceOverlap.Pair(predicted: 2, truth: 7): 1,
      ])
  }
}

@Suite struct PanopticQualityTests {
  /// Quality of labels on a cube.
  private func quality(_ predicted: Volume<UInt16>, _ truth: Volume<UInt16>) -> PanopticQuality {
    let roles = truth.block.map { _ in LabelRoles.background }
    return PanopticQuality(
      dilated: dilatedInstanceOverlap(
        predicted: predicted.block, truth: truth.block, roles: roles, workers: .one))
  }

  /// A sheet one voxel thick across a volume of 16³ voxels.
  private func sheet(z: Int, label: UInt16) -> Volume<UInt16> {
    Phantom.labels(Phantom.geometry(16), halfThickness: 1, label: label) { $0.z - Double(10 * z) }
  }

  @Test("A result equal to the truth has quality 1, under whatever labels")
  func perfect() {
    let found = quality(sheet(z: 7, label: 3), sheet(z: 7, label: 9))
    #expect(found.pq == 1 && found.instanceF1 == 1 && found.matchedMeanIoU == 1)
  }

  @Test("A thin sheet shifted by one voxel is still matched, with the IoU of the grown sheets")
  func shifted() {
    // Grown: sections 6-8 and 7-9; 2 shared of 4.
    #expect(quality(sheet(z: 7, label: 1), sheet(z: 8, label: 1)).pq == 0)
    // One half is no match. Sheets of two sections: grown to 4, shifted by one: 3 of 5.
    let geometry = Phantom.geometry(16)
    func pair(_ z: Double) -> Volume<UInt16> {
      Phantom.labels(geometry, halfThickness: 6) { $0.z - z }
    }
    #expect(isNear(quality(pair(75), pair(85)).pq, 0.6))
  }

  @Test("Each instance that is missed or invented costs half a match")
  func missedAndInvented() {
    var predicted = sheet(z: 3, label: 1)
    var truth = predicted
    for (z, label) in [(8, UInt16(2)), (13, 3)] {
      for (voxel, value) in sheet(z: z, label: label).samples.enumerated() where value != 0 {
        truth.samples[voxel] = value
      }
    }
    #expect(isNear(quality(predicted, truth).pq, 1 / 2.0))
    predicted.samples[0] = 8
    let found = quality(predicted, truth)
    #expect(isNear(found.pq, 1 / 2.5))
    #expect(found.unmatchedPredicted == 1 && found.unmatchedTruth == 2)
  }

  @Test("Neither side having an instance is a perfect score")
  func empty() {
    let nothing = Volume<UInt16>(geometry: Phantom.geometry(3))
    #expect(quality(nothing, nothing).pq == 1)
    #expect(quality(nothing, nothing).instanceF1 == nil)
  }

  @Test("An instance is matched once, by the better of two that overlap it")
  func onlyOnce() {
    var counts = InstanceOverlap()
    counts.predictedVoxels = [1: 10, 2: 10]
    counts.truthVoxels = [1: 10]
    counts.shared = [
      InstanceOverlap.Pair(predicted: 1, truth: 1): 8,
      InstanceOverlap.Pair(predicted: 2, truth: 1): 9,
    ]
    let found = PanopticQuality(dilated: counts)
    #expect(found.matchedIoU == [9.0 / 11])
    #expect(found.unmatchedPredicted == 1 && found.unmatchedTruth == 0)
  }
}

@Suite struct GroupingTests {
  @Test("Halving one membrane costs one bit of splitting and none of merging")
  func halved() throws {
    let found = GroupingAgreement(overlap([1, 1, 2, 2], [5, 5, 5, 5]))
    #expect(isNear(found.splitBits, 1) && isNear(found.mergeBits, 0))
    #expect(isNear(found.voiBits, 1))
    // Pairs: 2 of the result, all right; 6 of the truth.
    #expect(isNear(found.pairF1, 2.0 * 2 / (2 + 6)))
    #expect(isNear(found.coverage, 1))
  }

  @Test("Merging four equal membranes costs two bits")
  func merged() {
    let found = GroupingAgreement(
      overlap([3, 3, 3, 3, 3, 3, 3, 3], [1, 1, 2, 2, 3, 3, 4, 4]))
    #expect(isNear(found.splitBits, 0) && isNear(found.mergeBits, 2))
    #expect(isNear(found.pairF1, 2.0 * 4 / (28 + 4)))
  }

  @Test("Voxels without a label on both sides do not judge grouping, only coverage")
  func uncovered() {
    let found = GroupingAgreement(overlap([1, 1, 0, 0, 9], [4, 4, 4, 4, 0]))
    #expect(isNear(found.voiBits, 0) && isNear(found.pairF1, 1))
    #expect(isNear(found.coverage, 0.5))
    let nothing = GroupingAgreement(overlap([0, 0], [1, 1]))
    #expect(nothing.voiBits == nil && nothing.pairF1 == nil && nothing.coverage == 0)
  }

  @Test("Information and pairs equal sums over all pairs of voxels", arguments: [11, 12, 13])
  func naive(seed: UInt64) {
    var numbers = TestNumbers(state: seed)
    let predicted = (0..<60).map { _ in UInt16.random(in: 1...4, using: &numbers) }
    let truth = (0..<60).map { _ in UInt16.random(in: 1...3, using: &numbers) }
    var (both, mine, theirs) = (0, 0, 0)
    for i in 0..<60 {
      for j in 0..<i {
        let (p, g) = (predicted[i] == predicted[j], truth[i] == truth[j])
        both += p && g ? 1 : 0
        mine += p ? 1 : 0
        theirs += g ? 1 : 0
      }
    }
    let found = GroupingAgreement(overlap(predicted, truth))
    #expect(isNear(found.pairF1, 2 * Double(both) / Double(mine + theirs)))
    // Symmetry: exchanging the sides exchanges splits and merges.
    let exchanged = GroupingAgreement(overlap(truth, predicted))
    #expect(isNear(found.splitBits, exchanged.mergeBits, 1e-9))
    #expect(isNear(found.mergeBits, exchanged.splitBits, 1e-9))
  }
}

@Suite struct SplitsAndMergesTests {
  @Test("A membrane in three pieces is split twice, three membranes in one are merged twice")
  func counts() {
    let pieces = overlap([1, 1, 2, 2, 3, 3], [1, 1, 1, 1, 1, 1])
    #expect(SplitsAndMerges(pieces) == SplitsAndMerges(splitCount: 2, mergeCount: 0))
    let merged = overlap([1, 1, 1, 1, 1, 1], [1, 1, 2, 2, 3, 3])
    #expect(SplitsAndMerges(merged) == SplitsAndMerges(splitCount: 0, mergeCount: 2))
  }

  @Test("A crumb below a tenth of a membrane is no part; a missed membrane is no split")
  func crumbs() {
    let crumb = overlap(
      [1] + Array(repeating: 2, count: 11), Array(repeating: 1, count: 12))
    #expect(SplitsAndMerges(crumb) == SplitsAndMerges(splitCount: 0, mergeCount: 0))
    let missed = overlap([0, 0, 0], [1, 1, 2])
    #expect(SplitsAndMerges(missed) == SplitsAndMerges(splitCount: 0, mergeCount: 0))
  }

  @Test("A small membrane swallowed by a big neighbour is a merge, however small it is")
  func swallowed() {
    let swallowed = overlap(
      Array(repeating: 1, count: 102), [2, 2] + Array(repeating: 1, count: 100))
    #expect(SplitsAndMerges(swallowed).mergeCount == 1)
  }

  @Test("A thin prediction of a thick label still shows its split")
  func thin() {
    let thin = overlap([1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0], Array(repeating: 1, count: 13))
    #expect(SplitsAndMerges(thin).splitCount == 1)
  }
}
