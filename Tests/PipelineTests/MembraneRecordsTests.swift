import TestSupport
import Testing
import TomogramModel
import WorkLedger

@testable import Pipeline

struct MembraneRecordsTests {
  private let work = String(repeating: "a", count: 64)

  private func withRecords(_ body: (ResultFolder, MembraneRecords) throws -> Void) throws {
    try TemporaryFolder.with { path in
      let folder = ResultFolder(path)
      let records = MembraneRecords(of: .fit, work: work, in: folder)
      try records.begin()
      try body(folder, records)
    }
  }

  @Test("What was kept of a membrane is found again, digit for digit")
  func keeps() throws {
    try withRecords { folder, records in
      let values = [0.1 + 0.2, 1e-300, -1.0 / 3]
      try records.keep(values, label: 3)
      let again = MembraneRecords(of: .fit, work: work, in: folder)
      #expect(again.isBegun)
      #expect(again.value([Double].self, label: 3) == values)
      #expect(again.value([Double].self, label: 4) == nil)
    }
  }

  @Test("A record does not count whose file is gone or has another length")
  func checksFiles() throws {
    try withRecords { folder, records in
      try AtomicFile.write("surface", to: folder.path + "/a.ply")
      try records.keep(1, label: 1, files: ["a.ply"])
      #expect(records.value(Int.self, label: 1) == 1)
      try AtomicFile.write("surf", to: folder.path + "/a.ply", overwrite: true)
      #expect(records.value(Int.self, label: 1) == nil)
      Folder.remove(folder.path + "/a.ply")
      #expect(records.value(Int.self, label: 1) == nil)
    }
  }

  @Test("A record cut off in the middle is none")
  func checksRecords() throws {
    try withRecords { folder, records in
      try records.keep("whole", label: 1)
      let path = folder.records(of: .fit) + "/membrane_0001.json"
      let text = try InputFile(path: path).readText()
      try AtomicFile.write(String(text.dropLast(5)), to: path, overwrite: true)
      #expect(records.value(String.self, label: 1) == nil)
    }
  }

  @Test("Records of other work go when work begins, and all when it is over")
  func forgets() throws {
    try withRecords { folder, records in
      try records.keep(1, label: 1)
      let other = MembraneRecords(of: .fit, work: String(repeating: "b", count: 64), in: folder)
      #expect(!other.isBegun)
      try other.begin()
      #expect(other.value(Int.self, label: 1) == nil && !records.isBegun)
      folder.removeUnfinished(.fit)
      #expect(!Folder.exists(folder.records(of: .fit)))
    }
  }
}
