import Collective
import Synchronization
import TestSupport
import Testing
import TomogramModel
import Volumes

struct CommunicatorTests {
  @Test("One rank alone keeps its values and its message")
  func alone() throws {
    let ranks = SingleRank()
    var values = [1.5, -2]
    ranks.sum(&values)
    #expect(values == [1.5, -2])
    #expect(try ranks.announced([7, 8]) == [7, 8])
    #expect(try ranks.any(true))
    #expect(try !ranks.any(false))
  }

  @Test("A message of any length reaches all ranks", arguments: [0, 1, 300])
  func announces(_ length: Int) throws {
    let message = (0..<length).map { UInt8($0 % 251) }
    let heard = try ThreadRanks.run(3) { ranks in
      try ranks.announced(ranks.isFirst ? message : [1, 2, 3])
    }
    #expect(heard == [message, message, message])
  }

  @Test("What one rank finds, all know")
  func anyRank() throws {
    for finder in 0..<3 {
      #expect(try ThreadRanks.run(3) { try $0.any($0.rank == finder) } == [true, true, true])
    }
    #expect(try ThreadRanks.run(3) { try $0.any($0.rank == 5) } == [false, false, false])
  }

  @Test("A signal that reaches one rank stops all after the same step")
  func stopsTogether() throws {
    let steps = try ThreadRanks.run(3) { ranks in
      for step in 1...9 {
        let monitor = StageMonitor(
          progress: { _ in }, shouldStop: { ranks.rank == 1 && 4 <= step })
        do { try ranks.report(completed: step, of: 9, to: monitor) } catch {
          #expect(error is StoppedTogether)
          return step
        }
      }
      return 0
    }
    #expect(steps == [4, 4, 4])
  }

  @Test("A rank that is alone stops as it always did")
  func stopsAlone() throws {
    let monitor = StageMonitor(progress: { _ in }, shouldStop: { true })
    #expect(throws: Stopped.self) { try SingleRank().report(completed: 1, of: 2, to: monitor) }
  }

  @Test("Where a rank is lost, the others end with a fault that can be resumed")
  func lostRank() throws {
    struct Crash: Error {}
    let kinds = Mutex<[FaultKind]>([])
    #expect(throws: Crash.self) {
      try ThreadRanks.run(3) { ranks in
        if ranks.rank == 1 { throw Crash() }
        do throws(CollectiveError) { try ranks.barrier() } catch {
          kinds.withLock { $0.append(error.kind) }
        }
      }
    }
    #expect(kinds.withLock { $0 } == [.stopped, .stopped])
  }

  @Test("Where no plugin is found, the message says how to make one")
  func missingPlugin() {
    #expect(throws: CollectiveError.notInstalled) {
      try MPIRanks(searching: ["/nonexistent"], environment: [:])
    }
    #expect(CollectiveError.notInstalled.description.contains("Scripts/install-mpi.sh"))
    #expect(throws: CollectiveError.self) {
      try MPIRanks(searching: [], environment: ["CMPI": "/nonexistent/libcmpi.so"])
    }
  }
}
