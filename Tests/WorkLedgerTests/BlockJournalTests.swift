import Glibc
import TestSupport
import Testing
import WorkLedger

@Suite struct BlockJournalTests {
  private static let work = String(repeating: "a", count: 64)
  private static let lengths = [24, 7, 0, 100]

  private func journal(
    _ folder: String, work: String = BlockJournalTests.work, lengths: [Int] = lengths
  ) throws -> BlockJournal {
    try BlockJournal(path: folder + "/journal", work: work, blockByteCounts: lengths)
  }

  private func bytes(_ block: Int) -> [UInt8] {
    (0..<Self.lengths[block]).map { UInt8(($0 * 7 + block) % 251) }
  }

  private func held(_ journal: BlockJournal) throws -> [Int] {
    try (0..<journal.count).filter { try journal.holds($0) }
  }

  /// Writes a byte into the file from outside.
  private func damage(_ folder: String, at offset: Int) throws {
    let descriptor = unsafe open(folder + "/journal", O_RDWR)
    defer { close(descriptor) }
    try #require(0 <= descriptor)
    var byte: UInt8 = 0
    try #require(unsafe pread(descriptor, &byte, 1, offset) == 1)
    byte ^= 0x80
    try #require(unsafe pwrite(descriptor, &byte, 1, offset) == 1)
  }

  @Test("Blocks written in any order are there for the next process, and no others")
  func survives() throws {
    try TemporaryFolder.with { folder in
      let first = try journal(folder)
      #expect(try held(first).isEmpty)
      for block in [3, 1, 2] { try first.write(unsafe bytes(block).span.bytes, block: block) }
      let second = try journal(folder)
      #expect(try held(second) == [1, 2, 3])
      var part = [UInt8](repeating: 0, count: 10)
      var span = part.mutableSpan
      var target = unsafe span.mutableBytes
      try second.read(into: &target, block: 3, offset: 5)
      #expect(part == Array(bytes(3)[5..<15]))
    }
  }

  @Test("A block that is not whole on disk does not count; its neighbours do", arguments: 0..<100)
  func torn(byte: Int) throws {
    try TemporaryFolder.with { folder in
      let journal = try journal(folder)
      for block in 0..<4 { try journal.write(unsafe bytes(block).span.bytes, block: block) }
      try damage(folder, at: 64 + 4 * 8 + 24 + 7 + byte)
      #expect(try held(journal) == [0, 1, 2])
    }
  }

  @Test("Blocks of other work, or of other lengths, are not taken for one's own")
  func otherWork() throws {
    try TemporaryFolder.with { folder in
      let mine = try journal(folder)
      try mine.write(unsafe bytes(0).span.bytes, block: 0)
      #expect(try held(journal(folder)) == [0])
      #expect(try held(journal(folder, work: String(repeating: "b", count: 64))).isEmpty)
      let again = try journal(folder)
      #expect(try held(again).isEmpty)
      try again.write(unsafe bytes(0).span.bytes, block: 0)
      #expect(try held(journal(folder, lengths: [24, 7, 0, 101])).isEmpty)
    }
  }

  @Test("Who joins a journal shares its blocks, and never makes or empties one")
  func joins() throws {
    func joined(_ folder: String, work: String, lengths: [Int]) throws -> BlockJournal {
      try BlockJournal(joining: folder + "/journal", work: work, blockByteCounts: lengths)
    }
    try TemporaryFolder.with { folder in
      #expect(throws: FileError.self) {
        try joined(folder, work: Self.work, lengths: Self.lengths)
      }
      #expect(Folder.names(in: folder).isEmpty)
      let first = try journal(folder)
      try first.write(unsafe bytes(0).span.bytes, block: 0)
      let second = try joined(folder, work: Self.work, lengths: Self.lengths)
      try second.write(unsafe bytes(3).span.bytes, block: 3)
      #expect(try held(first) == [0, 3])
      #expect(try held(second) == [0, 3])
      #expect(throws: FileError.self) {
        try joined(folder, work: String(repeating: "b", count: 64), lengths: Self.lengths)
      }
      #expect(throws: FileError.self) {
        try joined(folder, work: Self.work, lengths: [24, 7, 0, 101])
      }
      #expect(try held(first) == [0, 3])
    }
  }

  @Test("A file that is something else is replaced; a link to one is refused")
  func otherFiles() throws {
    try TemporaryFolder.with { folder in
      try AtomicFile.write("anything at all", to: folder + "/journal")
      #expect(try held(journal(folder)).isEmpty)
      try AtomicFile.write("precious", to: folder + "/precious")
      Folder.remove(folder + "/journal")
      try #require(unsafe symlink("precious", folder + "/journal") == 0)
      #expect(throws: FileError.self) { try journal(folder) }
      #expect(try InputFile(path: folder + "/precious").readText() == "precious")
    }
  }
}
