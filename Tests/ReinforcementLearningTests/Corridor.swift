@testable import ReinforcementLearning

/// A corridor of five places with a reward at its right end: what actions are worth can be counted.
///
/// Actions: left, right, stop. Going right from place 3 gives 1 and ends; stopping gives 0 and ends;
/// a step costs nothing. Agents begin at place `n mod 4`, n counting episodes.
struct Corridor: Environment {
  static let shape = ObservationShape(channels: 1, height: 4, width: 4, scalars: 2)
  let observationShape = Corridor.shape
  let actionCount = 3
  var places: [Int]
  var begun: Int

  init(lanes: Int) {
    places = (0..<lanes).map { $0 % 4 }
    begun = lanes
  }

  var laneCount: Int { places.count }

  static func observations(at places: [Int]) -> Observations {
    var images: [UInt8] = []
    for place in places { images += (0..<16).map { $0 % 4 == place ? 255 : 0 } }
    let scalars = places.flatMap { place -> [Float] in [Float(place) / 4, 1] }
    return Observations(shape: shape, images: images, scalars: scalars)
  }

  func observations() -> Observations { Self.observations(at: places) }

  mutating func step(_ actions: [Int]) -> [Outcome] {
    actions.indices.map { lane in
      var outcome = Outcome(reward: 0, ends: false)
      switch actions[lane] {
      case 0: places[lane] = max(places[lane] - 1, 0)
      case 1 where places[lane] == 3: outcome = Outcome(reward: 1, ends: true)
      case 1: places[lane] += 1
      default: outcome.ends = true
      }
      if outcome.ends {
        places[lane] = begun % 4
        begun += 1
      }
      return outcome
    }
  }
}
