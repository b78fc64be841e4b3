import MRCFormat
import TestSupport
import Testing
import Volumes
import WorkLedger

/// Opens a file of zeros with a header changed by `change`.
func opened<Result>(
  size: (Int32, Int32, Int32) = (4, 3, 2), mode: Int32 = 0,
  options: MRCReadingOptions = MRCReadingOptions(), _ change: (inout MRCBytes) -> Void,
  _ body: (MRCVolume) throws -> Result
) throws -> Result {
  try TemporaryFolder.with { folder in
    var file = MRCBytes(size: size, mode: mode)
    change(&file)
    file.bytes += [UInt8](repeating: 0, count: 4 * Int(size.0) * Int(size.1) * Int(size.2))
    try AtomicFile.write(file.bytes, to: folder + "/a")
    return try body(MRCVolume(path: folder + "/a", options: options, scratchFolder: folder))
  }
}

@Suite("Where an MRC file's voxels lie")
struct MRCPlacementTests {
  private static let imod: Int32 = 1_146_047_817

  @Test(
    "The origin has the standard's sign, but for old IMOD files, where it is turned",
    arguments: [
      (stamp: 0, flags: 0, version: 20141, sign: 1.0), (0, 0, 0, 1), (Self.imod, 0, 0, -1),
      (Self.imod, 1, 0, -1), (Self.imod, 4, 0, 1), (Self.imod, 13, 20140, 1),
      (Self.imod, 0, 20140, 1), (Self.imod, 9, 538_976_288, -1),
    ] as [(stamp: Int32, flags: Int32, version: Int32, sign: Double)])
  func originSign(stamp: Int32, flags: Int32, version: Int32, sign: Double) throws {
    try opened { file in
      file.set(stamp, at: 152)
      file.set(flags, at: 156)
      file.set(version, at: 108)
      for (axis, value) in [Float(100), -20, 3].enumerated() { file.set(value, at: 196 + 4 * axis) }
    } _: { volume in
      #expect(volume.geometry.originAngstrom == SIMD3(100, -20, 3) * sign)
      #expect(volume.template.origin == SIMD3(100, -20, 3) * Float(sign))
      #expect(volume.notes.contains { $0.contains("opposite sign") } == (sign < 0))
    }
  }

  @Test("A start counts where the origin is 0, and only there")
  func start() throws {
    func set(_ file: inout MRCBytes, origin: Float) {
      for (axis, value) in [Int32(-2), 0, 7].enumerated() { file.set(value, at: 16 + 4 * axis) }
      file.set(origin, at: 200)
    }
    try opened {
      set(&$0, origin: 0)
    } _: {
      #expect($0.geometry.originAngstrom == SIMD3(-20, 0, 70))
    }
    try opened {
      set(&$0, origin: 5)
    } _: {
      #expect($0.geometry.originAngstrom == SIMD3(0, 5, 0))
    }
  }

  @Test(
    "A voxel size of 0, 1, above 100, or no number at all is unknown",
    arguments: [
      (Float(10), true), (0, false), (1, false), (100, true), (100.5, false), (-3, false),
      (.nan, false), (0.5, true), (1.05, true), (.infinity, false),
    ])
  func unknownVoxelSize(voxel: Float, isKnown: Bool) throws {
    try opened { file in
      for (axis, side) in [Float(4), 3, 2].enumerated() {
        file.set(side * voxel, at: 40 + 4 * axis)
      }
    } _: { volume in
      #expect(volume.voxelSizeIsKnown == isKnown)
      let edge = isKnown ? Double(voxel) : 1
      #expect(abs(volume.geometry.meanVoxelSizeAngstrom - edge) < 1e-6)
    }
  }

  @Test("A cell without samples, or without depth, is told")
  func oddCells() throws {
    try opened {
      $0.set(Int32(0), at: 28)
    } _: {
      #expect(!$0.voxelSizeIsKnown)
    }
    try opened {
      $0.set(Float(0), at: 48)
    } _: {
      #expect($0.voxelSizeIsKnown && $0.geometry.voxelSizeAngstrom == SIMD3(10, 10, 10))
      #expect($0.notes.contains { $0.contains("along z") })
    }
  }

