import Synchronization
import Testing
import TomogramModel
import Volumes

@testable import Report

/// Remembers the largest region that was read: what a reader holds at a time.
private final class WatchedSource<Base: VolumeSource>: VolumeSource {
  let base: Base
  let largest = Mutex(0)
  init(_ base: Base) { self.base = base }
  var geometry: VolumeGeometry { base.geometry }
  func read(_ region: Region) throws -> Block<Base.Sample> {
    largest.withLock { $0 = max($0, region.size.count) }
    return try base.read(region)
  }
}

@Suite struct BinnedVolumeTests {
  private func geometry(_ x: Int, _ y: Int, _ z: Int) -> VolumeGeometry {
    VolumeGeometry(
      size: VolumeSize(x: x, y: y, z: z), voxelSizeAngstrom: SIMD3(2, 3, 4),
      originAngstrom: SIMD3(10, 20, 30))
  }

  @Test(
    "The binning is the least that keeps the limit",
    arguments: [(12_000_000, 1), (100_000, 5), (1, 256), (8_388_608, 1), (8_388_607, 2)])
  func leastFactor(limit: Int, factor: Int) {
    #expect(
      BinnedVolume.factor(for: VolumeSize(x: 256, y: 256, z: 128), voxelLimit: limit) == factor)
  }

  @Test("Binned voxels keep their place: each centre is the mean of those it stands for")
  func place() {
    let binned = BinnedVolume(geometry: geometry(7, 5, 9), voxelLimit: 60)
    #expect(binned.factor == 2)
    #expect(binned.geometry.size == VolumeSize(x: 4, y: 3, z: 5))
    #expect(binned.geometry.voxelSizeAngstrom == SIMD3(4, 6, 8))
    #expect(binned.geometry.originAngstrom == SIMD3(11, 21.5, 32))
  }

  @Test("Grey values are means over cubes, cut off at the border", arguments: [1, 2, 3])
  func means(factor: Int) throws {
    let full = geometry(7, 5, 9)
    var volume = Volume<Float>(geometry: full)
    volume.samples = (0..<full.size.count).map { Float(($0 * 7919) % 101) }
    let size = BinnedVolume.binnedSize(full.size, factor: factor)
    var binned = BinnedVolume(geometry: full, voxelLimit: size.count)
    try binned.addDensity(volume)
    #expect(binned.factor == factor && binned.density.count == size.count)
    for z in 0..<size.z {
      for y in 0..<size.y {
        for x in 0..<size.x {
          let cube = Region(
            lower: VoxelIndex(x: x * factor, y: y * factor, z: z * factor),
            upper: VoxelIndex(x: (x + 1) * factor, y: (y + 1) * factor, z: (z + 1) * factor)
          ).clamped(to: full.bounds)
          let values = volume.block.cropped(to: cube).samples
          let mean = values.reduce(0, +) / Float(values.count)
          let (low, high) = (binned.limits.lowerBound, binned.limits.upperBound)
          let expected = min(max((mean - low) / (high - low) * 255, 0), 255)
          let found = Float(binned.density[(z * size.y + y) * size.x + x])
          #expect(abs(found - expected) <= 0.51)
        }
      }
    }
  }

  @Test("One gold bead and one NaN do not eat the contrast")
  func outliers() throws {
    let full = geometry(20, 20, 20)
    var volume = Volume<Float>(geometry: full)
    volume.samples = (0..<8000).map { Float($0 % 100) }
    volume.samples[4000] = -1e6
    volume.samples[4001] = .nan
    var binned = BinnedVolume(geometry: full, voxelLimit: 8000)
    try binned.addDensity(volume)
    #expect(-1 < binned.limits.lowerBound && binned.limits.lowerBound < 2)
    #expect(97 < binned.limits.upperBound && binned.limits.upperBound < 101)
  }

  @Test("A constant tomogram gives a page, not a division by zero")
  func constant() throws {
    var binned = BinnedVolume(geometry: geometry(4, 4, 4), voxelLimit: 64)
    try binned.addDensity(Volume<Float>(geometry: geometry(4, 4, 4), repeating: 3))
    #expect(Set(binned.density) == [128])
  }

  @Test("Only a slab is read at a time")
  func bounded() throws {
    let full = geometry(8, 8, 400)
    var binned = BinnedVolume(geometry: full, voxelLimit: 4000)
    let tomogram = WatchedSource(Volume<Float>(geometry: full, repeating: 1))
    let labels = WatchedSource(Volume<UInt16>(geometry: full, repeating: 1))
    try binned.addDensity(tomogram)
    _ = try binned.addLabels(labels, provenance: nil)
    #expect(tomogram.largest.withLock { $0 } <= 8 * 8 * 33)
    #expect(labels.largest.withLock { $0 } <= 8 * 8 * 33)
  }

  @Test("A sheet of one voxel survives binning by three, and keeps its label")
  func thinSheet() throws {
    let full = geometry(9, 9, 9)
    var labels = Volume<UInt16>(geometry: full)
    for y in 0..<9 { for x in 0..<9 { labels[VoxelIndex(x: x, y: y, z: 4)] = 300 } }
    var binned = BinnedVolume(geometry: full, voxelLimit: 27)
    let counts = try binned.addLabels(labels, provenance: nil)
    #expect(binned.labels == (0..<27).map { (9..<18).contains($0) ? 300 : 0 })
    #expect(counts.isEmpty && binned.provenance.isEmpty)
  }

  @Test("Provenance is counted over the input's voxels, by label")
  func counting() throws {
    let full = geometry(8, 6, 10)
    var labels = Volume<UInt16>(geometry: full)
    var known = Volume<Int8>(geometry: full)
    var expected: [Int: ProvenanceCount] = [:]
    for offset in 0..<full.size.count {
      let (label, kind) = (offset * 31 % 4, Int8(offset * 17 % 3 + 1))
      labels.samples[offset] = UInt16(label)
      known.samples[offset] = label == 0 ? 0 : kind
      if label == 0 { continue }
      switch kind {
      case 1: expected[label, default: ProvenanceCount()].seen += 1
      case 2: expected[label, default: ProvenanceCount()].bridged += 1
      default: expected[label, default: ProvenanceCount()].inferred += 1
      }
    }
    for limit in [480, 70] {
      var binned = BinnedVolume(geometry: full, voxelLimit: limit)
      #expect(try binned.addLabels(labels, provenance: known) == expected)
    }
  }
}
