import Testing
import TomogramModel
import Volumes

@testable import Evaluation

private let geometry = VolumeGeometry(
  size: VolumeSize(x: 64, y: 64, z: 44), voxelSizeAngstrom: 10)

/// Two sheets five voxels thick across the volume, at z = 155 Å (label 1) and z = 355 Å (label 2).
private let sheets: Volume<UInt16> = {
  var volume = Phantom.labels(geometry, halfThickness: 24) { $0.z - 155 }
  let second = Phantom.labels(geometry, halfThickness: 24, label: 2) { $0.z - 355 }
  for offset in volume.samples.indices where second.samples[offset] != 0 {
    volume.samples[offset] = 2
  }
  return volume
}()

/// A round gap of 300 Å in the first sheet and one of 160 Å in the second.
private let gapLabels: Volume<Int16> = {
  var volume = Volume<Int16>(geometry: geometry)
  for z in 0..<44 {
    for y in 0..<64 {
      for x in 0..<64 {
        let voxel = VoxelIndex(x: x, y: y, z: z)
        let (dx, dy) = (Double(10 * x - 300), Double(10 * y - 300))
        let radius = (dx * dx + dy * dy).squareRoot()
        if sheets[voxel] == 1, radius <= 150 { volume[voxel] = 1 }
        if sheets[voxel] == 2, radius <= 80 { volume[voxel] = 2 }
      }
    }
  }
  return volume
}()

private func record(_ id: Int, length: Double, cause: GapCause) -> GapRecord {
  GapRecord(
    id: id, membrane: id, cause: cause, lengthAngstrom: length, thetaDegrees: 0, hiddenShare: 1,
    areaNm2: 0, centre: Position(x: 300, y: 300, z: 155))
}

private let given = Volume<Int8>(
  geometry: geometry,
  samples: zip(sheets.samples, gapLabels.samples).map { $0 != 0 && $1 == 0 ? 1 : 0 })

/// Judges the segmentation with gaps plus the voxels that fulfil a condition.
private func score(adding isAdded: (VoxelIndex, Int) -> Bool) throws -> GapBenchmark {
  var mask = given
  for z in 0..<44 {
    for y in 0..<64 {
      for x in 0..<64 {
        let voxel = VoxelIndex(x: x, y: y, z: z)
        if isAdded(voxel, (z * 64 + y) * 64 + x) { mask[voxel] = 1 }
      }
    }
  }
  let gaps = KnownGaps(
    mask: given, labels: gapLabels,
    records: [record(1, length: 300, cause: .wedge), record(2, length: 160, cause: .noise)])
  let report = try evaluate(
    ResultInput(mask: mask), against: TruthInput(labels: sheets, gaps: gaps))
  return try #require(report.knownGaps)
}

@Suite struct GapBenchmarkTests {
  @Test("Gaps closed as the truth has them score 1 in their bins, causes and directions")
  func perfect() throws {
    let found = try score { _, offset in gapLabels.samples[offset] != 0 }
    #expect(found.byLength[2].f1 == 1 && found.byLength[1].f1 == 1)
    #expect(found.byCause[.wedge]?.f1 == 1 && found.byCause[.noise]?.f1 == 1)
    #expect(found.hidden.f1 == 1 && found.byTheta[0].f1 == 1)
    #expect(found.seen.f1 == nil && found.byLength[0].f1 == nil)
    // Discs of 150 and 80 Å radius.
    #expect(isNear(found.byLength[2].closed.total, 706.9, 15))
    #expect(isNear(found.byLength[1].closed.total, 201.1, 10))
    #expect(found.falseArea.found == 0 && found.parts == 2)
  }

  @Test("Nothing closed has recall and F1 0, and no precision; thickening changes nothing")
  func nothing() throws {
    let found = try score { _, _ in false }
    #expect(found.all.closed.share == 0 && found.all.f1 == 0 && found.all.added.share == nil)
    let thick = try score { voxel, _ in [13, 18].contains(voxel.z) && voxel.x < 10 }
    #expect(thick == found)
  }

  @Test("One gap of two: its bin scores 1, the other's recall is 0")
  func oneOfTwo() throws {
    let found = try score { _, offset in gapLabels.samples[offset] == 1 }
    #expect(found.byLength[2].f1 == 1 && found.byLength[1].f1 == 0)
    #expect(isNear(found.all.closed.share, 706.9 / (706.9 + 201.1), 0.02))
  }

  @Test("A wall between two membranes is false as a whole, and counts by its own extent")
  func joining() throws {
    let found = try score { voxel, _ in
      (54..<59).contains(voxel.x) && (16..<48).contains(voxel.y) && (18..<34).contains(voxel.z)
    }
    #expect(found.all.added.share == 0 && found.partsJoining == 1)
    // 4 √λ₂ of a side of 13 or 14 voxels, 4/√12 of it.
    #expect(found.byLength[1].added.total == found.all.added.total)
    #expect(isNear(found.falseArea.found, 32 * 13.5, 80))
  }

  @Test("A closing that also joins the two membranes is false as a whole")
  func closingThatJoins() throws {
    let found = try score { voxel, offset in
      gapLabels.samples[offset] != 0
        || (28..<33).contains(voxel.x) && (28..<33).contains(voxel.y)
          && (13..<38).contains(voxel.z)
    }
    #expect(found.all.added.share == 0 && found.all.f1 == 0)
  }

  @Test("A sheet off the truth by four voxels is false; a lump counts by its volume")
  func offTruth() throws {
    let shifted = try score { voxel, _ in
      let source = VoxelIndex(x: voxel.x, y: voxel.y, z: max(voxel.z - 4, 0))
      return gapLabels[source] == 1
    }
    #expect(shifted.byLength[2].added.share == 0)
    let lump = try score { voxel, _ in
      (44..<60).contains(voxel.x) && (44..<60).contains(voxel.y) && (20..<32).contains(voxel.z)
    }
    // 16 × 16 × 12 nm³ over twice a thickness of 4-5 nm.
    #expect(300 <= lump.falseArea.found && lump.all.added.share == 0)
  }
}
