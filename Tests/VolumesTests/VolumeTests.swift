import Testing
import Volumes

/// A volume whose samples name their own voxel.
private func numberedVolume(_ size: VolumeSize) -> Volume<Int32> {
  let geometry = VolumeGeometry(
    size: size, voxelSizeAngstrom: SIMD3(8, 10, 12.5), originAngstrom: SIMD3(-3, 40, 7))
  return Volume(geometry: geometry, samples: (0..<Int32(size.count)).map { $0 + 1 })
}

@Suite struct RegionTests {
  @Test("Tiles cover each voxel of a region exactly once, whatever the sizes")
  func tilesPartition() {
    for extent in [1, 2, 5, 7, 12] {
      let region = Region(
        lower: VoxelIndex(x: -2, y: 3, z: 1), upper: VoxelIndex(x: -2 + extent, y: 8, z: 4))
      var covered: [VoxelIndex: Int] = [:]
      for tile in region.tiles(of: VolumeSize(x: 3, y: 2, z: 5)) {
        #expect(region.contains(tile))
        for z in tile.lower.z..<tile.upper.z {
          for y in tile.lower.y..<tile.upper.y {
            for x in tile.lower.x..<tile.upper.x {
              covered[VoxelIndex(x: x, y: y, z: z), default: 0] += 1
            }
          }
        }
      }
      #expect(covered.count == region.size.count)
      #expect(covered.values.allSatisfy { $0 == 1 })
    }
  }

  @Test("Slabs follow each other without a gap and the last may be thinner")
  func slabsPartition() {
    let slabs = Region(VolumeSize(x: 4, y: 4, z: 7)).slabs(thickness: 3)
    #expect(slabs.map(\.lower.z) == [0, 3, 6])
    #expect(slabs.map(\.upper.z) == [3, 6, 7])
  }

  @Test("A region clamped to bounds it does not meet is empty")
  func clampedOutside() {
    let bounds = Region(VolumeSize(x: 4, y: 4, z: 4))
    let far = Region(lower: VoxelIndex(x: 9, y: 0, z: 0), upper: VoxelIndex(x: 11, y: 2, z: 2))
    #expect(far.clamped(to: bounds).isEmpty)
    #expect(bounds.expanded(by: 2).clamped(to: bounds) == bounds)
  }

  @Test("An empty region has no slab and no tile")
  func emptyRegion() {
    let empty = Region(VolumeSize(x: 0, y: 5, z: 0))
    #expect(empty.slabs(thickness: 2).isEmpty)
    #expect(empty.tiles(of: VolumeSize(x: 1, y: 1, z: 1)).isEmpty)
  }
}

@Suite struct GeometryTests {
  @Test("A voxel's centre lies at origin plus index times voxel size, and back")
  func positions() {
    let geometry = numberedVolume(VolumeSize(x: 5, y: 3, z: 2)).geometry
    let position = geometry.position(of: VoxelIndex(x: 2, y: 1, z: 1))
    #expect(position == Position(x: 13, y: 50, z: 19.5))
    #expect(geometry.coordinate(of: position) == SIMD3(2, 1, 1))
  }

  @Test("A crop's voxels keep their position")
  func cropKeepsPositions() {
    let geometry = numberedVolume(VolumeSize(x: 5, y: 3, z: 4)).geometry
    let lower = VoxelIndex(x: 1, y: 2, z: 3)
    let crop = geometry.cropped(
      to: Region(lower: lower, upper: VoxelIndex(x: 4, y: 3, z: 4)))
    #expect(crop.position(of: .zero) == geometry.position(of: lower))
    #expect(crop.size == VolumeSize(x: 3, y: 1, z: 1))
  }

  @Test("Anisotropic voxels have the geometric mean as their size")
  func meanVoxelSize() {
    let geometry = numberedVolume(VolumeSize(x: 1, y: 1, z: 1)).geometry
    #expect(abs(geometry.meanVoxelSizeAngstrom - 10) < 1e-12)
    #expect(abs(geometry.voxelVolumeNm3 - 1) < 1e-12)
  }
}