  @Test("A pixel size given overrides the header's, and the start follows it")
  func pixelSizeOption() throws {
    try opened(options: MRCReadingOptions(pixelSizeAngstrom: 7)) {
      $0.set(Int32(3), at: 16)
    } _: {
      #expect($0.voxelSizeIsKnown && $0.geometry.voxelSizeAngstrom == SIMD3(7, 7, 7))
      #expect($0.geometry.originAngstrom == SIMD3(21, 0, 0))
    }
    for size in [0, -1, 101, Double.nan] {
      let error = #expect(throws: MRCError.self) {
        try opened(options: MRCReadingOptions(pixelSizeAngstrom: size)) { _ in
        } _: { _ in
        }
      }
      #expect(error?.kind == .usage)
    }
  }

  @Test(
    "The sign of bytes follows IMOD's stamp, then the version, then the range, then the standard",
    arguments: [
      // stamp, flags, version, dmin, dmax, signed
      (Self.imod, 1, 0, 0, 255, true), (Self.imod, 0, 20140, -5, 5, false),
      (0, 0, 20141, 0, 255, true), (0, 0, 20140, 141, 163, true), (0, 0, 0, -100, 90, true),
      (0, 0, 0, 0, 255, false), (0, 0, 0, 141, 163, false), (0, 0, 0, 0, 100, true),
      (0, 0, 0, -100, 130, true), (0, 0, 0, -2, 200, false), (0, 0, 538_976_288, 0, 200, false),
      (0, 0, 0, 0, -1, true),
    ] as [(Int32, Int32, Int32, Float, Float, Bool)])
  func mode0Sign(
    stamp: Int32, flags: Int32, version: Int32, low: Float, high: Float, isSigned: Bool
  ) throws {
    func set(_ file: inout MRCBytes) {
      file.set(stamp, at: 152)
      file.set(flags, at: 156)
      file.set(version, at: 108)
      file.set(low, at: 76)
      file.set(high, at: 80)
      file.bytes.append(200)
    }
    try opened {
      set(&$0)
    } _: { volume in
      #expect(volume.header.mode0Decision.isSigned == isSigned)
      let first = try volume.readAll().samples[0]
      #expect(first == (isSigned ? -56 : 200))
      #expect(volume.notes.contains { $0.contains(isSigned ? "as signed" : "as unsigned") })
    }
    for option in [MRCReadingOptions.Mode0.signed, .unsigned] {
      try opened(options: MRCReadingOptions(mode0: option)) {
        set(&$0)
      } _: { volume in
        let first = try volume.readAll().samples[0]
        #expect(first == (option == .signed ? -56 : 200))
      }
    }
  }

  @Test("A header of the old style is read, its origin from where that style keeps it")
  func oldStyle() throws {
    try opened { file in
      for index in 208..<220 { file.bytes[index] = 0 }
      file.set(Float(4640), at: 208)
      file.set(Float(8), at: 212)
      file.set(Int32(0), at: 108)
    } _: { volume in
      #expect(!volume.header.hasMapIdentifier)
      #expect(volume.geometry.originAngstrom == SIMD3(-8, 0, -4640))
      #expect(volume.notes.contains { $0.contains("old style") })
    }
  }

  @Test("A machine stamp that lies does not mislead")
  func lyingStamp() throws {
    try TemporaryFolder.with { folder in
      var file = MRCBytes(size: (4, 3, 2), mode: 2, bigEndian: true)
      file.bytes[212] = 0x44
      file.bytes[213] = 0x41
      file.append((0..<24).map { Float($0).bitPattern }, width: 4)
      try AtomicFile.write(file.bytes, to: folder + "/a")
      let volume = try MRCVolume(path: folder + "/a", scratchFolder: folder)
      #expect(try volume.readAll().samples == (0..<24).map { Float($0) })
      let findings = try validateMRC(path: folder + "/a", scratchFolder: folder)
      #expect(findings.map(\.field) == ["machst"])
    }
  }
}

