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
}