@Suite struct SourceTests {
  @Test("A halo beyond the border repeats the nearest voxel", arguments: [1, 2, 3, 7])
  func haloRepeatsBorder(extent: Int) throws {
    let size = VolumeSize(x: extent, y: 3, z: 2)
    let volume = numberedVolume(size)
    let block = try volume.readReplicatingBorder(volume.geometry.bounds.expanded(by: 2))
    for z in -2..<4 {
      for y in -2..<5 {
        for x in -2..<(extent + 2) {
          let nearest = VoxelIndex(
            x: min(max(x, 0), extent - 1), y: min(max(y, 0), 2), z: min(max(z, 0), 1))
          #expect(block[VoxelIndex(x: x, y: y, z: z)] == volume[nearest])
        }
      }
    }
  }

  @Test("What is written to a sink tile by tile is read back whole")
  func sinksRoundTrip() throws {
    let volume = numberedVolume(VolumeSize(x: 7, y: 5, z: 3))
    let memory = MemorySink<Int32>(geometry: volume.geometry)
    let scratch = try ScratchVolume<Int32>(geometry: volume.geometry, folder: "/tmp")
    for tile in volume.geometry.bounds.tiles(of: VolumeSize(x: 3, y: 2, z: 2)).reversed() {
      let block = try volume.read(tile)
      memory.write(block)
      scratch.write(block)
      #expect(try scratch.read(tile) == block)
    }
    #expect(memory.volume == volume)
    #expect(try scratch.readAll() == volume.block)
    // Pages taken out of memory come back with what was written.
    scratch.releasePages()
    #expect(try scratch.readAll() == volume.block)
  }

  @Test("What the disk is asked to bring is as it was written, at the ends of a volume, too")
  func prefetching() throws {
    let volume = numberedVolume(VolumeSize(x: 70, y: 67, z: 40))
    let scratch = try ScratchVolume<Int32>(geometry: volume.geometry, folder: "/tmp")
    scratch.write(volume.block)
    scratch.releasePages()
    let bounds = volume.geometry.bounds
    let section = Region(VolumeSize(x: 70, y: 67, z: 1))
    let corner = VoxelIndex(x: 69, y: 66, z: 39)
    for region in [bounds, section, Region(corner)] { scratch.prefetch(region) }
    scratch.prefetch(around: [.zero, corner], reach: 100)
    #expect(try scratch.readAll() == volume.block)
  }

  @Test("Slabs of large sections have fewer of them, and at least one")
  func largeSections() {
    let large = Region(VolumeSize(x: 4096, y: 2048, z: 5)).slabs(thickness: 8)
    #expect(large.map(\.lower.z) == [0, 2, 4])
    #expect(large.map(\.upper.z) == [2, 4, 5])
    #expect(Region(VolumeSize(x: 8192, y: 8192, z: 2)).slabs(thickness: 8).count == 2)
  }

  @Test("A scratch volume in a folder that does not exist is refused as a lack of resources")
  func scratchNeedsFolder() {
    let geometry = VolumeGeometry(size: VolumeSize(x: 2, y: 2, z: 2), voxelSizeAngstrom: 10)
    let error = #expect(throws: ScratchError.self) {
      try ScratchVolume<Float>(geometry: geometry, folder: "/no/such/folder")
    }
    #expect(error?.kind == .resources)
  }

  @Test("A cropped source reads the voxels of its base")
  func croppedSource() throws {
    let volume = numberedVolume(VolumeSize(x: 6, y: 5, z: 4))
    let region = Region(
      lower: VoxelIndex(x: 2, y: 1, z: 1), upper: VoxelIndex(x: 5, y: 4, z: 3))
    let crop = CroppedSource(volume, region: region)
    #expect(try crop.readAll().samples == volume.read(region).samples)
  }

  @Test("A mapped source transforms each sample")
  func mappedSource() throws {
    let volume = numberedVolume(VolumeSize(x: 3, y: 2, z: 1))
    let doubled = MappedSource(volume) { Float($0) * 2 }
    #expect(try doubled.readAll().samples == [2, 4, 6, 8, 10, 12])
  }
}

@Suite struct WorkersTests {
  @Test("The result does not depend on the number of threads", arguments: [1, 2, 3, 8])
  func threadCount(count: Int) {
    let workers = Workers(count: count)
    #expect(workers.map(11) { $0 * $0 } == (0..<11).map { $0 * $0 })
    var buffer = [Int](repeating: -1, count: 15)
    workers.fillRows(of: &buffer, rowLength: 3) { row, span in
      for column in span.indices { span[column] = row * 3 + column }
    }
    #expect(buffer == Array(0..<15))
  }

  @Test("No iteration, no call")
  func nothingToDo() {
    #expect(Workers(count: 4).map(0) { $0 }.isEmpty)
  }
}
