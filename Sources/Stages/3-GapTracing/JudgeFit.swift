public import ReinforcementLearning
public import TomogramModel

/// Fits what tells how likely bridges are right, for each learned method.
///
/// - Parameter tomograms: the courses of each; not those the policy has learned in, or it would be too
///   sure of itself.
/// - Returns: a judge for each method that found both right and wrong bridges, by the method's name;
///   and how many bridges of either kind there were.
/// - Throws: what the policy throws.
public func fitJudges(
  on tomograms: [[TracingCourse]], policy: any ActionValues, monitor: StageMonitor
) throws -> (judges: [String: BridgeJudge], counts: [String: BridgeCount]) {
  var judges: [String: BridgeJudge] = [:]
  var counts: [String: BridgeCount] = [:]
  let methods: [TracingOptions.Method] = [.tracer, .merging, .judgedPath]
  for (round, method) in methods.enumerated() {
    let bridges = try tomograms.enumerated().map { number, courses in
      let found = try courses.flatMap { try $0.judgedBridges(by: method, policy: policy) }
      try monitor.report(
        completed: round * tomograms.count + number + 1, of: methods.count * tomograms.count)
      return found
    }
    judges[method.rawValue] = BridgeJudge(bridges)
    let examples = bridges.flatMap { $0 }
    counts[method.rawValue] = BridgeCount(
      right: examples.count { $0.isRight }, wrong: examples.count { !$0.isRight })
  }
  return (judges, counts)
}

/// Bridges found, by whether they are right.
public struct BridgeCount: Codable, Hashable, Sendable {
  /// Right ones.
  public var right: Int
  /// Wrong ones.
  public var wrong: Int
}
