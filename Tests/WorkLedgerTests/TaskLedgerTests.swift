import Dispatch
import Glibc
import Synchronization
import TestSupport
import Testing
import WorkLedger

@Suite struct TaskLedgerTests {
  private func withLedger(
    staleAfterSeconds: Double = 3600, _ body: (TaskLedger, TaskLedger) throws -> Void
  ) throws {
    try TemporaryFolder.with { folder in
      let ledgers = ["one", "two"].map {
        TaskLedger(folder: folder + "/ledger", owner: $0, staleAfterSeconds: staleAfterSeconds)
      }
      try ledgers[0].prepare()
      try body(ledgers[0], ledgers[1])
    }
  }

  @Test("A task has one holder, until it is given back")
  func exclusive() throws {
    try withLedger { one, two in
      let claim = try #require(try one.claim("a"))
      #expect(try two.claim("a") == nil)
      #expect(try two.claim("b") != nil)
      #expect(try two.holders()["a"]?.owner == "one")
      one.release(claim)
      #expect(try two.claim("a") != nil)
    }
  }

  @Test("A settled task is never taken again, unless it is opened again")
  func settled() throws {
    try withLedger { one, two in
      let claim = try #require(try one.claim("a.b"))
      try one.settle(claim, outcome: "well")
      #expect(two.outcome(of: "a.b") == "well")
      #expect(try two.claim("a.b") == nil)
      #expect(try two.holders().isEmpty)
      two.reopen("a.b")
      #expect(two.outcome(of: "a.b") == nil)
      #expect(try two.claim("a.b") != nil)
    }
  }

  @Test("Who gives no sign of life loses the task, and learns of it")
  func stale() throws {
    try withLedger(staleAfterSeconds: 10) { one, two in
      let lost = try #require(try one.claim("a"))
      try age("a.1", of: one, bySeconds: 11)
      #expect(try two.holders()["a"]?.isStale == true)
      let taken = try #require(try two.claim("a"))
      #expect(!one.keepAlive(lost))
      #expect(two.keepAlive(taken))
      #expect(try one.claim("a") == nil)
      // Two lives on, as long as it says so.
      try age("a.2", of: two, bySeconds: 11)
      #expect(two.keepAlive(taken))
      #expect(try one.claim("a") == nil)
      // The one that was slow may still finish.
      try one.settle(lost, outcome: "late")
      #expect(try two.claim("a") == nil)
    }
  }

  @Test("Of many who want a task at once, one gets it, fresh or left by the dead")
  func race() throws {
    try withLedger(staleAfterSeconds: 10) { one, _ in
      for task in ["fresh", "stale"] {
        if task == "stale" {
          _ = try #require(try one.claim(task))
          try age("stale.1", of: one, bySeconds: 60)
        }
        let winners = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 16) { index in
          let ledger = TaskLedger(folder: one.folder, owner: "\(index)", staleAfterSeconds: 10)
          if (try? ledger.claim(task)) ?? nil != nil { winners.add(1, ordering: .relaxed) }
        }
        #expect(winners.load(ordering: .relaxed) == 1)
      }
    }
  }

  @Test("A ledger that cannot be written says so")
  func unwritable() throws {
    let ledger = TaskLedger(folder: "/proc/none", owner: "one", staleAfterSeconds: 1)
    #expect(throws: FileError.self) { try ledger.prepare() }
    #expect(throws: FileError.self) { try ledger.claim("a") }
  }

  /// Makes a claim look as if it had last been touched so long ago.
  private func age(_ claim: String, of ledger: TaskLedger, bySeconds seconds: Int) throws {
    var now = timespec()
    try #require(unsafe clock_gettime(CLOCK_REALTIME, &now) == 0)
    now.tv_sec -= seconds
    let times = [now, now]
    try #require(unsafe utimensat(AT_FDCWD, "\(ledger.folder)/claims/\(claim)", times, 0) == 0)
  }
}
