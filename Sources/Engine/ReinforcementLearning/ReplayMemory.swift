import Training

/// What agents saw, did and got, the newest `capacity` steps of each lane.
///
/// Observations are kept once: the one that follows n steps later in a lane is its next one.
struct ReplayMemory {
  /// Steps of each lane that are kept.
  let capacity: Int
  let laneCount: Int
  let shape: ObservationShape
  /// Steps recorded since the beginning.
  private(set) var recorded = 0

  private var images: [UInt8]  // (capacity, lane, image)
  private var scalars: [Float]  // (capacity, lane, scalar)
  private var actions: [Int32]  // (capacity, lane)
  private var outcomes: [Outcome]  // (capacity, lane)

  init(capacity: Int, laneCount: Int, shape: ObservationShape) {
    (self.capacity, self.laneCount, self.shape) = (capacity, laneCount, shape)
    let places = capacity * laneCount
    images = Array(repeating: 0, count: places * shape.imageCount)
    scalars = Array(repeating: 0, count: places * shape.scalars)
    actions = Array(repeating: 0, count: places)
    outcomes = Array(repeating: Outcome(reward: 0, ends: false), count: places)
  }

  /// Records a step of all lanes; the oldest is forgotten where there is no room.
  mutating func record(_ seen: Observations, _ taken: [Int], _ brought: [Outcome]) {
    let slot = recorded % capacity
    let first = slot * laneCount
    images.replaceSubrange(
      first * shape.imageCount..<(first + laneCount) * shape.imageCount, with: seen.images)
    scalars.replaceSubrange(
      first * shape.scalars..<(first + laneCount) * shape.scalars, with: seen.scalars)
    for lane in 0..<laneCount {
      actions[first + lane] = Int32(taken[lane])
      outcomes[first + lane] = brought[lane]
    }
    recorded += 1
  }

  /// How many transitions can be drawn: those that are followed by n more steps.
  func available(steps: Int) -> Int { max(min(recorded, capacity) - steps, 0) * laneCount }

  /// Draws transitions of up to `steps` steps, uniformly and with replacement.
  ///
  ///     return = Σ γᵏ rewardₜ₊ₖ,  k < steps or until the episode ends
  ///
  /// (Sutton 1988; n-step returns with replay as in Hessel et al. 2018, "Multi-step learning".)
  func sample(
    _ count: Int, steps: Int, discount: Float, using generator: inout CountedGenerator
  ) -> TransitionBatch {
    let kept = min(recorded, capacity)
    let oldest = recorded - kept
    precondition(steps < kept, "Transitions are drawn once there are enough.")
    var batch = TransitionBatch(shape: shape)
    for _ in 0..<count {
      let start = oldest + Int.random(in: 0..<(kept - steps), using: &generator)
      let lane = Int.random(in: 0..<laneCount, using: &generator)
      var (sum, factor, ends, length) = (Float(0), Float(1), false, 0)
      while length < steps && !ends {
        let outcome = outcomes[place(start + length, lane)]
        sum += factor * outcome.reward
        factor *= discount
        ends = outcome.ends
        length += 1
      }
      append(place(start, lane), to: &batch.seen)
      append(place(start + length, lane), to: &batch.next)
      batch.actions.append(Int(actions[place(start, lane)]))
      batch.returns.append(sum)
      // What follows an end belongs to another episode.
      batch.nextFactors.append(ends ? 0 : factor)
    }
    return batch
  }

  private func place(_ step: Int, _ lane: Int) -> Int { step % capacity * laneCount + lane }

  private func append(_ place: Int, to observations: inout Observations) {
    observations.images.append(
      contentsOf: images[place * shape.imageCount..<(place + 1) * shape.imageCount])
    observations.scalars.append(
      contentsOf: scalars[place * shape.scalars..<(place + 1) * shape.scalars])
  }
}

/// Transitions to learn from.
struct TransitionBatch: Equatable {
  /// What the agents saw.
  var seen: Observations
  /// What they did.
  var actions: [Int] = []
  /// What they got in the steps that followed.
  var returns: [Float] = []
  /// What they saw then.
  var next: Observations
  /// By what that counts: γⁿ, or 0 where the episode had ended.
  var nextFactors: [Float] = []

  init(shape: ObservationShape) {
    seen = Observations(shape: shape, images: [], scalars: [])
    next = seen
  }
}
