import ReinforcementLearning
import RealModule
import TestSupport
import Testing
import TomogramModel
import Volumes

@testable import GapTracing

/// Goes straight ahead, whatever it sees.
struct StraightAhead: ActionValues {
  let observationShape = AgentView.shape
  func values(of observations: Observations) -> [Float] {
    (0..<observations.count).flatMap { _ in [0, 0, 1, 0, 0, 0] as [Float] }
  }
}

/// A scene of fragments alone, 10 Å a voxel.
func fragmentScene(_ mask: Block<Int8>, folder: String) throws -> TracingScene {
  let volume = Volume(
    geometry: VolumeGeometry(size: mask.region.size, voxelSizeAngstrom: 10), samples: mask.samples)
  return try TracingScene(
    density: nil, probability: nil, fragments: volume, tilt: .customary, scratchFolder: folder,
    workers: .one)
}

@Suite("Agents at a rim") struct AgentTests {
  static let size = VolumeSize(x: 60, y: 30, z: 30)
  /// At the end of a horizontal sheet in the middle, outward along +x.
  static let rim = Rim(
    position: SIMD3(200, 150, 150), normal: SIMD3(0, 0, 1), outward: SIMD3(1, 0, 0),
    halfThickness: 20, curvature: 0.002)

  /// A horizontal sheet up to x = 20, and whatever else `condition` tells.
  static func mask(_ condition: (SIMD3<Double>) -> Bool) -> Block<Int8> {
    var mask = Block<Int8>(region: Region(size), repeating: 0)
    for offset in mask.samples.indices {
      let place = SIMD3(
        Double(offset % size.x), Double(offset / size.x % size.y), Double(offset / 1800))
      let isSheet = abs(place.z - 15) <= 2 && place.x <= 20
      mask.samples[offset] = isSheet || condition(place) ? 1 : 0
    }
    return mask
  }

  /// What an agent that goes straight comes to in the end, and after how many steps.
  static func fate(_ mask: Block<Int8>, stepLimit: Int = 30) throws -> (AgentEvent, Int) {
    try TemporaryFolder.with { folder in
      let rules = AgentRules(scene: try fragmentScene(mask, folder: folder), stepLimit: stepLimit)
      var agent = RimAgent(rim, index: 0)
      while true {
        agent.move(2)
        let event = rules.event(after: &agent)
        if event != .goesOn { return (event, agent.stepCount) }
      }
    }
  }

