import LinearAlgebra
import Meshes
import Testing
import TomogramModel
import Volumes

@testable import Evaluation

private let center = SIMD3<Double>(repeating: 195)
private let geometry = Phantom.geometry(40)

/// A vesicle of radius 120 Å in a volume of 40³ voxels of 10 Å.
private func shell(radius: Double = 120, halfThickness: Double = 20) -> Volume<UInt16> {
  Phantom.shell(geometry, center: center, radius: radius, halfThickness: halfThickness)
}

private func sphere(radius: Double = 120) -> TriangleMesh {
  TriangleMesh.icosphere(center: center, radiusAngstrom: radius, subdivisions: 4)
}

private func report(
  _ result: Volume<UInt16>, exact: Bool, truth: Volume<UInt16>? = nil
) throws -> EvaluationReport {
  try evaluate(
    ResultInput(mask: Phantom.mask(result)),
    against: TruthInput(labels: truth ?? shell(), surfaces: exact ? [sphere()] : []),
    workers: Workers(count: 2))
}

@Suite struct MaskMetricTests {
  @Test("A mask equal to the truth is perfect by every measure", arguments: [true, false])
  func perfect(exact: Bool) throws {
    let found = try report(shell(), exact: exact)
    for name in [
      "dice", "iou", "precision", "recall", "nsd_1", "nsd_2", "surface_precision",
      "surface_recall", "surface_f1", "recall_seen", "recall_hidden", "recall_theta_0_30",
      "recall_theta_30_60", "recall_theta_60_90", "thickness_ratio", "surface_dice_membrain",
    ] {
      #expect(found[name] == 1, "\(name)")
    }
    #expect(found["hd95_A"] == 0)
  }

  @Test("The true area and its hidden share are those of the sphere", arguments: [true, false])
  func area(exact: Bool) throws {
    let found = try report(shell(), exact: exact)
    let area = 4 * Double.pi * 12 * 12
    #expect(isNear(found["area_truth_nm2"], area, 0.03 * area))
    // Normals within 30° of ±z in the xz plane, over all y: 2 lunes of 60° of 360°.
    #expect(isNear(found["hidden_area_share"], 1.0 / 3, exact ? 0.01 : 0.05))
  }

  @Test("A sheet shifted by k voxels passes the tolerances that allow it", arguments: [0, 1, 2, 3])
  func shifted(voxels: Int) throws {
    let small = Phantom.geometry(20)
    func sheet(_ z: Double) -> Volume<UInt16> {
      Phantom.labels(small, halfThickness: 26) { $0.z - z }
    }
    let volumes = try Phantom.compared(
      Phantom.mask(sheet(90 + 10 * Double(voxels))), sheet(90))
    let found = BoundaryAgreement(volumes, workers: .one)
    // Sheets of five sections, faces at 7 and 11 and, shifted, at 7 + k and 11 + k. A face's nearest
    // is k away; at k = 3 the inner two, 10 and 11, are one voxel apart and the outer two stay at 3.
    #expect(found.nsd1 == [1, 1, 0, 0.5][voxels])
    #expect(found.nsd2 == [1, 1, 1, 0.5][voxels])
    #expect(isNear(found.hd95Angstrom, 10 * Double(voxels), 1e-5))
  }

  @Test("A vesicle that is too large by four voxels is not recalled")
  func tooLarge() throws {
    let found = try report(shell(radius: 160), exact: true)
    #expect(isNear(found["hd95_A"], 40, 4.2))
    // The nearest predicted voxels are at 140 Å: 20 Å from the true surface, above 1.5 voxels.
    #expect((found["surface_recall"] ?? 1) < 0.05)
    #expect(found["surface_dice_membrain"] == 0)
  }

  @Test("Precision allows half thickness and 1.5 voxels, no more", arguments: [true, false])
  func precisionBand(exact: Bool) throws {
    // Allowed with the ridge's half thickness of about 2 voxels: radius 85 to 155 Å.
    let predicted = Phantom.labels(geometry, halfThickness: 1) { position in
      let radius = (position - center).length
      return 135 <= radius && radius <= 148 || 162 <= radius && radius <= 170 ? 0 : 9
    }
    let inside = predicted.samples.indices.count {
      guard predicted.samples[$0] != 0 else { return false }
      let row = $0 / 40
      let voxel = VoxelIndex(x: $0 % 40, y: row % 40, z: row / 40)
      return (geometry.position(of: voxel).angstrom - center).length < 155
    }
    let found = try report(predicted, exact: exact)
    let expected = Double(inside) / Double(predicted.samples.count { $0 != 0 })
    #expect(isNear(found["surface_precision"], expected, 0.01))
  }

