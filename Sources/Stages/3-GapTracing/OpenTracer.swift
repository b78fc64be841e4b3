public import ReinforcementLearning

/// A tracer model ready to be asked.
public struct OpenTracer {
  /// Tells what an agent's actions are worth.
  public let policy: any ActionValues
  /// Tell how likely a bridge is right.
  public let judges: BridgeJudges

  /// Puts both together.
  public init(policy: any ActionValues, judges: BridgeJudges) {
    (self.policy, self.judges) = (policy, judges)
  }
}
