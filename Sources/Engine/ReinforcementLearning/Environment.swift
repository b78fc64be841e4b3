/// A world in which agents learn: many episodes side by side, in lanes.
///
/// What happens is a function of the seed the environment was made with and the actions alone. It
/// knows nothing of networks, and learners know nothing of what it simulates.
public protocol Environment {
  /// What an agent sees.
  var observationShape: ObservationShape { get }
  /// Number of choices an agent has; actions are numbers below it.
  var actionCount: Int { get }
  /// Number of episodes side by side.
  var laneCount: Int { get }
  /// What each lane's agent sees now.
  func observations() -> Observations
  /// Takes one action in each lane. A lane whose episode ends begins a new one at once: what it sees
  /// next belongs to that.
  ///
  /// - Precondition: one action for each lane.
  mutating func step(_ actions: [Int]) -> [Outcome]
}

/// What an action brought.
public struct Outcome: Hashable, Sendable {
  /// The reward.
  public var reward: Float
  /// Whether the episode ended with it.
  public var ends: Bool

  /// Puts an outcome together.
  public init(reward: Float, ends: Bool) { (self.reward, self.ends) = (reward, ends) }
}

/// How much an agent sees: an image and some numbers.
public struct ObservationShape: Codable, Hashable, Sendable {
  /// Channels of the image.
  public var channels: Int
  /// Rows of the image, a multiple of 4.
  public var height: Int
  /// Columns of the image, a multiple of 4.
  public var width: Int
  /// Numbers beside it.
  public var scalars: Int

  /// Names the extents.
  public init(channels: Int, height: Int, width: Int, scalars: Int) {
    (self.channels, self.height) = (channels, height)
    (self.width, self.scalars) = (width, scalars)
  }

  /// Values of one image.
  public var imageCount: Int { channels * height * width }
}

/// What several agents see.
public struct Observations: Equatable, Sendable {
  /// What each of them sees.
  public let shape: ObservationShape
  /// Images one after the other, each (channels, height, width), last axis fastest; 255 stands for 1.
  /// Eight bits, as replay holds very many of them.
  public var images: [UInt8]
  /// The numbers beside the images, of the order of 1.
  public var scalars: [Float]

  /// Puts observations together.
  ///
  /// - Precondition: whole observations, as many images as sets of numbers.
  public init(shape: ObservationShape, images: [UInt8], scalars: [Float]) {
    precondition(
      images.count.isMultiple(of: shape.imageCount)
        && scalars.count * shape.imageCount == images.count * shape.scalars,
      "Each observation has an image and its numbers.")
    (self.shape, self.images, self.scalars) = (shape, images, scalars)
  }

  /// How many agents these are of.
  public var count: Int { images.count / shape.imageCount }
}

/// What actions are worth: all that a tracer wants to know of a learner.
public protocol ActionValues {
  /// What is seen.
  var observationShape: ObservationShape { get }
  /// The expected return of each action for each observation, actions fastest.
  func values(of observations: Observations) throws -> [Float]
}