@Suite("Order of axes")
struct MRCAxesTests {
  /// A 2 x 3 x 4 file (columns, rows, sections) whose samples are their own number, voxels of
  /// 10, 20 and 30 Å along the header's axes, and an origin.
  private func volume(
    map: [Int32], axes: String, _ body: (MRCVolume) throws -> Void
  ) throws {
    try TemporaryFolder.with { folder in
      var file = MRCBytes(size: (2, 3, 4), mode: 1)
      let extent: [Int32] = [2, 3, 4]
      for fileAxis in 0..<3 {
        let axis = Int(map[fileAxis]) - 1
        file.set(map[fileAxis], at: 64 + 4 * fileAxis)
        file.set(extent[fileAxis], at: 28 + 4 * axis)
        file.set(Float(extent[fileAxis]) * Float(10 * (axis + 1)), at: 40 + 4 * axis)
        file.set(Float(axis + 1), at: 196 + 4 * axis)
      }
      file.append((0..<24).map { UInt32($0) }, width: 2)
      try AtomicFile.write(file.bytes, to: folder + "/a")
      try body(
        MRCVolume(
          path: folder + "/a", options: MRCReadingOptions(axes: axes), scratchFolder: folder))
    }
  }

  private static let permutations: [[Int32]] = [
    [1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1],
  ]

  @Test("Samples, sizes, voxels and origin follow the axis map", arguments: Self.permutations)
  func axisMap(map: [Int32]) throws {
    try volume(map: map, axes: "xyz") { volume in
      try check(volume, target: map.map { Int($0) - 1 }, voxel: SIMD3(10, 20, 30))
      #expect(volume.geometry.originAngstrom == SIMD3(1, 2, 3))
      #expect(volume.template.axisMap == SIMD3(1, 2, 3))
    }
  }

  @Test(
    "The axes option reorders what the header says",
    arguments: ["xyz", "xzy", "yxz", "yzx", "zxy", "zyx"], [[1, 2, 3], [3, 1, 2]] as [[Int32]])
  func axesOption(axes: String, map: [Int32]) throws {
    let letters = axes.utf8.map { Int($0) - 120 }
    var voxel = SIMD3<Double>.zero
    var origin = SIMD3<Double>.zero
    for axis in 0..<3 {
      voxel[letters[axis]] = Double(10 * (axis + 1))
      origin[letters[axis]] = Double(axis + 1)
    }
    try volume(map: map, axes: axes) { volume in
      try check(volume, target: map.map { letters[Int($0) - 1] }, voxel: voxel)
      #expect(volume.geometry.originAngstrom == origin)
    }
  }

  /// Compares with a naive walk over the file: sample n lies at column, row, section.
  private func check(_ volume: MRCVolume, target: [Int], voxel: SIMD3<Double>) throws {
    let block = try volume.readAll()
    var size = SIMD3(0, 0, 0)
    for axis in 0..<3 { size[target[axis]] = [2, 3, 4][axis] }
    #expect(volume.geometry.size == VolumeSize(x: size.x, y: size.y, z: size.z))
    #expect(volume.geometry.voxelSizeAngstrom == voxel)
    for number in 0..<24 {
      let place = [number % 2, number / 2 % 3, number / 6]
      var index = SIMD3(0, 0, 0)
      for axis in 0..<3 { index[target[axis]] = place[axis] }
      let voxel = VoxelIndex(x: index.x, y: index.y, z: index.z)
      #expect(block[voxel] == Float(number))
      let single = Region(
        lower: voxel, upper: VoxelIndex(x: voxel.x + 1, y: voxel.y + 1, z: voxel.z + 1))
      #expect(try volume.read(single).samples == [Float(number)])
    }
  }

  @Test("An axis map of zeros is taken as 1 2 3, any other that is no order is refused")
  func badMaps() throws {
    try opened {
      for axis in 0..<3 { $0.set(Int32(0), at: 64 + 4 * axis) }
    } _: {
      #expect($0.notes.contains { $0.contains("no axis map") })
    }
    try opened {
      $0.set(Int32(-2), at: 68)
    } _: {
      #expect($0.notes.contains { $0.contains("y axis") })
    }
    let error = #expect(throws: MRCError.self) {
      try opened {
        $0.set(Int32(1), at: 68)
      } _: { _ in
      }
    }
    #expect(error?.kind == .input)
    #expect(error?.description.contains("1 1 3") == true)
  }

  @Test("An axes option that is no order of x, y and z is wrong usage")
  func badOption() throws {
    for axes in ["", "xy", "xxz", "xyzz", "abc"] {
      let error = #expect(throws: MRCError.badAxes(axes)) {
        try opened(options: MRCReadingOptions(axes: axes)) { _ in
        } _: { _ in
        }
      }
      #expect(error?.kind == .usage)
    }
  }
}
