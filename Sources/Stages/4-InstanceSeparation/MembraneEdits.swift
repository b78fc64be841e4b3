/// Corrections of a separation by hand, in the order they were asked for.
///
/// They are part of the plan, so that a rerun carries them out again. Labels are never given twice
/// nor closed up: a membrane keeps its label through all later edits, a merged one has the smallest
/// of its labels, and a part split off gets the next label that nothing has had. So several edits
/// can be read off one picture, and an edit given again changes nothing.
public struct MembraneEdits: Codable, Hashable, Sendable {
  /// What to do, in order.
  public var steps: [Step] = []
  /// Digest of the separation that the labels of `steps` belong to; nil before the first run.
  public var separation: String?

  /// No edits.
  public init() {}

  /// One correction.
  public struct Step: Codable, Hashable, Sendable {
    /// What is done to the membranes.
    public var action: Action
    /// Their labels, each once; exactly one for a split and a rename.
    public var labels: [Int]
    /// The new name of a rename; empty otherwise.
    public var name: String

    /// Makes a step.
    public init(_ action: Action, _ labels: [Int], name: String = "") {
      (self.action, self.labels, self.name) = (action, labels, name)
    }
  }

  /// Kinds of corrections.
  public enum Action: String, Codable, Sendable {
    /// The membranes become one.
    case merge
    /// The membrane is cut in two, or into its components.
    case split
    /// The membranes are left out.
    case drop
    /// The membrane gets a name.
    case rename
  }

  /// Adds steps that are not there yet; a new name takes an older one's place.
  public mutating func add(_ new: [Step]) {
    for step in new where !steps.contains(step) {
      if step.action == .rename {
        steps.removeAll { $0.action == .rename && $0.labels == step.labels }
      }
      steps.append(step)
    }
  }

  /// The steps that change labels; naming does not.
  public var labelSteps: [Step] { steps.filter { $0.action != .rename } }

  /// Names given, by label. A merged membrane has the last name that one of its parts was given.
  public var names: [Int: String] {
    var names: [Int: String] = [:]
    for step in steps {
      switch step.action {
      case .rename: for label in step.labels { names[label] = step.name }
      case .drop: for label in step.labels { names[label] = nil }
      case .merge:
        let sorted = step.labels.sorted()
        let name = sorted.compactMap { names[$0] }.first
        for label in sorted { names[label] = nil }
        if let first = sorted.first { names[first] = name }
      case .split: break
      }
    }
    return names
  }
}