  @Test("A fat mask keeps skeleton dice and recall but shows in nsd_1 and thickness_ratio")
  func fat() throws {
    let found = try report(shell(halfThickness: 45), exact: true)
    #expect((found["surface_dice_membrain"] ?? 0) > 0.99)
    #expect(found["surface_recall"] == 1)
    #expect((found["nsd_1"] ?? 1) < 0.2)
    #expect(isNear(found["thickness_ratio"], 45.0 / 20, 0.25))
  }

  @Test("An empty prediction has recall 0 and no precision")
  func emptyPrediction() throws {
    let found = try report(Volume<UInt16>(geometry: geometry), exact: true)
    #expect(found["recall"] == 0 && found["surface_recall"] == 0 && found["dice"] == 0)
    #expect(found["precision"] == nil && found["surface_precision"] == nil)
    #expect(found["surface_f1"] == nil && found["hd95_A"] == nil && found["nsd_1"] == 0)
    #expect(found["thickness_ratio"] == nil && found["surface_dice_membrain"] == nil)
  }

  @Test("A truth without membranes is judged: what is predicted is wrong")
  func emptyTruth() throws {
    let found = try report(
      shell(), exact: false, truth: Volume<UInt16>(geometry: geometry))
    #expect(found["precision"] == 0 && found["surface_precision"] == 0)
    #expect(found["recall"] == nil && found["surface_recall"] == nil)
    #expect(found.notes.contains("The truth holds no membrane."))
  }

  @Test("Half a vesicle is half recalled, and its seen and hidden parts are told apart")
  func halfVesicle() throws {
    // The last voxels have x = -5 Å and reach 1.5 voxels further: up to x of about 8 Å, which is
    // 1/30 of the area, and more of the hidden part, which lies near x = 0.
    let predicted = Phantom.labels(geometry, halfThickness: 20) { position in
      let offset = position - center
      return offset.x < 0 ? offset.length - 120 : 99
    }
    let found = try report(predicted, exact: true)
    #expect(isNear(found["surface_recall"], 0.53, 0.03))
    #expect(isNear(found["recall_seen"], 0.52, 0.03))
    #expect(isNear(found["recall_hidden"], 0.56, 0.06))
    #expect(found["surface_precision"] == 1)
  }

  @Test("Recall by θ sees that only the poles are found")
  func poles() throws {
    let predicted = Phantom.labels(geometry, halfThickness: 20) { position in
      let offset = position - center
      return abs(offset.z) > 0.86 * offset.length ? offset.length - 120 : 99
    }
    let found = try report(predicted, exact: true)
    #expect((found["recall_theta_0_30"] ?? 0) > 0.98)
    #expect((found["recall_theta_30_60"] ?? 1) < 0.3)
    #expect(found["recall_theta_60_90"] == 0)
    #expect((found["recall_hidden"] ?? 0) > (found["recall_seen"] ?? 1))
  }
}

@Suite struct IgnoredVoxelTests {
  /// The vesicle with label 30 where x < 195 Å, and with background where the truth has no say.
  private func halfIgnored() -> Volume<UInt16> {
    var labels = shell()
    for offset in labels.samples.indices where offset % 40 < 20 { labels.samples[offset] = 30 }
    return labels
  }

  @Test("What is predicted in ignored voxels changes no number", arguments: [true, false])
  func predictionThere(exact: Bool) throws {
    let options = EvaluationOptions(membraneLabels: [1], ignoreLabels: [30])
    var cut = shell()
    for offset in cut.samples.indices where offset % 40 < 16 { cut.samples[offset] = 0 }
    let truth = TruthInput(labels: halfIgnored(), surfaces: exact ? [sphere()] : [])
    let reports = try [shell(), cut].map {
      try evaluate(ResultInput(mask: Phantom.mask($0)), against: truth, options: options)
    }
    for row in reports[0].groups.flatMap(\.rows) where !row.name.hasPrefix("thickness") {
      #expect(isNear(row.value, reports[1][row.name], 0.01), "\(row.name)")
    }
    #expect(reports[0]["surface_recall"] == 1 && reports[0]["dice"] == 1)
    #expect(reports[0]["nsd_1"] == 1 && reports[0]["hd95_A"] == 0)
  }

