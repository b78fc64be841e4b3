public import Volumes

/// Options of a simulation that make no sense together.
public struct SimulationError: Fault, Equatable {
  /// The option, as in JSON.
  public let option: String
  /// What was found and what was expected.
  public let reason: String

  public var kind: FaultKind { .usage }

  public var description: String {
    "The simulation's option '\(option)' cannot be used: \(reason). Change it and try again."
  }
}

extension SceneOptions {
  /// Throws where a value is out of its range.
  func check() throws(SimulationError) {
    guard 8 <= min(size.x, size.y, size.z), size.count <= 1 << 30 else {
      throw SimulationError(
        option: "size",
        reason: "found \(size.x)x\(size.y)x\(size.z), expected at least 8 voxels along each axis "
          + "and at most 2^30 in all")
    }
    guard 4 <= pixelSizeAngstrom, pixelSizeAngstrom <= 40 else {
      throw SimulationError(
        option: "pixelSizeAngstrom", reason: "found \(pixelSizeAngstrom), expected 4 to 40")
    }
    guard 1 <= filamentsPerBundle else {
      throw SimulationError(
        option: "filamentsPerBundle", reason: "found \(filamentsPerBundle), expected 1 or more")
    }
    for (name, span) in [
      ("vesicleRadiusNm", vesicleRadiusNm), ("tubuleRadiusNm", tubuleRadiusNm),
      ("leafletSpacingAngstrom", leafletSpacingAngstrom),
      ("leafletWidthAngstrom", leafletWidthAngstrom), ("neckRadiusNm", neckRadiusNm),
      ("cristaThicknessNm", cristaThicknessNm), ("filamentLengthNm", filamentLengthNm),
      ("microtubuleDensity", microtubuleDensity),
    ] where span.low <= 0 || span.high < span.low {
      throw SimulationError(
        option: name, reason: "found \(span.low)...\(span.high), expected a range above 0")
    }
  }
}