  @Test("An agent that always turns the same way goes round a circle", arguments: [3, 4])
  func circle(action: Int) {
    var agent = RimAgent(Self.rim, index: 0)
    let turn = RimAgent.turnsDegrees[action] * .pi / 180
    let steps = Int((2 * Double.pi / turn).rounded())
    for _ in 0..<steps { agent.move(action) }
    let closing = agent.position - Self.rim.position
    #expect((closing * closing).sum() < 1e-12)
    #expect(abs(agent.bend - 2 * .pi) < 1e-9)
    // Chords of 20 Å subtend the turn: radius = 10 Å / sin(turn / 2). It bends towards the normal.
    let radius = 10 / Double.sin(turn / 2)
    let top = agent.points.map(\.z).max() ?? 0
    #expect(abs(top - (150 + 2 * radius)) < 0.1 * radius)
    for normal in agent.normals { #expect(abs((normal * normal).sum() - 1) < 1e-12) }
  }

  @Test("Seen from the other side, the normal and the curvature change their sign")
  func flipped() {
    let agent = RimAgent(Self.rim, index: 0, flipped: true)
    #expect(agent.normal == SIMD3(0, 0, -1))
    #expect(agent.rimCurvature == -0.002)
    #expect(RimAgent(Self.rim, index: 0).rimCurvature == 0.002)
  }

  @Test("It lands on a sheet that continues its way, on the sheet's middle")
  func landing() throws {
    let (event, steps) = try Self.fate(Self.mask { abs($0.z - 16) <= 2 && 31 <= $0.x })
    guard case .landed(let landing) = event else {
      Issue.record("It came to \(event).")
      return
    }
    #expect(steps == 6)
    #expect(abs(landing.position.z - 160) <= 5)
    #expect(abs(landing.offset - 10) <= 5)
    #expect(abs(landing.slope) < 0.1)
  }

  @Test("It does not land on a sheet across its way")
  func collision() throws {
    #expect(try Self.fate(Self.mask { abs($0.x - 35) <= 2 }).0 == .collided)
  }

  @Test("Without a gap it is stuck, in an empty volume it leaves or is tired")
  func otherFates() throws {
    #expect(try Self.fate(Self.mask { abs($0.z - 15) <= 2 }).0 == .stuck)
    #expect(try Self.fate(Self.mask { _ in false }).0 == .left)
    let (event, steps) = try Self.fate(Self.mask { _ in false }, stepLimit: 9)
    #expect(event == .tired && steps == 9)
  }

  @Test("It sees what lies ahead and behind in the plane of its normal and heading")
  func view() throws {
    try TemporaryFolder.with { folder in
      let scene = try fragmentScene(
        Self.mask { 26 <= $0.x && abs($0.z - 18) <= 1 }, folder: folder)
      let agent = RimAgent(Self.rim, index: 0)
      let seen = AgentView.observations(of: [agent], scene: { _ in scene }, workers: .one)
      let (height, width) = (AgentView.shape.height, AgentView.shape.width)
      func pixel(_ channel: Int, _ row: Int, _ column: Int) -> UInt8 {
        seen.images[(channel * height + row) * width + column]
      }
      for row in 0..<height {
        for column in 0..<width {
          // Ten ångström a pixel: row 8 is the rim, columns 7 and 8 lie half a pixel off it.
          let x = 20 + Double(row) - 8
          let z = (15 + Double(column) - 7.5 + 0.5).rounded(.down)
          let isMembrane =
            (abs(z - 15) <= 2 && x <= 20) || (26 <= x && abs(z - 18) <= 1)
          #expect(pixel(2, row, column) == (isMembrane ? 255 : 0))
          #expect(pixel(0, row, column) == TracingScene.background)
          #expect(pixel(1, row, column) == 0)
        }
      }
      // The coarse window reaches out of the volume: nothing there.
      #expect(pixel(5, 23, 8) == 0)
      // A horizontal membrane is hidden at ±60°; there is neither tomogram nor probability.
      #expect(Array(seen.scalars.suffix(5)) == [1, 1, 1, 0, 0])
    }
  }

  @Test("Agents that go straight close a slit in a plane when they are trusted, and else do not")
  func slit() throws {
    let plane = AnalyticSurface.plane(
      point: TraceTests.centre, normal: direction(thetaDegrees: 35, phiDegrees: 0))
    let isSlit = { (place: SIMD3<Double>) in abs(place.y - 22.2) < 6 }
    let mask = plane.mask(size: TraceTests.size, thickness: 4) { !isSlit($0) }
    let erased = places(of: plane.mask(size: TraceTests.size, thickness: 4, where: isSlit)) {
      $0 != 0
    }
    for (offset, isClosed) in [(5.0, true), (-5.0, false)] {
      var options = TracingOptions()
      options.method = .tracer
      let tracer = OpenTracer(
        policy: StraightAhead(), judges: ["tracer": BridgeJudge(constant: offset)])
      let traced = try Traced(mask, options: options, tracer: tracer)
      #expect(traced.bridges.count == 1)
      let probability = try #require(traced.bridges.first?.probability)
      #expect(abs(probability - 1 / (1 + Double.exp(-offset))) < 1e-12)
      #expect(traced.bridges.first?.accepted == isClosed)
      if isClosed {
        #expect(share(of: erased, near: traced.added) > 0.95)
        #expect(traced.added.allSatisfy { abs(plane.signedDistance(at: $0)) < 3 })
        options.rejectedBridges = [1]
        #expect(try Traced(mask, options: options, tracer: tracer).added.isEmpty)
      } else {
        #expect(traced.added.isEmpty)
      }
    }
  }

  @Test("A greedy agent turns to where it is brighter, a random one depends on what it sees alone")
  func baselines() {
    let shape = AgentView.shape
    var images = [UInt8](repeating: 100, count: 2 * shape.imageCount)
    // In the second image it is brighter ahead on the side of the normal: higher columns.
    for row in 9..<16 {
      for column in 9..<12 { images[shape.imageCount + row * shape.width + column] = 200 }
    }
    let seen = Observations(
      shape: shape, images: images, scalars: Array(repeating: 0, count: 2 * shape.scalars))
    let greedy = bestActions(BaselinePolicy.greedy.values(of: seen), count: RimAgent.actionCount)
    #expect(greedy == [0, RimAgent.turnsDegrees.count - 1])
    let random = BaselinePolicy.random.values(of: seen)
    #expect(random == BaselinePolicy.random.values(of: seen))
    #expect(random[0..<5] != random[6..<11])
  }

  @Test("A learned method without a model is an error")
  func noModel() {
    #expect(throws: TracingError.noModel(.learned)) {
      try Traced(Self.mask { _ in false }, options: TracingOptions())
    }
  }
}
