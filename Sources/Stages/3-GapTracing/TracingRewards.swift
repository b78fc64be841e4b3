import LinearAlgebra
import TomogramModel

/// What agents are rewarded for: what is known of membranes, as numbers.
///
/// A return is about 1 for a right bridge, 0 for stopping, and about −⅓ for a wrong one, so that an
/// agent goes on where one bridge in four is right: which of them are kept is judged later, when all
/// that set out for the same gap have told.
public struct TracingRewards: Codable, Hashable, Sendable {
  /// Meeting the membrane it set out from, on the other side of a gap, along its heading.
  public var landedRight = 1.0
  /// Meeting anything else along its heading.
  public var landedWrong = -0.3
  /// Running into a membrane across its way: membranes do not cross.
  public var collided = -0.3
  /// Going on without end.
  public var tired = -0.2
  /// A step in the middle of the true membrane; beside its middle in proportion.
  public var stepOn = 0.04
  /// A step off it: off the true density.
  public var stepOff = -0.04
  /// A step through clear background: where the wedge hides nothing, and density is below average.
  public var stepClear = -0.02
  /// Bending by the sharpest turn, and as much for changing from one sharpest turn to the other:
  /// membranes bend little, and evenly.
  public var bend = -0.02
  /// A landing counts as right where so much of the way was on the membrane.
  public var leastShareOn = 0.6

  /// The defaults.
  public init() {}
}

extension TracingRewards {
  /// Reward of a step by an agent that has just moved, whatever it has come to.
  func step(of agent: RimAgent, turnBefore: Double, in scene: TracingScene, shareOn: Double)
    -> Double
  {
    let sharpest = RimAgent.turnsDegrees[RimAgent.turnsDegrees.count - 1] * .pi / 180
    let turn = agent.lastTurn / sharpest
    let change = (agent.lastTurn - turnBefore) / (2 * sharpest)
    var reward = bend * (turn * turn + change * change)
    reward += 0 < shareOn ? stepOn * shareOn : stepOff
    if scene.hasDensity, !scene.tilt.hides(normal: agent.normal),
      let grey = scene.fine[0].value(near: agent.position), grey < TracingScene.background
    {
      reward += stepClear
    }
    return reward
  }
}
