import TIFFFormat
import TestSupport
import Testing
import Volumes
import WorkLedger

@Suite("TIFF stacks")
struct TIFFStackTests {
  /// A type of sample and some bits with what they are read as.
  struct SampleCase: Sendable, CustomTestStringConvertible {
    let bits: Int
    let format: Int
    let bigEndian: Bool
    var testDescription: String { "\(bits) bits, format \(format), big-endian \(bigEndian)" }

    static let all = [
      (8, 1), (8, 2), (16, 1), (16, 2), (16, 3), (32, 1), (32, 2), (32, 3), (64, 3),
    ]
    .flatMap { type in
      [false, true].map { SampleCase(bits: type.0, format: type.1, bigEndian: $0) }
    }

    func sample(_ number: Int) -> (value: Float, bits: UInt64) {
      let integer = (number * 37) % 240 - (format == 2 ? 120 : 0)
      switch (bits, format) {
      case (16, 3): return (Float(integer), UInt64(Float16(integer).bitPattern))
      case (32, 3): return (Float(integer) / 4, UInt64((Float(integer) / 4).bitPattern))
      case (64, 3): return (Float(integer) / 4, (Double(integer) / 4).bitPattern)
      default: return (Float(integer), UInt64(bitPattern: Int64(integer)))
      }
    }
  }

  private func check(_ layout: TIFFBytes, _ samples: SampleCase, pages: Int = 3) throws {
    let perPage = layout.width * layout.height
    let all = (0..<(pages * perPage)).map { samples.sample($0) }
    let bits = (0..<pages).map { page in
      all[(page * perPage)..<((page + 1) * perPage)].map(\.bits)
    }
    try TemporaryFolder.with { folder in
      try AtomicFile.write(layout.file(pages: bits), to: folder + "/a.tif")
      let stack = try TIFFStack(path: folder + "/a.tif", voxelSizeAngstrom: 10)
      let size = VolumeSize(x: layout.width, y: layout.height, z: pages)
      let expected = Volume(geometry: stack.geometry, samples: all.map(\.value))
      #expect(stack.geometry == VolumeGeometry(size: size, voxelSizeAngstrom: 10))
      #expect(try stack.readAll() == expected.block)
      for tile in stack.geometry.bounds.tiles(of: VolumeSize(x: 3, y: 3, z: 2)) {
        let part = try stack.read(tile)
        #expect(try part == expected.read(tile))
      }
    }
  }

  @Test("Each type of sample is read in either byte order", arguments: SampleCase.all)
  func sampleTypes(samples: SampleCase) throws {
    var layout = TIFFBytes()
    layout.bits = samples.bits
    layout.format = samples.format
    layout.isBigEndian = samples.bigEndian
    try check(layout, samples)
  }

  @Test("Strips of any height, packed or not, are read", arguments: [1, 2, 3, 4], [false, true])
  func strips(rows: Int, isPacked: Bool) throws {
    var layout = TIFFBytes()
    layout.bits = 16
    layout.rowsPerStrip = rows
    layout.isPacked = isPacked
    try check(layout, SampleCase(bits: 16, format: 1, bigEndian: false))
  }

  @Test("Tiles are read, also those that reach beyond the page", arguments: [false, true])
  func tiles(isPacked: Bool) throws {
    var layout = TIFFBytes()
    (layout.width, layout.height) = (21, 18)
    layout.isTiled = true
    layout.isPacked = isPacked
    try check(layout, SampleCase(bits: 8, format: 1, bigEndian: false), pages: 2)
  }

  @Test(
    "ImageJ's large stacks, one page and all images behind it, are read", arguments: [false, true])
  func imageJ(isBigEndian: Bool) throws {
    var layout = TIFFBytes()
    layout.bits = 16
    layout.isBigEndian = isBigEndian
    layout.description = "ImageJ=1.54\nimages=3\nslices=3\n"
    let samples = (0..<60).map { UInt64($0 * 1000) }
    var bytes = layout.file(pages: [Array(samples[..<20])])
    // The images begin behind the directory and its tables: 8 + 2 + 12 * 12 + 4 + 8.
    for (index, sample) in samples.enumerated() {
      let pair = [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
      let place = 166 + 2 * index
      bytes.replaceSubrange(place..<(place + 2), with: isBigEndian ? pair.reversed() : pair)
    }
    try TemporaryFolder.with { folder in
      try AtomicFile.write(bytes, to: folder + "/a.tif")
      let stack = try TIFFStack(path: folder + "/a.tif", voxelSizeAngstrom: 10)
      #expect(stack.geometry.size == VolumeSize(x: 5, y: 4, z: 3))
      let block = try stack.readAll()
      #expect(block.samples == samples.map { Float($0) })
      layout.description = "ImageJ=1.54\nimages=3000\n"
      try AtomicFile.write(layout.file(pages: [Array(samples[..<20])]), to: folder + "/b.tif")
      let error = #expect(throws: TIFFError.self) { try TIFFStack(path: folder + "/b.tif") }
      #expect(error?.description.contains("truncated or damaged") == true)
    }
  }

  @Test(
    "A real stack is read with its size, page by page",
    .enabled(if: SharedData.isAtHand, "No shared data."))
  func readsRealStack() throws {
    let path = try #require(SharedData.path("confounder/13pf_MT.tif"))
    let stack = try TIFFStack(path: path, voxelSizeAngstrom: 10.5)
    #expect(stack.geometry.size == VolumeSize(x: 94, y: 206, z: 36))
    let page = Region(lower: VoxelIndex(x: 0, y: 0, z: 20), upper: VoxelIndex(x: 94, y: 206, z: 21))
    let block = try stack.read(page)
    #expect(block.samples.allSatisfy { 0 <= $0 && $0 <= 255 })
    #expect(Set(block.samples).count > 100)
  }

  @Test("Without a voxel size given it is unknown, and one that is no length is wrong usage")
  func voxelSize() throws {
    try TemporaryFolder.with { folder in
      let bytes = TIFFBytes().file(pages: [Array(repeating: 0, count: 20)])
      try AtomicFile.write(bytes, to: folder + "/a.tif")
      #expect(try !TIFFStack(path: folder + "/a.tif").voxelSizeIsKnown)
      #expect(try TIFFStack(path: folder + "/a.tif", voxelSizeAngstrom: 3).voxelSizeIsKnown)
      for size in [0, -1, 101, Double.nan] {
        let error = #expect(throws: TIFFError.self) {
          try TIFFStack(path: folder + "/a.tif", voxelSizeAngstrom: size)
        }
        #expect(error?.kind == .usage)
      }
    }
  }
}

