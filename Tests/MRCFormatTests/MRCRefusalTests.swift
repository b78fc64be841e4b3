import MRCFormat
import TestSupport
import Testing
import Volumes
import WorkLedger

@Suite("MRC files that are refused")
struct MRCRefusalTests {
  /// The error that opening these bytes gives.
  private func refusal(_ bytes: [UInt8]) throws -> MRCError? {
    try TemporaryFolder.with { folder in
      try AtomicFile.write(bytes, to: folder + "/a")
      defer { #expect(Folder.names(in: folder) == ["a"]) }
      do throws(MRCError) {
        _ = try MRCVolume(path: folder + "/a", scratchFolder: folder)
        return nil
      } catch { return error }
    }
  }

  private func expect(
    _ error: MRCError?, says words: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(error?.kind == .input, sourceLocation: sourceLocation)
    for word in words {
      #expect(
        error?.description.contains(word) == true, "\(error?.description ?? "none"): \(word)",
        sourceLocation: sourceLocation)
    }
  }

  @Test("Transforms and colours are refused by name", arguments: [3, 4, 16, 7] as [Int32])
  func modes(mode: Int32) throws {
    var file = MRCBytes(size: (4, 4, 4), mode: mode)
    file.bytes += [UInt8](repeating: 1, count: 64 * 8)
    expect(try refusal(file.bytes), says: ["mode \(mode)", "mode 0, 1, 2, 6, 12 or 101"])
  }

  @Test("A truncated file tells what it has and what it needs", arguments: [0, 1, 511])
  func truncated(dataBytes: Int) throws {
    var file = MRCBytes(size: (8, 8, 4), mode: 1)
    file.bytes += [UInt8](repeating: 1, count: dataBytes)
    expect(
      try refusal(file.bytes),
      says: ["truncated", "\(1024 + 512)", "\(1024 + dataBytes)", "8 x 8 x 4", "Copy"])
  }

  @Test("Sizes whose product overflows are refused before anything is allocated")
  func overflow() throws {
    for mode in [0, 2, 4, 101] as [Int32] {
      var file = MRCBytes(size: (.max, .max, 65535), mode: mode)
      file.bytes += [0]
      let error = try refusal(file.bytes)
      expect(error, says: ["2147483647 x 2147483647 x 65535"])
    }
    // Fits 64 bits, but not the file.
    expect(
      try refusal(MRCBytes(size: (65535, 65535, 65535), mode: 2).bytes), says: ["truncated"])
  }

  @Test("Sizes that are negative, or zero, are refused")
  func negative() throws {
    for size in [(-4, 4, 4), (4, 0, 4), (4, 4, Int32.min)] as [(Int32, Int32, Int32)] {
      expect(
        try refusal(MRCBytes(size: size, mode: 0).bytes), says: ["no MRC file", "\(size.2) voxels"])
    }
    var file = MRCBytes(size: (4, 4, 4), mode: 0)
    file.set(Int32(-64), at: 92)
    file.bytes += [UInt8](repeating: 0, count: 64)
    expect(try refusal(file.bytes), says: ["nsymbt", "-64"])
  }

  @Test("An empty file, a short one and a text are told apart")
  func somethingElse() throws {
    expect(try refusal([]), says: ["is empty", "0 bytes"])
    expect(try refusal(Array("short".utf8)), says: ["5 bytes", "1024"])
    let text = Array(String(repeating: "Lorem ipsum dolor sit amet. ", count: 100).utf8)
    expect(try refusal(text), says: ["no MRC file", "Expected was", "convert the file"])
  }

  @Test("A folder and a missing file are refused by their own names")
  func noFile() throws {
    try TemporaryFolder.with { folder in
      for path in [folder, folder + "/none.mrc"] {
        let error = #expect(throws: MRCError.self) {
          try MRCVolume(path: path, scratchFolder: folder)
        }
        expect(error, says: [path])
      }
    }
  }

  @Test(
    "Real files that are no volumes are refused",
    .enabled(if: SharedData.isAtHand, "No shared data."),
    arguments: [
      ("io/motl.em", "no MRC file"), ("io/corrupt_header.map", "truncated"),
      ("io/empty1.map", "is empty"), ("mesh/thylakoid_T1S1M1.obj", "no MRC file"),
      ("em/cebra_raw00.npy", "no MRC file"), ("em/gala_train-image.h5", "no MRC file"),
      ("MANIFEST.tsv", "no MRC file"),
    ])
  func realFiles(name: String, words: String) throws {
    let path = try #require(SharedData.path(name))
    let error = #expect(throws: MRCError.self) { try MRCVolume(path: path, scratchFolder: "/tmp") }
    expect(error, says: [words, path])
    #expect(try !validateMRC(path: path, scratchFolder: "/tmp").isEmpty)
  }
}

