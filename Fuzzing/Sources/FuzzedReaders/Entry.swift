import Glibc
import Volumes

/// What libFuzzer calls with each input.
///
/// The reader under test is named by `BILAYER_FUZZ_READER`; an error is an answer, so only traps,
/// hangs and absurd allocations end the run. Readers open a file without a name in memory.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let session = FuzzingSession.current
  session.file.hold(UnsafeRawBufferPointer(start: bytes, count: count))
  do {
    try session.reader.read(path: session.file.path, scratchFolder: scratchFolder)
  } catch {
    // Errors describe what was found: bytes in them must not trap either.
    session.described &+= (error as? any Fault)?.description.utf8.count ?? 0
  }
  return 0
}

/// A folder in memory.
private let scratchFolder = "/dev/shm"

/// What stays from one input to the next.
private final class FuzzingSession {
  // libFuzzer calls from one thread only.
  nonisolated(unsafe) static let current = FuzzingSession()

  let reader: FuzzedReader
  let file = MemoryFile()
  /// Length of all messages; kept so that they are made.
  var described = 0

  private init() {
    let name = getenv("BILAYER_FUZZ_READER").map { String(cString: $0) } ?? ""
    guard let reader = FuzzedReader(rawValue: name) else {
      let names = FuzzedReader.allCases.map(\.rawValue).joined(separator: " ")
      print("set BILAYER_FUZZ_READER to one of: \(names)")
      exit(2)
    }
    self.reader = reader
  }
}

/// A file that lies in memory and is opened by path like any other.
private final class MemoryFile {
  let path: String
  private let descriptor: Int32

  init() {
    var name = Array("\(scratchFolder)/bilayer-fuzz-XXXXXX".utf8CString)
    descriptor = mkstemp(&name)
    precondition(0 <= descriptor, "no file in memory could be made")
    unlink(name)
    path = "/proc/self/fd/\(descriptor)"
  }

  func hold(_ bytes: UnsafeRawBufferPointer) {
    precondition(ftruncate(descriptor, 0) == 0, "the file in memory cannot be emptied")
    let written = pwrite(descriptor, bytes.baseAddress, bytes.count, 0)
    precondition(written == bytes.count, "the file in memory cannot be written")
  }
}