@Suite("TIFF files that are refused")
struct TIFFRefusalTests {
  private func refusal(_ bytes: [UInt8]) throws -> TIFFError? {
    try TemporaryFolder.with { folder in
      try AtomicFile.write(bytes, to: folder + "/a.tif")
      do {
        _ = try TIFFStack(path: folder + "/a.tif").readAll()
        return nil
      } catch { return error as? TIFFError }
    }
  }

  private func expect(
    _ error: TIFFError?, says words: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(error?.kind == .input, sourceLocation: sourceLocation)
    let message = error?.description ?? ""
    for word in words {
      #expect(message.contains(word), "\(message): \(word)", sourceLocation: sourceLocation)
    }
  }

  private static let page = (0..<20).map { UInt64($0) }

  @Test("Colours are refused by what they are")
  func colours() throws {
    var layout = TIFFBytes()
    layout.channels = 3
    let bytes = layout.file(pages: [(0..<60).map { UInt64($0) }])
    expect(try refusal(bytes), says: ["3 x 8-bit", "one channel"])
  }

  @Test("Pages of different size or type are refused with the page's number")
  func unevenStack() throws {
    // Two files in one: the second directory says another width.
    var bytes = TIFFBytes().file(pages: [Self.page, Self.page])
    let second = bytes.indices.filter { bytes[$0...].starts(with: [0, 1, 3, 0, 1, 0, 0, 0, 5]) }
    try #require(second.count == 2)
    bytes[second[1] + 8] = 4
    expect(try refusal(bytes), says: ["image 2", "4 x 4", "5 x 4", "alike"])
  }

  @Test("Directories that run in a circle end, by refusal or after one round")
  func circle() throws {
    var bytes = TIFFBytes().file(pages: [Self.page])
    let next = 8 + 2 + 12 * 11
    bytes[next] = 8
    try TemporaryFolder.with { folder in
      try AtomicFile.write(bytes, to: folder + "/a.tif")
      do {
        // The library may see the circle itself and stop; then there is one page.
        let stack = try TIFFStack(path: folder + "/a.tif")
        #expect(stack.geometry.size.z == 1)
      } catch { expect(error as? TIFFError, says: ["a.tif", "circle"]) }
    }
  }

  @Test("A truncated file is refused, wherever it ends", arguments: [5, 9, 60, 160, 170])
  func truncated(count: Int) throws {
    let bytes = TIFFBytes().file(pages: [Self.page])
    try #require(count < bytes.count)
    expect(try refusal(Array(bytes[..<count])), says: ["a.tif", "opy it again"])
  }

  /// The file with another value in each of a page's fields that has this tag and value.
  private func changed(_ bytes: [UInt8], fields: [(tag: UInt8, value: UInt8)], to high: UInt8)
    -> [UInt8]
  {
    var bytes = bytes
    for place in bytes.indices
    where fields.contains(where: {
      bytes[place...].starts(with: [$0.tag, 1, 3, 0, 1, 0, 0, 0, $0.value])
    }) {
      bytes.replaceSubrange((place + 8)..<(place + 10), with: [0xff, high])
    }
    return bytes
  }

  @Test("A page larger than its file can hold is refused, and one that its data do not fill")
  func hugePages() throws {
    var layout = TIFFBytes()
    layout.rowsPerStrip = 65535
    let bytes = layout.file(pages: [Self.page])
    let sides: [(tag: UInt8, value: UInt8)] = [(0, 5), (1, 4)]
    // 65535 x 65535 bytes are 4 GB.
    expect(try refusal(changed(bytes, fields: sides, to: 0xff)), says: ["65535 x 65535"])
    try expectDamaged(changed(bytes, fields: sides, to: 0x0f))
  }

  @Test("Tiles larger than the file can hold are refused without being believed")
  func hugeTiles() throws {
    var layout = TIFFBytes()
    layout.isTiled = true
    let bytes = layout.file(pages: [Self.page])
    try expectDamaged(changed(bytes, fields: [(66, 16), (67, 16)], to: 0xff))
  }

  private func expectDamaged(_ bytes: [UInt8]) throws {
    try TemporaryFolder.with { folder in
      try AtomicFile.write(bytes, to: folder + "/a.tif")
      let stack = try TIFFStack(path: folder + "/a.tif")
      let corner = Region(VolumeSize(x: 2, y: 2, z: 1))
      let error = #expect(throws: TIFFError.self) { try stack.read(corner) }
      expect(error, says: ["image 1", "truncated or damaged"])
    }
  }
}
