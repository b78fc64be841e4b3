import Testing
import TomogramModel
import Volumes

@testable import Evaluation

@Suite struct VoxelOverlapTests {
  @Test("Dice, IoU, precision and recall follow from hand-counted voxels")
  func handCounted() throws {
    // Shared 2, result alone 1, truth alone 2; one voxel ignored.
    let mask = Phantom.row([1, 1, 1, 0, 0, 1, 0] as [Int8])
    let truth = Phantom.row([4, 4, 0, 4, 9, 3, 0] as [UInt16])
    let volumes = try Phantom.compared(mask, truth, ignore: [3])
    let overlap = voxelOverlap(volumes.predicted, volumes.truth)
    #expect(overlap == VoxelOverlap(shared: 2, falsePositives: 1, falseNegatives: 2))
    #expect(isNear(overlap.dice, 4.0 / 7))
    #expect(isNear(overlap.iou, 2.0 / 5))
    #expect(isNear(overlap.precision, 2.0 / 3))
    #expect(isNear(overlap.recall, 1.0 / 2))
  }

  @Test("Two empty masks are the same mask, and ratios of nothing are unknown")
  func emptyMasks() {
    let neither = VoxelOverlap()
    #expect(neither.dice == 1 && neither.iou == 1)
    #expect(neither.precision == nil && neither.recall == nil)
    let missed = VoxelOverlap(falseNegatives: 5)
    #expect(missed.dice == 0 && missed.precision == nil && missed.recall == 0)
  }

  @Test("Dice is a function of IoU, whatever the masks", arguments: [1, 2, 3, 4, 5])
  func diceFollowsIoU(seed: UInt64) {
    var numbers = TestNumbers(state: seed)
    let region = Region(VolumeSize(x: 7, y: 5, z: 3))
    func random() -> Block<Int8> {
      Block(region: region, samples: (0..<105).map { _ in Int8.random(in: 0...1, using: &numbers) })
    }
    let overlap = voxelOverlap(random(), random())
    #expect(isNear(overlap.dice, 2 * overlap.iou / (1 + overlap.iou)))
  }
}

@Suite struct LabelRolesTests {
  @Test("Without a list every label but 0 and the ignored ones is a membrane")
  func everyLabel() {
    let roles = LabelRoles(membraneLabels: nil, ignoreLabels: [30])
    #expect(roles[0] == LabelRoles.background)
    #expect(roles[1] == LabelRoles.membrane && roles[65_535] == LabelRoles.membrane)
    #expect(roles[30] == LabelRoles.ignored)
  }

  @Test("With a list the other labels are background, and ignoring wins over it")
  func listed() {
    let roles = LabelRoles(membraneLabels: [0, 1, 2, 70_000, -3], ignoreLabels: [2, 30])
    #expect(roles[0] == LabelRoles.background)
    #expect(roles[1] == LabelRoles.membrane)
    #expect(roles[2] == LabelRoles.ignored && roles[30] == LabelRoles.ignored)
    #expect(roles[11] == LabelRoles.background)
  }

  @Test("Labels that are classes come apart into their 26-connected components")
  func classes() throws {
    let labels = Phantom.row([5, 5, 0, 5, 2, 2, 0, 2] as [UInt16])
    let volumes = try ComparedVolumes(
      mask: Phantom.mask(labels), labels: labels, geometry: labels.geometry, membraneLabels: nil,
      options: EvaluationOptions(labelsAreClasses: true))
    #expect(volumes.truthInstances.samples == [3, 3, 0, 4, 1, 1, 0, 2])
  }
}

@Suite struct ProbabilityCalibrationTests {
  /// Puts `voxels` of each (probability, share of membrane) into a row.
  private func calibration(
    _ parts: [(probability: Float, membrane: Int, background: Int)], workers: Workers = .one
  ) throws -> ProbabilityCalibration {
    var (probability, roles): ([Float], [UInt8]) = ([], [])
    for part in parts {
      probability += Array(repeating: part.probability, count: part.membrane + part.background)
      roles += Array(repeating: LabelRoles.membrane, count: part.membrane)
      roles += Array(repeating: LabelRoles.background, count: part.background)
    }
    let volume = Phantom.row(probability)
    return try probabilityCalibration(
      of: volume, roles: Block(region: volume.geometry.bounds, samples: roles), workers: workers)
  }

  @Test("A prediction that is right as often as it says has no calibration error")
  func calibrated() throws {
    let result = try calibration([(0.25, 25, 75), (0.75, 75, 25), (0, 0, 10), (1, 4, 0)])
    #expect(isNear(result.expectedError, 0))
  }

  @Test("The error is the mean gap between claimed and true share, weighted by voxels")
  func knownError() throws {
    // Gap 0.25 over 100 voxels, gap 0.5 over 50.
    let result = try calibration([(0.25, 50, 50), (0.5, 0, 50)])
    #expect(isNear(result.expectedError, (0.25 * 100 + 0.5 * 50) / 150))
    let brier = (50 * 0.25 * 0.25 + 50 * 0.75 * 0.75 + 50 * 0.25) / 150
    #expect(isNear(result.brierScore, brier))
  }

  @Test("Certain background hides an error that the uncertain voxels show")
  func uncertain() throws {
    let result = try calibration([(0, 0, 900), (0.5, 0, 100)])
    #expect(isNear(result.expectedError, 0.05))
    #expect(isNear(result.expectedErrorUncertain, 0.5))
  }

  @Test("Ignored voxels and NaN count nowhere, and nothing left is unknown")
  func leftOut() {
    var result = ProbabilityCalibration()
    let (probability, roles): ([Float], [UInt8]) = (
      [.nan, 0.9, 2], [LabelRoles.membrane, LabelRoles.ignored, LabelRoles.ignored]
    )
    result.add(probability: probability.span, roles: roles.span)
    #expect(result.expectedError == nil && result.brierScore == nil)
    result.add(probability: [Float(2)].span, roles: [LabelRoles.membrane].span)
    #expect(isNear(result.expectedError, 0), "Beyond 1 counts as 1.")
  }

  @Test("The result does not depend on the number of threads")
  func threads() throws {
    var numbers = TestNumbers(state: 4)
    let size = VolumeSize(x: 9, y: 7, z: 21)
    let volume = Volume<Float>(
      geometry: VolumeGeometry(size: size, voxelSizeAngstrom: 1),
      samples: (0..<size.count).map { _ in Float.random(in: 0...1, using: &numbers) })
    let roles = volume.block.map { UInt8($0 * 3) }
    let one = try probabilityCalibration(of: volume, roles: roles, workers: .one)
    let five = try probabilityCalibration(of: volume, roles: roles, workers: Workers(count: 5))
    #expect(one == five)
    #expect(one.bins.reduce(0) { $0 + $1.voxels } == roles.samples.count { $0 < 2 })
  }
}
