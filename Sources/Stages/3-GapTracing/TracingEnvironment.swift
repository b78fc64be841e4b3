public import ReinforcementLearning
import Training
public import Volumes

/// Agents that set out from rims and learn to reach the other side of gaps.
///
/// An episode begins at a rim of any course, drawn evenly, seen from either side, and ends when the
/// agent lands on a membrane, runs into one, leaves the volume, is tired, or stops.
public struct TracingEnvironment: Environment {
  private let courses: [TracingCourse]
  private let rewards: TracingRewards
  private let stepLimit: Int
  private let seed: UInt64
  private let workers: Workers
  private var lanes: [Lane] = []
  /// Episodes begun, all lanes together.
  private var begun: UInt64 = 0

  /// An episode.
  private struct Lane: Sendable {
    let course: Int
    let membrane: UInt16
    var agent: RimAgent
    /// Sum over the steps of how well they lay on the membrane.
    var stepsOn = 0
  }

  /// Begins an episode in each lane.
  ///
  /// - Precondition: each course has rims to set out from, and there is at least one course.
  public init(
    _ courses: [TracingCourse], options: TracingOptions, rewards: TracingRewards = TracingRewards(),
    laneCount: Int, seed: UInt64, workers: Workers
  ) {
    precondition(
      !courses.isEmpty && courses.allSatisfy { !$0.rims.isEmpty },
      "Agents have somewhere to set out from.")
    (self.courses, self.rewards, self.seed) = (courses, rewards, seed)
    self.workers = workers
    stepLimit = options.agentSteps
    for _ in 0..<laneCount { lanes.append(newLane()) }
  }

  public var observationShape: ObservationShape { AgentView.shape }
  public var actionCount: Int { RimAgent.actionCount }
  public var laneCount: Int { lanes.count }

  public func observations() -> Observations {
    let places = lanes.map(\.course)
    return AgentView.observations(
      of: lanes.map(\.agent), scene: { [courses] in courses[places[$0]].scene }, workers: workers)
  }

  public mutating func step(_ actions: [Int]) -> [Outcome] {
    precondition(actions.count == lanes.count, "Each lane takes one action.")
    return actions.indices.map { lane in
      let outcome = act(actions[lane], lane: lane)
      if outcome.ends { lanes[lane] = newLane() }
      return outcome
    }
  }

  private mutating func newLane() -> Lane {
    var generator = CountedGenerator(seed, 0x5452, begun)
    begun += 1
    let place = Int.random(in: courses.indices, using: &generator)
    let course = courses[place]
    let index = Int.random(in: course.rims.indices, using: &generator)
    return Lane(
      course: place, membrane: course.membranes[index],
      agent: RimAgent(course.rims[index], index: index, flipped: generator.chance(0.5)))
  }

  private mutating func act(_ action: Int, lane: Int) -> Outcome {
    guard action != RimAgent.stop else { return Outcome(reward: 0, ends: true) }
    let course = courses[lanes[lane].course]
    let membrane = lanes[lane].membrane
    let turnBefore = lanes[lane].agent.lastTurn
    lanes[lane].agent.move(action)
    let rules = AgentRules(scene: course.scene, stepLimit: stepLimit)
    let event = rules.event(after: &lanes[lane].agent)
    let agent = lanes[lane].agent
    let shareOn =
      membrane == 0 ? 0 : course.truth.share(of: membrane, at: agent.position)
    if 0 < shareOn { lanes[lane].stepsOn += 1 }
    let step = rewards.step(
      of: agent, turnBefore: turnBefore, in: course.scene, shareOn: shareOn)
    let wayOn = Double(lanes[lane].stepsOn) / Double(agent.stepCount)
    switch event {
    case .goesOn: return Outcome(reward: Float(step), ends: false)
    case .landed(let landing):
      let isRight =
        membrane != 0 && course.truth.membrane(near: landing.position) == membrane
        && rewards.leastShareOn <= wayOn
      let end = isRight ? rewards.landedRight : rewards.landedWrong
      return Outcome(reward: Float(step + end), ends: true)
    case .collided: return Outcome(reward: Float(step + rewards.collided), ends: true)
    case .tired: return Outcome(reward: Float(step + rewards.tired), ends: true)
    case .left, .stuck: return Outcome(reward: Float(step), ends: true)
    }
  }
}
