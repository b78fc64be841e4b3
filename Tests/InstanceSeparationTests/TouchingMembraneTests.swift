import Morphology
import Synchronization
import TestSupport
import Testing
import TomogramModel
import Volumes
import WorkLedger

@testable import InstanceSeparation

@Suite("Separation by faces") struct TouchingMembraneTests {
  static let size = VolumeSize(x: 60, y: 48, z: 48)
  static let geometry = VolumeGeometry(size: size, voxelSizeAngstrom: 10)

  /// Labels of a union of surfaces, 0 where there is none and the nearest surface's number elsewhere.
  static func truth(_ surfaces: [AnalyticSurface], thickness: Double) -> [Int] {
    var labels: [Int] = []
    for z in 0..<size.z {
      for y in 0..<size.y {
        for x in 0..<size.x {
          let place = SIMD3(Double(x), Double(y), Double(z))
          let distances = surfaces.map { abs($0.signedDistance(at: place)) }
          let nearest = distances.indices.min { distances[$0] < distances[$1] } ?? 0
          labels.append(distances[nearest] <= thickness / 2 ? nearest + 1 : 0)
        }
      }
    }
    return labels
  }

  func separated(
    _ samples: [Int8], method: SeparationOptions.Method = .faces, widestGap: Double = 600,
    workers: Int = 2
  ) throws -> [UInt16] {
    var options = SeparationOptions()
    options.method = method
    options.widestGapAngstrom = widestGap
    let sink = MemorySink<UInt16>(geometry: Self.geometry)
    _ = try TemporaryFolder.with { folder in
      try separate(
        mask: Volume(geometry: Self.geometry, samples: samples), options: options, into: sink,
        scratchFolder: folder, workers: Workers(count: workers), monitor: .silent)
    }
    return sink.volume.samples
  }

  /// Share of labelled voxels that carry the label most of their membrane carries; 0 where two
  /// membranes share one.
  static func agreement(_ labels: [UInt16], _ truth: [Int], membranes: Int) -> Double {
    var taken: Set<UInt16> = []
    var right = 0
    for membrane in 1...membranes {
      var counts: [UInt16: Int] = [:]
      for (label, true_) in zip(labels, truth) where true_ == membrane {
        counts[label, default: 0] += 1
      }
      guard let most = counts.max(by: { $0.value < $1.value }) else { return 0 }
      guard taken.insert(most.key).inserted, most.key != 0 else { return 0 }
      right += most.value
    }
    return Double(right) / Double(truth.count { $0 != 0 })
  }

  static let touching: [(name: String, surfaces: [AnalyticSurface])] = [
    (
      "two balls whose shells have become one slab",
      [
        .sphere(centre: SIMD3(19, 23, 24), radius: 14),
        .sphere(centre: SIMD3(46, 24, 23), radius: 8),
      ]
    ),
    (
      "a ball on a sheet",
      [
        .plane(point: SIMD3(13, 20, 20), normal: direction(thetaDegrees: 82, phiDegrees: 8)),
        .sphere(centre: SIMD3(30, 24, 24), radius: 14),
      ]
    ),
    (
      "one ball that touches another inside it",
      [
        .sphere(centre: SIMD3(28, 24, 24), radius: 20),
        .sphere(centre: SIMD3(33, 24, 24), radius: 12),
      ]
    ),
  ]

  @Test("Membranes that touch come apart along their middle", arguments: touching.indices)
  func comesApart(index: Int) throws {
    let truth = Self.truth(Self.touching[index].surfaces, thickness: 5)
    let mask = truth.map { Int8($0 == 0 ? 0 : 1) }
    let joined = try separated(mask, method: .components)
    #expect(Set(joined).subtracting([0]).count == 1, "the mask is one component")
    let labels = try separated(mask)
    #expect(Set(labels).subtracting([0]).count == 2)
    #expect(0.97 < Self.agreement(labels, truth, membranes: 2))
    #expect(zip(mask, labels).allSatisfy { ($0 != 0) == ($1 != 0) }, "no voxel is lost")
  }

  @Test(
    "Membranes one or two voxels thick that do not touch come out whole",
    arguments: [1.2, 1.8, 2.4])
  func takesThinMasks(thickness: Double) throws {
    let surfaces: [AnalyticSurface] = [
      .sphere(centre: SIMD3(27, 24, 24), radius: 20),
      .sphere(centre: SIMD3(30, 24, 24), radius: 13),
      .plane(point: SIMD3(53, 20, 20), normal: direction(thetaDegrees: 84, phiDegrees: 5)),
    ]
    let truth = Self.truth(surfaces, thickness: thickness)
    let mask = truth.map { Int8($0 == 0 ? 0 : 1) }
    let labels = try separated(mask)
    #expect(Set(labels).subtracting([0]).count == 3)
    #expect(0.99 < Self.agreement(labels, truth, membranes: 3))
    #expect(zip(mask, labels).allSatisfy { ($0 != 0) == ($1 != 0) }, "only the mask has labels")
  }

