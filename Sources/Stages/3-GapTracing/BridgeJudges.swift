/// Where fragments come from. How likely a bridge between them is right depends on it: where a network
/// left a gap it looked and doubted, while the masks of people end where nobody looked.
public enum FragmentOrigin: String, Codable, Hashable, Sendable, CaseIterable {
  /// A network's probability.
  case predicted
  /// A mask that was given.
  case given
}

/// The judges of a tracer: one for each origin of fragments and method of finding bridges.
public struct BridgeJudges: Codable, Hashable, Sendable {
  private var judges: [String: [String: BridgeJudge]] = [:]

  /// No judges.
  public init() {}

  /// The judge of bridges that a method found between fragments of an origin.
  subscript(method: TracingOptions.Method, origin: FragmentOrigin) -> BridgeJudge? {
    get { judges[origin.rawValue]?[method.rawValue] }
    set { judges[origin.rawValue, default: [:]][method.rawValue] = newValue }
  }

  /// The best judge there is: too few bridges of one origin may have been seen to learn from.
  func judge(of method: TracingOptions.Method, origin: FragmentOrigin) -> BridgeJudge? {
    self[method, origin] ?? FragmentOrigin.allCases.lazy.compactMap { self[method, $0] }.first
  }

  /// Whether all belong to the features of this version.
  var areValid: Bool { judges.values.allSatisfy { $0.values.allSatisfy(\.isValid) } }
}
