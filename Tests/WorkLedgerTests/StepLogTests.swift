import Glibc
import TestSupport
import Testing
import WorkLedger

@Suite struct StepLogTests {
  private static let work = String(repeating: "a", count: 64)

  private struct Unknown: Error {}

  /// Steps of ascending lengths, the first without an element; also how many were made anew.
  private func run(
    _ path: String, steps: Int, work: String = StepLogTests.work
  ) throws -> (values: [[Int32]], made: Int) {
    let log = try StepLog(path: path, work: work)
    var made = 0
    let values = try (0..<steps).map { step in
      try log.step { () -> [Int32] in
        made += 1
        return (0..<Int32(step)).map { 1000 * Int32(step) + $0 }
      }
    }
    #expect(log.keptCount == steps - made)
    return (values, made)
  }

  private func length(_ path: String) -> Int { Folder.byteCount(ofFile: path) ?? 0 }

  @Test("A second run makes only the steps that the first did not come to")
  func goesOn() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/steps"
      #expect(try run(path, steps: 5).made == 5)
      let (values, made) = try run(path, steps: 8)
      #expect(made == 3)
      #expect(values[7] == [7000, 7001, 7002, 7003, 7004, 7005, 7006])
      #expect(try run(path, steps: 8).values == values)
    }
  }

  @Test("Wherever the file ends, whole steps stay and the rest is made anew")
  func cut() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/steps"
      let expected = try run(path, steps: 4).values
      let whole = length(path)
      for end in 0..<whole {
        try #require(unsafe truncate(path, end) == 0)
        // Steps of 16 + 4 n bytes behind a head of 64.
        let kept = end < 64 ? 0 : [80, 100, 124, 152].count { $0 <= end }
        let (values, made) = try run(path, steps: 4)
        #expect(values == expected)
        #expect(made == 4 - kept)
        #expect(length(path) == whole)
      }
    }
  }

  @Test("A byte that is wrong costs its step and those behind it", arguments: 64..<152)
  func damaged(place: Int) throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/steps"
      let expected = try run(path, steps: 4).values
      let descriptor = unsafe open(path, O_RDWR)
      defer { close(descriptor) }
      var byte: UInt8 = 0
      try #require(unsafe pread(descriptor, &byte, 1, place) == 1)
      byte ^= 0x80
      try #require(unsafe pwrite(descriptor, &byte, 1, place) == 1)
      let (values, made) = try run(path, steps: 4)
      #expect(values == expected)
      #expect(made == 4 - [80, 100, 124, 152].count { $0 <= place })
    }
  }

  @Test("Steps of other work are not taken")
  func otherWork() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/steps"
      _ = try run(path, steps: 3)
      #expect(try run(path, steps: 3, work: String(repeating: "b", count: 64)).made == 3)
      #expect(try run(path, steps: 3).made == 3)
    }
  }

  @Test("Elements of another length are not taken for these")
  func otherElements() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/steps"
      _ = try StepLog(path: path, work: Self.work).step { [1, 2, 3] as [UInt8] }
      #expect(try StepLog(path: path, work: Self.work).step { [0.5] } == [0.5])
    }
  }

  @Test("A step that fails is not kept")
  func failing() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/steps"
      let log = try StepLog(path: path, work: Self.work)
      #expect(throws: Unknown.self) { try log.step { () -> [Int] in throw Unknown() } }
      #expect(length(path) == 64)
    }
  }

  @Test("A log without a file keeps nothing")
  func unkept() throws {
    let log = StepLog()
    #expect(try log.step { [1] } == [1])
    #expect(log.keptCount == 0)
  }
}