  /// Three membranes that do not touch.
  private static func threeMembranes(thickness: Double) -> [Int8] {
    let surfaces: [AnalyticSurface] = [
      .sphere(centre: SIMD3(15, 23, 24), radius: 9),
      .sphere(centre: SIMD3(36, 24, 23), radius: 6),
      .plane(point: SIMD3(53, 20, 20), normal: direction(thetaDegrees: 86, phiDegrees: 3)),
    ]
    return truth(surfaces, thickness: thickness).map { Int8($0 == 0 ? 0 : 1) }
  }

  private static func labels(
    _ mask: [Int8], batchVoxels: Int, steps: StepLog = StepLog(), monitor: StageMonitor = .silent
  ) throws -> [Int32] {
    try TemporaryFolder.with { folder in
      var separation = FaceSeparation(
        mask: Volume(geometry: geometry, samples: mask), widestGapAngstrom: 600,
        scratchFolder: folder, workers: Workers(count: 2))
      (separation.batchVoxels, separation.steps) = (batchVoxels, steps)
      return try separation.labelling(monitor).labels.readAll().samples
    }
  }

  @Test(
    "Parts that do not touch come out alike, looked at together or one by one",
    arguments: [2.0, 5])
  func batches(thickness: Double) throws {
    let mask = Self.threeMembranes(thickness: thickness)
    let together = try Self.labels(mask, batchVoxels: 1 << 24)
    #expect(Set(together).count == 4)
    #expect(try Self.labels(mask, batchVoxels: 1) == together)
  }

  @Test(
    "A run that goes on behind an earlier one's batches, wherever that ended, gives the same",
    arguments: [2.0, 5])
  func goesOn(thickness: Double) throws {
    let mask = Self.threeMembranes(thickness: thickness)
    let expected = try Self.labels(mask, batchVoxels: 1)
    var kept: Set<Int> = []
    for last in 0..<9 {
      try TemporaryFolder.with { folder in
        func log() throws -> StepLog {
          try StepLog(path: folder + "/steps", work: String(repeating: "0", count: 64))
        }
        let reports = Atomic(0)
        let monitor = StageMonitor(progress: { _ in }) {
          last < reports.add(1, ordering: .relaxed).newValue
        }
        _ = try? Self.labels(mask, batchVoxels: 1, steps: try log(), monitor: monitor)
        let steps = try log()
        #expect(try Self.labels(mask, batchVoxels: 1, steps: steps) == expected)
        kept.insert(steps.keptCount)
      }
    }
    #expect(kept.contains(0) && 3 < kept.count, "the first run ended at different steps")
  }

  /// A wavy sheet with a bump, its voxels at the faces set or not at random.
  static func noisySheet() -> [Int8] {
    let noise = randomMask(size: size, density: 0.5, seed: 4)
    var samples: [Int8] = []
    for z in 0..<size.z {
      for y in 0..<size.y {
        for x in 0..<size.x {
          let (u, v) = (Double(x) / 9, Double(y) / 11)
          let height = 22 + 4 * (u - 3) * (u - 3) / 6 - 3 * v * (v - 3) / 4
          let depth = abs(Double(z) - height)
          let inside = depth <= 2 || (depth <= 3 && noise[VoxelIndex(x: x, y: y, z: z)] != 0)
          samples.append(inside ? 1 : 0)
        }
      }
    }
    return samples
  }

  @Test("A single curved, rough membrane stays one")
  func staysOne() throws {
    let labels = try separated(Self.noisySheet())
    #expect(Set(labels).subtracting([0]).count == 1)
  }

  /// Two curved sheets one above the other, a band cut out of both.
  static func cutSheets() -> [Int] {
    let truth = truth(
      [
        .sphere(centre: SIMD3(30, 24, -20), radius: 45),
        .sphere(centre: SIMD3(30, 24, -20), radius: 56),
      ], thickness: 4)
    return truth.enumerated().map { index, label in
      (27..<33).contains(index % size.x) ? 0 : label
    }
  }

  @Test(
    "Fragments of one membrane get one label, neighbours their own; a gap of 0 leaves fragments")
  func groups() throws {
    let truth = Self.cutSheets()
    let mask = truth.map { Int8($0 == 0 ? 0 : 1) }
    let labels = try separated(mask)
    #expect(Set(labels).subtracting([0]).count == 2)
    #expect(0.99 < Self.agreement(labels, truth, membranes: 2))
    #expect(Set(try separated(mask, widestGap: 0)).subtracting([0]).count == 4)
  }

  @Test("Labels do not depend on threads")
  func threads() throws {
    let mask = Self.cutSheets().map { Int8($0 == 0 ? 0 : 1) }
    #expect(try separated(mask, workers: 1) == separated(mask, workers: 3))
  }
}