  @Test("Half of the sphere's area is left when half of the volume is ignored")
  func areaLeft() throws {
    let found = try evaluate(
      ResultInput(mask: Phantom.mask(shell())),
      against: TruthInput(labels: halfIgnored(), surfaces: [sphere()]),
      options: EvaluationOptions(membraneLabels: [1], ignoreLabels: [30]))
    let half = 2 * Double.pi * 12 * 12
    #expect(isNear(found["area_truth_nm2"], half, 0.03 * half))
  }
}

@Suite struct BoundaryTests {
  @Test("Distances between boundaries are those of a naive search, in anisotropic voxels too")
  func naive() throws {
    var numbers = TestNumbers(state: 8)
    let size = VolumeSize(x: 8, y: 7, z: 6)
    let grid = VolumeGeometry(size: size, voxelSizeAngstrom: SIMD3(8, 10, 12.5))
    func random() -> [Int] {
      (0..<size.count).map { _ in Int.random(in: 0...3, using: &numbers) / 3 }
    }
    let mask = Volume<Int8>(geometry: grid, samples: random().map { Int8($0) })
    let truth = Volume<UInt16>(geometry: grid, samples: random().map { UInt16($0) })
    let volumes = try Phantom.compared(mask, truth)
    let found = BoundaryAgreement(volumes, workers: Workers(count: 2))
    let mine = naiveBoundary(volumes.predicted).map { grid.position(of: $0).angstrom }
    let theirs = naiveBoundary(volumes.truth).map { grid.position(of: $0).angstrom }
    func distances(_ from: [SIMD3<Double>], _ to: [SIMD3<Double>]) -> [Double] {
      from.map { a in to.map { (a - $0).length }.min() ?? .infinity }.sorted()
    }
    let (forth, back) = (distances(mine, theirs), distances(theirs, mine))
    let limit = grid.meanVoxelSizeAngstrom * 1.000_01
    let near = forth.count { $0 <= limit } + back.count { $0 <= limit }
    #expect(isNear(found.nsd1, Double(near) / Double(forth.count + back.count)))
    let hausdorff = [forth, back].compactMap { quantile(0.95, ofSorted: $0.map { Float($0) }) }
    #expect(isNear(found.hd95Angstrom, hausdorff.max(), 1e-4))
  }

  private func naiveBoundary(_ mask: Block<Int8>) -> [VoxelIndex] {
    let steps = [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)]
    var found: [VoxelIndex] = []
    for z in 0..<mask.region.size.z {
      for y in 0..<mask.region.size.y {
        for x in 0..<mask.region.size.x where mask[VoxelIndex(x: x, y: y, z: z)] != 0 {
          let open = steps.contains { step in
            let side = VoxelIndex(x: x + step.0, y: y + step.1, z: z + step.2)
            return mask.region.contains(side) && mask[side] == 0
          }
          if open { found.append(VoxelIndex(x: x, y: y, z: z)) }
        }
      }
    }
    return found
  }

  @Test("The 95th percentile interpolates between order statistics")
  func quantiles() {
    #expect(quantile(0.95, ofSorted: []) == nil)
    #expect(quantile(0.95, ofSorted: [3]) == 3)
    #expect(isNear(quantile(0.95, ofSorted: (0...10).map { Float($0) }), 9.5))
    #expect(median([]) == nil && median([3, 1, 2]) == 2 && median([4, 1, 2, 3]) == 2.5)
  }
}

@Suite struct VoxelsNearbyTests {
  @Test("A voxel is nearby exactly when a search over all voxels finds one")
  func naive() {
    var numbers = TestNumbers(state: 21)
    let size = VolumeSize(x: 9, y: 8, z: 7)
    let grid = VolumeGeometry(
      size: size, voxelSizeAngstrom: SIMD3(8, 10, 12.5), originAngstrom: SIMD3(-40, 3, 17))
    let mask = Volume<Int8>(
      geometry: grid,
      samples: (0..<size.count).map { _ in Int8(Int.random(in: 0...19, using: &numbers) / 19) })
    let nearby = VoxelsNearby(of: mask.block, geometry: grid, radiusAngstrom: 15)
    var hits = 0
    for _ in 0..<500 {
      let place = SIMD3(
        Double.random(in: -70...60, using: &numbers), Double.random(in: -30...110, using: &numbers),
        Double.random(in: -20...130, using: &numbers))
      let expected = mask.samples.indices.contains { offset in
        let row = offset / size.x
        let voxel = VoxelIndex(x: offset % size.x, y: row % size.y, z: row / size.y)
        return mask.samples[offset] != 0 && (grid.position(of: voxel).angstrom - place).length <= 15
      }
      hits += expected ? 1 : 0
      #expect(nearby.contains(near: place) == expected)
    }
    #expect(20 < hits && hits < 480)
  }
}
