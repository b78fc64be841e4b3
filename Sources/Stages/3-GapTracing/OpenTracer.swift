public import ReinforcementLearning

/// A tracer model ready to be asked.
public struct OpenTracer {
  /// Tells what an agent's actions are worth.
  public let policy: any ActionValues
  /// Tell how likely a bridge is right, by the method that found it.
  public let judges: [String: BridgeJudge]

  /// Puts both together.
  public init(policy: any ActionValues, judges: [String: BridgeJudge]) {
    (self.policy, self.judges) = (policy, judges)
  }
}
