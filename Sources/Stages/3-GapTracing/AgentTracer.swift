import LinearAlgebra
import ReinforcementLearning
import TomogramModel
import Volumes
import WorkLedger

/// Sends an agent out from each rim and keeps the ways of those that land on a membrane.
struct AgentTracer {
  let scene: TracingScene
  let policy: any ActionValues
  let stepLimit: Int
  let workers: Workers

  /// Agents that go side by side: enough to keep the network busy, few enough that what lies around them fits
  /// into memory however large the volume is.
  private static let laneCount = 512

  /// The ways of the agents that land, in the order of the rims.
  ///
  /// - Parameters:
  ///   - monitor: the stage's, of which agents are the parts 400 to 700 of 1000.
  ///   - steps: keeps the paths of all agents that go side by side.
  ///   - kept: chooses among paths; gets them as they are found, so that not all are in memory.
  func paths(
    from rims: [Rim], spacing: Double, steps: StepLog, monitor: StageMonitor,
    keeping kept: ([BridgePath]) -> [BridgePath]
  ) throws -> [BridgePath] {
    var paths: [BridgePath] = []
    var first = 0
    while first < rims.count {
      let last = min(first + Self.laneCount, rims.count)
      paths += BridgePath.paths(
        of: try steps.step {
          kept(try landed(first..<last, of: rims, spacing: spacing)).flatMap(\.words)
        })
      first = last
      try monitor.report(completed: 400 + 300 * first / rims.count, of: 1000)
    }
    return paths
  }

  private func landed(
    _ range: Range<Int>, of rims: [Rim], spacing: Double
  ) throws -> [BridgePath] {
    scene.prefetch(around: rims[range].map(\.position))
    let rules = AgentRules(scene: scene, stepLimit: stepLimit)
    var agents = range.map { RimAgent(rims[$0], index: $0) }
    var worths: [Int: Double] = [:]
    var paths: [Int: BridgePath] = [:]
    let count = RimAgent.actionCount
    while !agents.isEmpty {
      let seen = AgentView.observations(of: agents, scene: { [scene] _ in scene }, workers: workers)
      let values = try policy.values(of: seen)
      let actions = bestActions(values, count: count)
      var going: [RimAgent] = []
      for (index, action) in actions.enumerated() where action != RimAgent.stop {
        var agent = agents[index]
        if agent.stepCount == 0 {
          worths[agent.rimIndex] = Double(values[index * count + action])
        }
        agent.move(action)
        switch rules.event(after: &agent) {
        case .goesOn: going.append(agent)
        case .landed(let landing):
          paths[agent.rimIndex] = BridgePath(
            agent, landing, worth: worths[agent.rimIndex] ?? 0, spacing: spacing)
        case .collided, .left, .tired, .stuck: break
        }
      }
      agents = going
    }
    return range.compactMap { paths[$0] }
  }
}

extension BridgePath {
  /// The way of an agent that has landed: its steps, smoothed, from the rim to the middle of the
  /// membrane it met.
  init(_ agent: RimAgent, _ landing: Landing, worth: Double, spacing: Double) {
    rim = agent.rimIndex
    self.worth = worth
    misfit = (abs(landing.slope), abs(landing.offset))
    halfThickness = agent.rim.halfThickness
    var way = agent.points
    way[way.count - 1] = landing.position
    // Steps turn by set angles; twice the mean of neighbours takes the corners off.
    for _ in 0..<2 where 2 < way.count {
      let before = way
      for k in 1..<way.count - 1 {
        way[k] = 0.25 * before[k - 1] + 0.5 * before[k] + 0.25 * before[k + 1]
      }
    }
    let along = agent.rim.along
    var (places, directions): ([SIMD3<Double>], [SIMD3<Double>]) = ([], [])
    for k in 0..<way.count - 1 {
      let step = way[k + 1] - way[k]
      let pieces = max(Int((step.length / spacing).rounded()), 1)
      for piece in 0..<pieces {
        places.append(way[k] + Double(piece) / Double(pieces) * step)
        directions.append(step.cross(along).normalized)
      }
    }
    places.append(way[way.count - 1])
    directions.append(directions[directions.count - 1])
    (points, normals) = (PathVectors(places), PathVectors(directions))
  }
}
