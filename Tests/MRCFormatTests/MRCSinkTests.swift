import MRCFormat
import TestSupport
import Testing
import Volumes
import WorkLedger

@Suite("Writing MRC files")
struct MRCSinkTests {
  private static let geometry = VolumeGeometry(
    size: VolumeSize(x: 6, y: 5, z: 4), voxelSizeAngstrom: SIMD3(13.5, 13.5, 14),
    originAngstrom: SIMD3(-120.25, 0, 77.5))

  private static func value(_ index: Int) -> Int { (index * 29) % 101 - 50 }

  private func check<Sample: MRCSample>(
    _ type: Sample.Type, mode: Int32, _ make: (Int) -> Sample, in folder: String
  ) throws {
    let path = folder + "/mode\(mode).mrc"
    let geometry = Self.geometry
    let sink = try MRCSink<Sample>(path: path, geometry: geometry, label: "bilayer: test")
    let samples = (0..<geometry.size.count).map { make(Self.value($0)) }
    let truth = Volume(geometry: geometry, samples: samples)
    for tile in geometry.bounds.tiles(of: VolumeSize(x: 4, y: 3, z: 3)).reversed() {
      try sink.write(try truth.read(tile))
    }
    #expect(Folder.names(in: folder).allSatisfy { $0.hasPrefix("mode") })
    try sink.commit()
    let volume = try MRCVolume(path: path, scratchFolder: folder)
    let floats = (0..<geometry.size.count).map { Float(Self.value($0) + (mode == 6 ? 50 : 0)) }
    #expect(try volume.readAll().samples == floats)
    #expect(volume.geometry == geometry)
    #expect(volume.header.mode == mode)
    #expect(volume.header.minimum == floats.min() && volume.header.maximum == floats.max())
    let count = Double(floats.count)
    let mean = floats.reduce(0.0) { $0 + Double($1) } / count
    let variance = floats.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
    #expect(abs(Double(volume.header.mean) - mean) < 1e-5)
    if mode == 12 {
      #expect(volume.header.rms == -1)
    } else {
      #expect(abs(Double(volume.header.rms) - variance.squareRoot()) < 1e-4)
    }
  }

  @Test("What is written tile by tile, in any order, is read back in every mode")
  func roundTrip() throws {
    try TemporaryFolder.with { folder in
      try check(Int8.self, mode: 0, { Int8($0) }, in: folder)
      try check(Int16.self, mode: 1, { Int16($0) }, in: folder)
      try check(Float.self, mode: 2, { Float($0) }, in: folder)
      try check(UInt16.self, mode: 6, { UInt16($0 + 50) }, in: folder)
      try check(Float16.self, mode: 12, { Float16($0) }, in: folder)
    }
  }
}

@Suite("Outputs as files")
struct MRCOutputTests {
  private static let geometry = VolumeGeometry(
    size: VolumeSize(x: 8, y: 8, z: 8), voxelSizeAngstrom: 10)

  @Test("Probabilities given as floats are stored as halves")
  func halves() throws {
    try TemporaryFolder.with { folder in
      let sink = try MRCHalfSink(path: folder + "/p.mrc", geometry: Self.geometry, label: "p")
      let samples = (0..<512).map { Float($0) / 511 }
      try sink.write(Block(region: Self.geometry.bounds, samples: samples))
      try sink.commit()
      let volume = try MRCVolume(path: folder + "/p.mrc", scratchFolder: folder)
      #expect(volume.header.mode == 12)
      for (stored, value) in zip(try volume.readAll().samples, samples) {
        #expect(abs(stored - value) <= 0x1p-12)
      }
    }
  }

  @Test("Voxels never written are zero, and count in the statistics")
  func gapsAreZero() throws {
    try TemporaryFolder.with { folder in
      let sink = try MRCSink<Int16>(path: folder + "/a", geometry: Self.geometry, label: "a")
      let voxel = Region(
        lower: VoxelIndex(x: 1, y: 2, z: 3), upper: VoxelIndex(x: 2, y: 3, z: 4))
      try sink.write(Block(region: voxel, samples: [9]))
      // The later write of a voxel counts, and the earlier does not.
      try sink.write(Block(region: voxel, samples: [512]))
      try sink.commit()
      let volume = try MRCVolume(path: folder + "/a", scratchFolder: folder)
      #expect(volume.header.mean == 1 && volume.header.maximum == 512)
      #expect(try volume.read(voxel).samples == [512])
    }
  }

