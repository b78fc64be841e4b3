import InstanceSeparation
import TestSupport
import Testing
import TomogramModel
import Volumes

@Suite("Edits of a separation") struct EditTests {
  private static let size = VolumeSize(x: 60, y: 40, z: 36)
  private static let geometry = VolumeGeometry(size: size, voxelSizeAngstrom: 10)

  /// Label 1: two shells that touch; 2: a shell apart; 3: two plates, far apart.
  private static func volume() -> Volume<UInt16> {
    var volume = Volume<UInt16>(geometry: geometry)
    func draw(_ mask: Block<Int8>, as label: UInt16) {
      for index in mask.samples.indices where mask.samples[index] != 0 {
        volume.samples[index] = label
      }
    }
    for x in [12.0, 30.0] {
      let shell = AnalyticSurface.sphere(centre: SIMD3(x, 14, 14), radius: 8.5)
      draw(shell.mask(size: size, thickness: 3), as: 1)
    }
    let apart = AnalyticSurface.sphere(centre: SIMD3(50, 30, 26), radius: 6)
    draw(apart.mask(size: size, thickness: 3), as: 2)
    for z in [31.0, 34.0] {
      let plate = AnalyticSurface.plane(point: SIMD3(0, 0, z), normal: SIMD3(0, 0, 1))
      draw(plate.mask(size: size, thickness: 1) { $0.x < 30 }, as: 3)
    }
    return volume
  }

  private func edited(
    _ steps: [MembraneEdits.Step]
  ) throws -> (membranes: [Membrane], labels: Volume<UInt16>) {
    let volume = Self.volume()
    var edits = MembraneEdits()
    edits.add(steps)
    return try TemporaryFolder.with { folder in
      let scratch = try ScratchVolume<UInt16>(geometry: Self.geometry, folder: folder)
      scratch.write(volume.block)
      let found = volume.block.labelBoxes()
      let sink = MemorySink<UInt16>(geometry: Self.geometry)
      let membranes = try apply(
        edits, to: scratch, membranes: found, minimumVoxels: 20, into: sink)
      return (membranes, sink.volume)
    }
  }

  /// Membranes say what the volume holds.
  private func check(_ membranes: [Membrane], _ labels: Volume<UInt16>) {
    #expect(membranes.map(\.label) == Set(labels.samples).subtracting([0]).map { Int($0) }.sorted())
    for (membrane, counted) in zip(membranes, labels.block.labelBoxes()) {
      #expect(membrane.voxels == counted.voxels && membrane.region == counted.region)
    }
  }

  @Test("Merged membranes have the smallest label, and no other label changes")
  func merges() throws {
    let (membranes, labels) = try edited([.init(.merge, [3, 2])])
    check(membranes, labels)
    #expect(membranes.map(\.label) == [1, 2])
    for (old, new) in zip(Self.volume().samples, labels.samples) {
      #expect(new == (old == 3 ? 2 : old))
    }
  }

  @Test("A dropped membrane leaves a gap in the numbers")
  func drops() throws {
    let (membranes, labels) = try edited([.init(.drop, [2])])
    check(membranes, labels)
    #expect(membranes.map(\.label) == [1, 3])
  }

  @Test("A membrane in pieces is split into them, and the new piece has a new label")
  func splitsPieces() throws {
    let (membranes, labels) = try edited([.init(.split, [3])])
    check(membranes, labels)
    #expect(membranes.map(\.label) == [1, 2, 3, 4])
    let plates = [31, 34].map { labels[VoxelIndex(x: 5, y: 5, z: $0)] }
    #expect(Set(plates) == [3, 4])
  }

  @Test("Two vesicles that touch are cut where they touch")
  func cutsNecks() throws {
    let (membranes, labels) = try edited([.init(.split, [1])])
    check(membranes, labels)
    #expect(membranes.map(\.label) == [1, 2, 3, 4])
    var wrong = 0
    let left = labels[VoxelIndex(x: 4, y: 14, z: 14)]
    for (index, old) in Self.volume().samples.enumerated() where old == 1 {
      let isLeft = index % Self.size.x <= 21
      if isLeft != (labels.samples[index] == left) { wrong += 1 }
    }
    #expect(left == 1 || left == 4)
    // The cut runs along the faces of cells of a few voxels.
    #expect(wrong < 160, "\(wrong) voxels of the wrong vesicle")
  }

  @Test("Steps are done in order, on what the steps before have left")
  func inOrder() throws {
    let (membranes, labels) = try edited([
      .init(.split, [1]), .init(.merge, [2, 4]), .init(.drop, [3]),
    ])
    check(membranes, labels)
    #expect(membranes.map(\.label) == [1, 2])
  }

  @Test("A label that is not there is named, with those that are")
  func refusesStrangers() throws {
    #expect(
      throws: EditError.noSuchMembrane(action: .drop, label: 9, present: [1, 2, 3])
    ) { try edited([.init(.drop, [9])]) }
    let error = EditError.noSuchMembrane(action: .merge, label: 9, present: [1, 2, 3, 7])
    #expect(error.description.contains("--merge 9") && error.description.contains("1-3, 7"))
    #expect(throws: EditError.self) { try edited([.init(.merge, [1, 2]), .init(.split, [2])]) }
  }

  @Test("An edit given again changes nothing; a new name takes the old one's place")
  func idempotent() {
    var edits = MembraneEdits()
    edits.add([.init(.merge, [3, 7]), .init(.rename, [4], name: "ER")])
    edits.add([.init(.merge, [3, 7]), .init(.rename, [4], name: "nucleus")])
    #expect(edits.steps == [.init(.merge, [3, 7]), .init(.rename, [4], name: "nucleus")])
    #expect(edits.labelSteps == [.init(.merge, [3, 7])])
  }

  @Test("A merged membrane has the name of its parts, a dropped one none")
  func names() {
    var edits = MembraneEdits()
    edits.add([
      .init(.rename, [7], name: "ER"), .init(.rename, [5], name: "gone"), .init(.merge, [3, 7]),
      .init(.drop, [5]),
    ])
    #expect(edits.names == [3: "ER"])
  }
}

extension Block where Sample == UInt16 {
  /// Counted the plain way.
  fileprivate func labelBoxes() -> [Membrane] {
    Set(samples).subtracting([0]).sorted().map { label in
      var (count, box): (Int, Region?) = (0, nil)
      for z in region.lower.z..<region.upper.z {
        for y in region.lower.y..<region.upper.y {
          for x in region.lower.x..<region.upper.x where self[VoxelIndex(x: x, y: y, z: z)] == label
          {
            count += 1
            let voxel = Region(
              lower: VoxelIndex(x: x, y: y, z: z), upper: VoxelIndex(x: x + 1, y: y + 1, z: z + 1))
            box = box?.union(voxel) ?? voxel
          }
        }
      }
      return Membrane(label: Int(label), voxels: count, region: box ?? region)
    }
  }
}
