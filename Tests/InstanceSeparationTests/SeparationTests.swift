import InstanceSeparation
import Morphology
import TestSupport
import Testing
import TomogramModel
import Volumes

@Suite("Separation by components") struct SeparationTests {
  static let size = VolumeSize(x: 48, y: 40, z: 40)
  static let geometry = VolumeGeometry(size: size, voxelSizeAngstrom: 10)

  /// A ball's shell, a smaller but thicker one, and a speck.
  static func mask() -> Block<Int8> {
    let wide = AnalyticSurface.sphere(centre: SIMD3(14, 18, 19), radius: 11)
    let small = AnalyticSurface.sphere(centre: SIMD3(37, 20, 20), radius: 7)
    var mask = wide.mask(size: size, thickness: 2)
    let other = small.mask(size: size, thickness: 6)
    for index in mask.samples.indices where other.samples[index] != 0 { mask.samples[index] = 1 }
    mask[VoxelIndex(x: 1, y: 1, z: 1)] = 1
    return mask
  }

  func separated(
    _ mask: Block<Int8>, options: SeparationOptions
  ) throws -> (membranes: [Membrane], labels: Volume<UInt16>) {
    let sink = MemorySink<UInt16>(geometry: Self.geometry)
    let membranes = try TemporaryFolder.with { folder in
      try separate(
        mask: Volume(geometry: Self.geometry, samples: mask.samples), options: options, into: sink,
        scratchFolder: folder, workers: Workers(count: 2), monitor: .silent)
    }
    return (membranes, sink.volume)
  }

  @Test("Labels fall with area, not with voxels, and specks are left out")
  func ordersByArea() throws {
    let (membranes, labels) = try separated(Self.mask(), options: SeparationOptions())
    #expect(membranes.map(\.label) == [1, 2])
    #expect(membranes[0].voxels < membranes[1].voxels)
    #expect(labels[VoxelIndex(x: 14, y: 18, z: 30)] == 1)
    #expect(labels[VoxelIndex(x: 37, y: 20, z: 27)] == 2)
    #expect(labels[VoxelIndex(x: 1, y: 1, z: 1)] == 0)
    for membrane in membranes {
      let label = UInt16(membrane.label)
      #expect(labels.samples.count { $0 == label } == membrane.voxels)
      let box = labels.block.cropped(to: membrane.region)
      #expect(box.samples.count { $0 == label } == membrane.voxels)
    }
  }

  @Test("Every voxel of the mask has a label where nothing is left out")
  func keepsEverything() throws {
    var options = SeparationOptions()
    options.minimumVoxels = 1
    let mask = Self.mask()
    let (membranes, labels) = try separated(mask, options: options)
    #expect(membranes.count == 3)
    for (voxel, label) in zip(mask.samples, labels.samples) {
      #expect((voxel != 0) == (label != 0))
    }
  }

  @Test("A least area leaves out what is smaller")
  func leastArea() throws {
    var options = SeparationOptions()
    // The spheres have 4πr² = 1521 and 616 nm².
    options.minimumAreaNm2 = 1000
    #expect(try separated(Self.mask(), options: options).membranes.count == 1)
  }

  @Test("An empty mask has no membranes")
  func empty() throws {
    let none = Block<Int8>(region: Region(Self.size), repeating: 0)
    let (membranes, labels) = try separated(none, options: SeparationOptions())
    #expect(membranes.isEmpty)
    #expect(labels.samples.allSatisfy { $0 == 0 })
  }

  @Test("A stop is heard")
  func stops() {
    let monitor = StageMonitor(progress: { _ in }, shouldStop: { true })
    #expect(throws: Stopped.self) {
      try TemporaryFolder.with { folder in
        try separate(
          mask: Volume<Int8>(geometry: Self.geometry), options: SeparationOptions(),
          into: MemorySink<UInt16>(geometry: Self.geometry), scratchFolder: folder, workers: .one,
          monitor: monitor)
      }
    }
  }
}