@Suite("Packed MRC files")
struct MRCPackingTests {
  private static func names() -> [String] { ["io/emd_3197.map.gz", "io/emd_3197.map.bz2"] }

  @Test(
    "A packed file is read as the plain one, and leaves no scratch file",
    .enabled(if: SharedData.isAtHand, "No shared data."), arguments: names())
  func sameAsPlain(name: String) throws {
    let path = try #require(SharedData.path(name))
    let plain = try #require(SharedData.path("io/emd_3197.map"))
    try TemporaryFolder.with { folder in
      let packed = try MRCVolume(path: path, scratchFolder: folder)
      let expected = try MRCVolume(path: plain, scratchFolder: folder)
      #expect(try packed.readAll() == expected.readAll())
      #expect(packed.geometry == expected.geometry)
      // Origin 0 and a start of -2, 0, 0: the position comes from the start.
      #expect(packed.geometry.originAngstrom.x == -2 * 228.0 / 20)
      #expect(Folder.names(in: folder).isEmpty)
    }
  }

  @Test(
    "Packed files cut short, or with a byte changed, are refused",
    .enabled(if: SharedData.isAtHand, "No shared data."), arguments: names())
  func damaged(name: String) throws {
    let path = try #require(SharedData.path(name))
    let bytes = try InputFile(path: path).readAll()
    try TemporaryFolder.with { folder in
      var changed = bytes
      changed[bytes.count / 2] ^= 0x55
      let pieces = [3, 200, bytes.count / 2, bytes.count - 1].map { Array(bytes[..<$0]) }
      for (index, piece) in (pieces + [changed]).enumerated() {
        try AtomicFile.write(piece, to: folder + "/\(index)")
        let error = #expect(throws: MRCError.self) {
          try MRCVolume(path: folder + "/\(index)", scratchFolder: folder)
        }
        #expect(error?.kind == .input)
        // A changed byte may show in the header that comes out before a checksum is reached.
        let words = index == 4 ? ["copy it again", "no MRC file"] : ["copy it again"]
        let message = error?.description ?? ""
        #expect(words.contains { message.contains($0) }, "\(index): \(message)")
      }
    }
  }

  @Test(
    "A packed file cannot make the program write more than it can hold",
    .enabled(if: PythonChecks.areReady(), "Python is missing: run Scripts/install-checks.sh"))
  func bomb() throws {
    try TemporaryFolder.with { folder in
      let program = """
        import gzip, struct, sys
        h = bytearray(1024); struct.pack_into('<4i', h, 0, 60000, 60000, 60000, 0)
        struct.pack_into('<3i', h, 64, 1, 2, 3); h[208:212] = b'MAP '; h[212:214] = b'DD'
        open(sys.argv[1] + '/huge.gz', 'wb').write(gzip.compress(bytes(h) + bytes(100000)))
        struct.pack_into('<3i', h, 0, 4, 4, 4)
        open(sys.argv[1] + '/long.gz', 'wb').write(gzip.compress(bytes(h) + bytes(50000000)))
        """
      let made = try PythonChecks.run(program, [folder], in: folder)
      #expect(made.status == 0, "\(made.output)")
      let error = #expect(throws: MRCError.self) {
        try MRCVolume(path: folder + "/huge.gz", scratchFolder: folder)
      }
      #expect(error?.kind == .input && error?.description.contains("truncated") == true)
      let volume = try MRCVolume(path: folder + "/long.gz", scratchFolder: folder)
      #expect(volume.notes.contains { $0.contains("longer than its header") })
      #expect(try volume.readAll().samples.count == 64)
    }
  }
}
