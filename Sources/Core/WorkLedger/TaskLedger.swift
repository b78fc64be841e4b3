import Glibc

/// Tasks shared by processes on any machines that see one folder; no server, no lock.
///
/// A task is a name. Who takes it makes the file `claims/NAME.1`, and only one can: the system makes
/// a file exclusively. The holder touches its claim again and again; a claim that was not touched for
/// `staleAfterSeconds` belongs to the dead, and `claims/NAME.2`, made in the same way, supersedes it.
/// So no claim is ever taken away by renaming or removing it, which could hit the next holder's.
/// `outcomes/NAME` says that the task is settled and how.
///
/// Ages are differences of times that the file system itself has written, so the clocks of machines
/// need not agree. A holder that was merely slow may finish beside its successor: tasks must allow
/// being done twice.
public struct TaskLedger: Sendable {
  /// Folder of the ledger.
  public let folder: String
  /// Who claims, for others to read: host and process.
  public let owner: String
  /// Seconds without a sign of life after which a claim is void.
  public let staleAfterSeconds: Double

  /// Names a ledger; the folder need not exist until `prepare`.
  public init(folder: String, owner: String, staleAfterSeconds: Double) {
    precondition(0 < staleAfterSeconds, "a claim must live for a while")
    (self.folder, self.owner, self.staleAfterSeconds) = (folder, owner, staleAfterSeconds)
  }

  /// A task held by this process.
  public struct Claim: Hashable, Sendable {
    /// The task's name.
    public let task: String
    let generation: Int
  }

  var claims: String { folder + "/claims" }
  var outcomes: String { folder + "/outcomes" }

  /// Makes the folders.
  public func prepare() throws(FileError) {
    _ = try Folder.make(claims)
    _ = try Folder.make(outcomes)
  }

  /// Takes a task.
  ///
  /// - Parameter task: a file name.
  /// - Returns: nil where it is settled or somebody holds it.
  /// - Throws: `FileError` where the ledger cannot be written.
  public func claim(_ task: String) throws(FileError) -> Claim? {
    guard !Folder.exists(outcomes + "/" + task) else { return nil }
    let last = latestGenerations()[task]
    if let last {
      let age = try age(ofFile: path(task, last))
      guard let age, staleAfterSeconds < age else { return nil }
    }
    let claim = Claim(task: task, generation: (last ?? 0) + 1)
    let descriptor = unsafe open(
      path(of: claim), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard 0 <= descriptor else {
      if errno == EEXIST { return nil }
      throw FileError.system(
        path: path(of: claim), action: "cannot claim", reading: false, code: errno)
    }
    let name = Array(owner.utf8)
    _ = unsafe write(descriptor, name, name.count)
    close(descriptor)
    // It may have been settled, and the claims on it cleared, since the first look.
    guard !Folder.exists(outcomes + "/" + task) else {
      Folder.remove(path(of: claim))
      return nil
    }
    return claim
  }

  /// Gives a sign of life.
  ///
  /// - Returns: false where the claim is void: somebody else has taken the task, or settled it.
  public func keepAlive(_ claim: Claim) -> Bool {
    guard latestGenerations()[claim.task] == claim.generation else { return false }
    return unsafe utimensat(AT_FDCWD, path(of: claim), nil, 0) == 0
  }

  /// Gives a task back undone.
  public func release(_ claim: Claim) { Folder.remove(path(of: claim)) }

  /// Settles a task.
  ///
  /// - Parameter outcome: text for whoever asks.
  public func settle(_ claim: Claim, outcome: String) throws(FileError) {
    try AtomicFile.write(outcome, to: outcomes + "/" + claim.task, overwrite: true)
    for generation in 1...claim.generation { Folder.remove(path(claim.task, generation)) }
  }

  /// What was said when a task was settled; nil where it is not.
  public func outcome(of task: String) -> String? {
    try? InputFile(path: outcomes + "/" + task).readText()
  }

  /// Makes a settled task open again.
  public func reopen(_ task: String) { Folder.remove(outcomes + "/" + task) }

  private func path(of claim: Claim) -> String { path(claim.task, claim.generation) }

  func path(_ task: String, _ generation: Int) -> String { "\(claims)/\(task).\(generation)" }
}

// MARK: - Who holds what

extension TaskLedger {
  /// A claim as others see it.
  public struct Holder: Equatable, Sendable {
    /// Who holds the task.
    public let owner: String
    /// Seconds since the last sign of life.
    public let ageSeconds: Double
    /// Whether the claim is void, so that the task is open to others.
    public let isStale: Bool
  }

  /// Claims on tasks that are not settled, by task.
  public func holders() throws(FileError) -> [String: Holder] {
    var holders: [String: Holder] = [:]
    for (task, generation) in latestGenerations()
    where !Folder.exists(outcomes + "/" + task) {
      let path = path(task, generation)
      guard let age = try age(ofFile: path), let file = try? InputFile(path: path),
        let owner = try? file.readText()
      else { continue }
      holders[task] = Holder(owner: owner, ageSeconds: age, isStale: staleAfterSeconds < age)
    }
    return holders
  }

  /// The highest number of the claims on each task.
  private func latestGenerations() -> [String: Int] {
    var latest: [String: Int] = [:]
    for name in Folder.names(in: claims) {
      guard let dot = name.lastIndex(of: "."), let generation = Int(name[name.index(after: dot)...])
      else { continue }
      let task = String(name[..<dot])
      latest[task] = max(latest[task] ?? 0, generation)
    }
    return latest
  }

  /// Seconds since a file was touched, by the file system's own clock; nil where it is gone.
  private func age(ofFile path: String) throws(FileError) -> Double? {
    guard let touched = Self.changeTime(path) else { return nil }
    let clock = "\(folder)/clock-\(owner.map { $0 == "/" ? "_" : $0 }.map(String.init).joined())"
    try AtomicFile.write("", to: clock, overwrite: true)
    defer { Folder.remove(clock) }
    guard let now = Self.changeTime(clock) else { return 0 }
    return max(now - touched, 0)
  }

  private static func changeTime(_ path: String) -> Double? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    return Double(status.st_mtim.tv_sec) + 1e-9 * Double(status.st_mtim.tv_nsec)
  }
}
