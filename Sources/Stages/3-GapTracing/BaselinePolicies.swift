public import ReinforcementLearning
import RealModule
import Training

/// What a learned policy has to beat: agents that have learned nothing.
public enum BaselinePolicy: String, CaseIterable, Codable, Sendable {
  /// Goes where density and probability are highest in the next 6 nm; never stops.
  case greedy
  /// Does anything, and stops with one step in ten.
  case random
}

extension BaselinePolicy: ActionValues {
  public var observationShape: ObservationShape { AgentView.shape }

  public func values(of observations: Observations) -> [Float] {
    (0..<observations.count).flatMap { index -> [Float] in
      let count = observationShape.imageCount
      let image = observations.images[index * count..<(index + 1) * count]
      switch self {
      case .greedy: return Self.brightness(ahead: Array(image))
      case .random: return Self.chance(image)
      }
    }
  }

  /// Mean of density and probability along each turn; stopping is worth less than anything.
  private static func brightness(ahead image: [UInt8]) -> [Float] {
    let (height, width) = (AgentView.shape.height, AgentView.shape.width)
    let turns = RimAgent.turnsDegrees.map { degrees -> Float in
      let angle = degrees * .pi / 180
      var sum: Float = 0
      for distance in [2.0, 4, 6] {
        let row = Int((8 + distance * Double.cos(angle)).rounded())
        let column = Int((7.5 + distance * Double.sin(angle)).rounded())
        for channel in 0..<2 { sum += Float(image[(channel * height + row) * width + column]) }
      }
      return sum
    }
    return turns + [-1]
  }

  /// Values by chance, by what is seen alone, so that the same volume gives the same bridges.
  private static func chance(_ image: ArraySlice<UInt8>) -> [Float] {
    let hash = image.reduce(UInt64(14_695_981_039_346_656_037)) {
      ($0 ^ UInt64($1)) &* 1_099_511_628_211
    }
    var generator = CountedGenerator(hash)
    let stops = generator.chance(0.1)
    return RimAgent.turnsDegrees.map { _ in generator.uniform(0...1) } + [stops ? 2 : -1]
  }
}
