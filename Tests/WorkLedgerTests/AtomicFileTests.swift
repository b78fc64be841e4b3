import Glibc
import TestSupport
import Testing
import Volumes
import WorkLedger

@Suite("Atomic files")
struct AtomicFileTests {
  @Test("A file appears under its name only when committed")
  func appearsAtCommit() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/out.bin"
      let file = try AtomicFile(path: path)
      try file.write(unsafe ([3, 4] as [UInt8]).span.bytes, at: 2)
      #expect(unsafe access(path, F_OK) != 0)
      try file.write(unsafe ([1, 2] as [UInt8]).span.bytes, at: 0)
      try file.commit()
      #expect(try InputFile(path: path).readAll() == [1, 2, 3, 4])
      #expect(Folder.names(in: folder) == ["out.bin"])
    }
  }

  @Test("Discarding, or forgetting, a file leaves nothing behind")
  func discardLeavesNothing() throws {
    try TemporaryFolder.with { folder in
      let file = try AtomicFile(path: folder + "/a", byteCount: 100)
      file.discard()
      file.discard()
      _ = try AtomicFile(path: folder + "/b", byteCount: 100)
      #expect(Folder.names(in: folder).isEmpty)
    }
  }

  @Test("An existing target is refused unless it may be replaced")
  func refusesExisting() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/a.txt"
      try AtomicFile.write("old", to: path)
      #expect(throws: FileError.targetExists(path: path)) {
        try AtomicFile.write("new", to: path)
      }
      #expect(try InputFile(path: path).readText() == "old")
      try AtomicFile.write("new", to: path, overwrite: true)
      #expect(try InputFile(path: path).readText() == "new")
      #expect(Folder.names(in: folder) == ["a.txt"])
    }
  }

  @Test("A target that appears before the commit is not replaced")
  func refusesLateArrival() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/a.txt"
      let file = try AtomicFile(path: path)
      try AtomicFile.write("theirs", to: path)
      #expect(throws: FileError.targetExists(path: path)) { try file.commit() }
      #expect(try InputFile(path: path).readText() == "theirs")
      #expect(Folder.names(in: folder) == ["a.txt"])
    }
  }

  @Test("Reserved bytes that are never written are zero")
  func reservedBytesAreZero() throws {
    try TemporaryFolder.with { folder in
      let file = try AtomicFile(path: folder + "/z", byteCount: 5)
      try file.write(unsafe ([7] as [UInt8]).span.bytes, at: 3)
      try file.commit()
      #expect(try InputFile(path: folder + "/z").readAll() == [0, 0, 0, 7, 0])
    }
  }

  @Test("A missing folder is a wrong name, said with the path and what to do")
  func missingFolder() throws {
    let path = "/nonexistent-folder/x/out.mrc"
    #expect(throws: FileError.self) { try AtomicFile(path: path) }
    do { _ = try AtomicFile(path: path) } catch {
      #expect(error.kind == .usage)
      #expect(error.description.contains(path) && error.description.contains("folder exists"))
    }
  }

  @Test("A full disk is a shortage of resources, found when the bytes are reserved")
  func fullDisk() throws {
    try TemporaryFolder.with { folder in
      // More than any disk holds, less than the largest offset.
      do {
        _ = try AtomicFile(path: folder + "/big", byteCount: 1 << 50)
        Issue.record("A petabyte was reserved.")
      } catch { #expect((error as? FileError)?.kind == .resources) }
      #expect(Folder.names(in: folder).isEmpty)
    }
  }

  @Test("Writing to a device that is always full fails with advice")
  func fullDevice() throws {
    let error = FileError.system(path: "/x", action: "cannot write", reading: false, code: ENOSPC)
    #expect(error.kind == .resources)
    #expect(error.description.contains("Free space"))
    let readOnly = FileError.system(
      path: "/x", action: "cannot create", reading: false, code: EROFS)
    #expect(readOnly.kind == .resources && readOnly.description.contains("read-only"))
  }

  @Test("A folder is refused as a target and as an input")
  func folderIsRefused() throws {
    try TemporaryFolder.with { folder in
      #expect(throws: FileError.isFolder(path: folder)) {
        try AtomicFile(path: folder, overwrite: true)
      }
      #expect(throws: FileError.isFolder(path: folder)) { try InputFile(path: folder) }
      let missing = #expect(throws: FileError.self) { try InputFile(path: folder + "/none") }
      #expect(missing?.kind == .input)
    }
  }

  @Test("Reading past the end says how much there was")
  func readingPastEnd() throws {
    try TemporaryFolder.with { folder in
      try AtomicFile.write([1, 2, 3], to: folder + "/s")
      let file = try InputFile(path: folder + "/s")
      #expect(try file.read(at: 1, count: 2) == [2, 3])
      #expect(
        throws: FileError.endsEarly(path: folder + "/s", expectedBytes: 6, foundBytes: 3)
      ) { try file.read(at: 2, count: 4) }
    }
  }
}

@Suite("SHA-256")
struct SHA256Tests {
  @Test(
    "Digests equal the standard's examples",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
          + "lmnopqrsmnopqrstnopqrstu",
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
      ),
    ])
  func standardExamples(message: String, digest: String) {
    #expect(SHA256.hexDigest(of: Array(message.utf8)) == digest)
  }

  @Test("A million letters a give the standard's digest, in pieces of any size")
  func millionLetters() {
    let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    let digest = SHA256()
    var left = 1_000_000
    var piece = 1
    while 0 < left {
      let count = min(piece, left)
      digest.update([UInt8](repeating: UInt8(ascii: "a"), count: count))
      left -= count
      piece = piece * 7 % 10_007
    }
    #expect(digest.hexDigest() == expected)
  }

  @Test("A file has the digest of its bytes")
  func fileDigest() throws {
    try TemporaryFolder.with { folder in
      try AtomicFile.write("abc", to: folder + "/abc")
      #expect(
        try SHA256.hexDigest(ofFile: folder + "/abc") == SHA256.hexDigest(of: Array("abc".utf8)))
    }
  }
}