  @Test("Without a commit nothing is left, and an existing file stays as it was")
  func atomic() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/a"
      try AtomicFile.write("theirs", to: path)
      #expect(throws: FileError.targetExists(path: path)) {
        try MRCSink<Int8>(path: path, geometry: Self.geometry, label: "a")
      }
      _ = try MRCSink<Int8>(path: path, geometry: Self.geometry, label: "a", overwrite: true)
      #expect(try InputFile(path: path).readText() == "theirs")
      #expect(Folder.names(in: folder) == ["a"])
    }
  }

  @Test("A disk without room for the volume is told before any work is done")
  func fullDisk() throws {
    try TemporaryFolder.with { folder in
      let side = 1 << 17
      let geometry = VolumeGeometry(
        size: VolumeSize(x: side, y: side, z: side), voxelSizeAngstrom: 10)
      let error = #expect(throws: FileError.self) {
        try MRCSink<Float>(path: folder + "/a", geometry: geometry, label: "a")
      }
      #expect(error?.kind == .resources)
      #expect(Folder.names(in: folder).isEmpty)
    }
  }

  @Test("Samples that are not finite leave the statistics undetermined")
  func notFinite() throws {
    try TemporaryFolder.with { folder in
      let sink = try MRCSink<Float>(path: folder + "/a", geometry: Self.geometry, label: "a")
      try sink.write(Block(region: Self.geometry.bounds, repeating: .nan))
      try sink.commit()
      let header = try MRCVolume(path: folder + "/a", scratchFolder: folder).header
      #expect(header.minimum == 0 && header.maximum == -1 && header.rms == -1)
    }
  }

  @Test("The same samples give the same bytes, whatever the order of the blocks")
  func reproducible() throws {
    try TemporaryFolder.with { folder in
      let bounds = Self.geometry.bounds
      let samples = (0..<512).map { Float(($0 * 131) % 97) * 0.37 }
      let volume = Volume(geometry: Self.geometry, samples: samples)
      for (name, tiles) in [
        ("a", bounds.slabs(thickness: 3)),
        ("b", Array(bounds.tiles(of: VolumeSize(x: 3, y: 8, z: 2)).reversed())),
      ] {
        let sink = try MRCSink<Float>(
          path: folder + "/" + name, geometry: Self.geometry, label: "a")
        for tile in tiles { try sink.write(try volume.read(tile)) }
        try sink.commit()
      }
      let first = try InputFile(path: folder + "/a").readAll()
      #expect(try first == InputFile(path: folder + "/b").readAll())
    }
  }

  @Test("A part of a grid, and a coarser grid, keep their voxels' positions")
  func derivedGrids() throws {
    try TemporaryFolder.with { folder in
      var input = MRCBytes(size: (8, 8, 8), mode: 0)
      for axis in 0..<3 { input.set(Int32(-3 * axis), at: 16 + 4 * axis) }
      input.bytes += [UInt8](repeating: 0, count: 512)
      try AtomicFile.write(input.bytes, to: folder + "/in")
      let source = try MRCVolume(path: folder + "/in", scratchFolder: folder)
      let part = Region(lower: VoxelIndex(x: 3, y: 3, z: 0), upper: VoxelIndex(x: 7, y: 8, z: 8))
      let cropped = source.geometry.cropped(to: part)
      var coarse = source.geometry
      coarse.size = VolumeSize(x: 4, y: 4, z: 4)
      coarse.voxelSizeAngstrom *= 2
      coarse.originAngstrom += 5
      for (name, geometry) in [("cropped", cropped), ("coarse", coarse)] {
        let sink = try MRCSink<Int8>(
          path: folder + "/" + name, geometry: geometry, template: source.template, label: name)
        try sink.commit()
        let output = try MRCVolume(path: folder + "/" + name, scratchFolder: folder)
        #expect(output.geometry == geometry, "\(name)")
      }
      let header = try MRCVolume(path: folder + "/cropped", scratchFolder: folder).header
      #expect(header.start == SIMD3(3, 0, -6) && header.origin == .zero)
    }
  }
}
