public import ReinforcementLearning
public import TomogramModel

/// Fits what tells how likely bridges are right, for each learned method and origin of fragments.
///
/// Of predictions only those count into which no gap was cut: what a network leaves open is what its
/// bridges are about, and gaps cut into what it is sure of are closed far more surely.
///
/// - Parameter courses: not those the policy has learned in, or it would be too sure of itself.
/// - Returns: a judge wherever there were both right and wrong bridges; and how many of either kind
///   there were, by origin and method.
/// - Throws: what the policy throws.
public func fitJudges(
  on courses: [TracingCourse], policy: any ActionValues, monitor: StageMonitor
) throws -> (judges: BridgeJudges, counts: [String: BridgeCount]) {
  var judges = BridgeJudges()
  var counts: [String: BridgeCount] = [:]
  let methods: [TracingOptions.Method] = [.tracer, .merging, .judgedPath]
  for (done, method) in methods.enumerated() {
    for origin in FragmentOrigin.allCases {
      let examples = try courses.filter { $0.shows(origin) }.flatMap {
        try $0.judgedBridges(by: method, policy: policy)
      }
      judges[method, origin] = BridgeJudge(examples)
      counts["\(origin.rawValue) \(method.rawValue)"] = BridgeCount(
        right: examples.count { $0.isRight }, wrong: examples.count { !$0.isRight })
    }
    try monitor.report(completed: done + 1, of: methods.count)
  }
  return (judges, counts)
}

extension TracingCourse {
  /// Whether bridges in it are like those between fragments of this origin.
  fileprivate func shows(_ origin: FragmentOrigin) -> Bool {
    tracer.origin == origin && (origin == .given || !hasCutGaps)
  }
}

/// Bridges found, by whether they are right.
public struct BridgeCount: Codable, Hashable, Sendable {
  /// Right ones.
  public var right: Int
  /// Wrong ones.
  public var wrong: Int
}
