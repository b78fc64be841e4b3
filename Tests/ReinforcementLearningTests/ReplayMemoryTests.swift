import Testing
import Training

@testable import ReinforcementLearning

@Suite("Replay memory") struct ReplayMemoryTests {
  /// A lane whose observation and reward count the steps, each episode four steps long.
  static func memory(capacity: Int, steps: Int) -> ReplayMemory {
    let shape = ObservationShape(channels: 1, height: 4, width: 4, scalars: 1)
    var memory = ReplayMemory(capacity: capacity, laneCount: 2, shape: shape)
    for step in 0..<steps {
      let images = (0..<2).flatMap { lane in Array(repeating: UInt8(2 * step + lane), count: 16) }
      memory.record(
        Observations(shape: shape, images: images, scalars: [Float(step), Float(step)]),
        [step, step],
        (0..<2).map { lane in
          Outcome(reward: Float(step + 100 * lane), ends: step % 4 == 3)
        })
    }
    return memory
  }

  @Test("Returns are discounted sums that end with the episode", arguments: [1, 3, 6])
  func returns(steps: Int) {
    let memory = Self.memory(capacity: 20, steps: 33)
    var generator = CountedGenerator(7)
    let batch = memory.sample(400, steps: steps, discount: 0.5, using: &generator)
    var starts: Set<Int> = []
    for index in batch.actions.indices {
      let start = batch.actions[index]
      starts.insert(start)
      let lane = Int(batch.seen.images[index * 16]) % 2
      var (expected, factor) = (Float(0), Float(1))
      var last = start
      for step in start..<start + steps {
        expected += factor * Float(step + 100 * lane)
        factor *= 0.5
        last = step
        if step % 4 == 3 { break }
      }
      let ends = last % 4 == 3
      #expect(batch.returns[index] == expected)
      #expect(batch.nextFactors[index] == (ends ? 0 : factor))
      #expect(batch.seen.scalars[index] == Float(start))
      #expect(batch.next.scalars[index] == Float(last + 1))
    }
    // The oldest were forgotten, and the newest have nothing behind them.
    #expect(starts == Set(13..<33 - steps))
  }

  @Test("What is available grows to the capacity")
  func available() {
    #expect(Self.memory(capacity: 10, steps: 2).available(steps: 3) == 0)
    #expect(Self.memory(capacity: 10, steps: 5).available(steps: 3) == 4)
    #expect(Self.memory(capacity: 10, steps: 50).available(steps: 3) == 14)
  }
}
