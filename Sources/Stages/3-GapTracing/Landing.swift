import LinearAlgebra
import Volumes

/// What an agent has come to after a step.
enum AgentEvent: Equatable, Sendable {
  /// It goes on.
  case goesOn
  /// It met a membrane that continues along its heading.
  case landed(Landing)
  /// It ran into a membrane across its way.
  case collided
  /// It left the volume.
  case left
  /// It went as far as agents go.
  case tired
  /// It never left the membrane it set out from: there is no gap.
  case stuck
}

/// Where an agent met a membrane.
struct Landing: Equatable, Sendable {
  /// On the middle of the membrane met, in Å.
  var position: SIMD3<Double>
  /// How far the membrane's middle lies beside the agent's way, in Å, towards the normal.
  var offset: Double
  /// Slope of the membrane met against the heading.
  var slope: Double
}

/// Tells what an agent has come to. The membrane met is looked at in the agent's own plane.
struct AgentRules: Sendable {
  let scene: TracingScene
  /// Most steps of an agent.
  let stepLimit: Int

  /// Steps within which an agent has to leave the membrane it set out from: a rim lies up to two
  /// voxels inside its end.
  private static let stepsToClear = 4
  /// How far ahead the membrane met is looked at, in Å.
  private static let probes = [20.0, 40, 60]
  /// How far beside the way, in Å, and in steps of what.
  private static let (reach, spacing) = (60.0, 10.0)
  /// The largest offset and slope of a membrane that continues the way.
  private static let (offsetLimit, slopeLimit) = (40.0, 0.7)

  /// Looks at an agent that has just moved.
  func event(after agent: inout RimAgent) -> AgentEvent {
    guard let value = scene.fragments.value(near: agent.position) else { return .left }
    if value == 0 {
      agent.isClear = true
      return stepLimit <= agent.stepCount ? .tired : .goesOn
    }
    guard agent.isClear else {
      return Self.stepsToClear <= agent.stepCount ? .stuck : .goesOn
    }
    return landing(of: agent).map { .landed($0) } ?? .collided
  }

  /// Whether what the agent has run into continues its way.
  private func landing(of agent: RimAgent) -> Landing? {
    let limit = 3 * agent.rim.halfThickness
    var found: [(ahead: Double, offset: Double)] = []
    for ahead in Self.probes {
      let place = agent.position + ahead * agent.heading
      guard let run = nearestRun(at: place, along: agent.normal), run.halfWidth <= limit else {
        continue
      }
      found.append((ahead, run.middle))
    }
    guard 2 <= found.count else { return nil }
    let (near, far) = (found[0], found[found.count - 1])
    let slope = (far.offset - near.offset) / (far.ahead - near.ahead)
    let offset = near.offset - slope * near.ahead
    guard abs(offset) <= Self.offsetLimit, abs(slope) <= Self.slopeLimit else { return nil }
    let position = agent.position + near.ahead * agent.heading + near.offset * agent.normal
    return Landing(position: position, offset: offset, slope: slope)
  }

  /// The stretch of fragments nearest to a place along a line through it.
  private func nearestRun(
    at place: SIMD3<Double>, along direction: SIMD3<Double>
  ) -> (middle: Double, halfWidth: Double)? {
    let count = Int(Self.reach / Self.spacing)
    let isMembrane = (-count...count).map { step in
      (scene.fragments.value(near: place + Double(step) * Self.spacing * direction) ?? 0) != 0
    }
    guard
      let nearest = isMembrane.indices.filter({ isMembrane[$0] })
        .min(by: { abs($0 - count) < abs($1 - count) })
    else { return nil }
    var (lower, upper) = (nearest, nearest)
    while 0 < lower && isMembrane[lower - 1] { lower -= 1 }
    while upper + 1 < isMembrane.count && isMembrane[upper + 1] { upper += 1 }
    return (
      Self.spacing * (Double(lower + upper) / 2 - Double(count)),
      Self.spacing * Double(upper - lower + 1) / 2
    )
  }
}
