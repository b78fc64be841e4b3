import MRCFormat
import TestSupport
import Testing
import Volumes
import WorkLedger

/// A mode, its bytes for the numbers 0...n, and what they are read as.
struct ModeCase: Sendable, CustomTestStringConvertible {
  let mode: Int32
  let bigEndian: Bool
  var testDescription: String { "mode \(mode) \(bigEndian ? "big" : "little")-endian" }

  static let all = [0, 1, 2, 6, 12, 101].flatMap { mode in
    [false, true].map { ModeCase(mode: mode, bigEndian: $0) }
  }

  /// The value of the sample with this number, within the mode's range, and its bits.
  func sample(_ number: Int) -> (value: Float, bits: UInt32) {
    switch mode {
    case 0:
      let value = Int8(truncatingIfNeeded: number &* 37 &- 100)
      return (Float(value), UInt32(UInt8(bitPattern: value)))
    case 1:
      let value = Int16(truncatingIfNeeded: number &* 5003 &- 30000)
      return (Float(value), UInt32(UInt16(bitPattern: value)))
    case 6:
      let value = UInt16(truncatingIfNeeded: number &* 5003 &+ 40000)
      return (Float(value), UInt32(value))
    case 12:
      let value = Float16(number) * 1.5 - 20
      return (Float(value), UInt32(value.bitPattern))
    case 101: return (Float(number % 16), UInt32(number % 16))
    default:
      let value = Float(number) * 0.3 - 7
      return (value, value.bitPattern)
    }
  }

  func file(size: VolumeSize) -> MRCBytes {
    var file = MRCBytes(
      size: (Int32(size.x), Int32(size.y), Int32(size.z)), mode: mode, bigEndian: bigEndian)
    let bits = (0..<size.count).map { sample($0).bits }
    switch mode {
    case 0: file.append(bits, width: 1)
    case 2: file.append(bits, width: 4)
    case 101:
      for row in 0..<size.rowCount {
        let values = Array(bits[(row * size.x)..<((row + 1) * size.x)]) + [0]
        file.append(
          (0..<((size.x + 1) / 2)).map { values[2 * $0] | values[2 * $0 + 1] << 4 }, width: 1)
      }
    default: file.append(bits, width: 2)
    }
    return file
  }
}

@Suite("Reading MRC files")
struct MRCReadingTests {
  @Test("Each mode is read in either byte order, whole and in parts", arguments: ModeCase.all)
  func readsModes(mode: ModeCase) throws {
    try TemporaryFolder.with { folder in
      let size = VolumeSize(x: 7, y: 5, z: 3)
      let path = folder + "/a.mrc"
      try AtomicFile.write(mode.file(size: size).bytes, to: path)
      let volume = try MRCVolume(path: path, scratchFolder: folder)
      let expected = Volume(
        geometry: volume.geometry, samples: (0..<size.count).map { mode.sample($0).value })
      #expect(volume.geometry.size == size)
      #expect(volume.geometry.voxelSizeAngstrom == SIMD3(10, 10, 10))
      #expect(volume.header.byteOrder == (mode.bigEndian ? .big : .little))
      #expect(try volume.readAll() == expected.block)
      for tile in volume.geometry.bounds.tiles(of: VolumeSize(x: 3, y: 2, z: 2)) {
        #expect(try volume.read(tile) == expected.read(tile))
      }
      for x in 0..<7 {
        let column = Region(
          lower: VoxelIndex(x: x, y: 1, z: 1), upper: VoxelIndex(x: x + 1, y: 4, z: 3))
        #expect(try volume.read(column) == expected.read(column))
      }
    }
  }

  @Test("A few samples of long rows are read alone", arguments: ModeCase.all)
  func readsLongRows(mode: ModeCase) throws {
    try TemporaryFolder.with { folder in
      // Long enough that a row's rest is not read along, in every mode but the packed one.
      let size = VolumeSize(x: 6001, y: 2, z: 2)
      try AtomicFile.write(mode.file(size: size).bytes, to: folder + "/a.mrc")
      let volume = try MRCVolume(path: folder + "/a.mrc", scratchFolder: folder)
      for x in [0, 1, 2999, 5990] {
        let region = Region(
          lower: VoxelIndex(x: x, y: 0, z: 1), upper: VoxelIndex(x: x + 11, y: 2, z: 2))
        let expected = (0..<2).flatMap { y in
          (x..<(x + 11)).map { mode.sample((2 + y) * 6001 + $0).value }
        }
        #expect(try volume.read(region).samples == expected)
      }
    }
  }

  @Test("Two samples a byte in mode 0, as IMOD wrote them before mode 101, are read")
  func readsHalfWidth() throws {
    try TemporaryFolder.with { folder in
      var file = MRCBytes(size: (2, 1, 1), mode: 0)
      file.set(Int32(1_146_047_817), at: 152)
      file.set(Int32(16), at: 156)
      file.set(Float(40), at: 40)
      file.bytes += [0x21, 0x43]
      try AtomicFile.write(file.bytes, to: folder + "/a")
      let volume = try MRCVolume(path: folder + "/a", scratchFolder: folder)
      #expect(volume.geometry.size == VolumeSize(x: 4, y: 1, z: 1))
      #expect(volume.geometry.voxelSizeAngstrom.x == 10)
      #expect(try volume.readAll().samples == [1, 2, 3, 4])
    }
  }

  @Test("A header written and read again is the same, in either byte order")
  func headerRoundTrip() throws {
    for isBig in [false, true] {
      var file = MRCBytes(size: (3, 4, 5), mode: 6, bigEndian: isBig)
      file.set(Int32(-7), at: 20)
      file.set(Float(12.5), at: 204)
      file.set(Int32(1), at: 220)
      file.set("a label", at: 224)
      let header = try MRCHeader(bytes: file.bytes, path: "a")
      #expect(header.bytes() == file.bytes)
    }
  }

  @Test("No header, however damaged, makes the reader stop")
  func damagedHeaders() throws {
    var state: UInt64 = 20_141
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    try TemporaryFolder.with { folder in
      var refused = 0
      for trial in 0..<300 {
        var file = MRCBytes(size: (5, 4, 3), mode: Int32([0, 1, 2, 6, 12, 101][trial % 6]))
        file.bytes += [UInt8](repeating: 7, count: 240)
        for _ in 0..<(1 + random(3)) { file.bytes[random(224)] = UInt8(random(256)) }
        let path = folder + "/\(trial)"
        try AtomicFile.write(file.bytes, to: path)
        do throws(MRCError) {
          let volume = try MRCVolume(path: path, scratchFolder: folder)
          #expect((try? volume.readAll().samples.count) == volume.geometry.size.count)
        } catch {
          refused += 1
          #expect(error.kind == .input, "\(error)")
        }
        let findings = try validateMRC(path: path, scratchFolder: folder)
        #expect(findings.allSatisfy { !$0.message.isEmpty })
      }
      #expect(0 < refused && refused < 300)
    }
  }
}
