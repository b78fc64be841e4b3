public import Volumes

/// Why a membrane has a gap.
public enum GapCause: String, Hashable, Sendable, Codable, CaseIterable {
  /// The missing wedge hides the membrane there.
  case wedge
  /// The wedge does not hide it, but it shows no contrast there.
  case noise
  /// A protein lies over it.
  case protein
  /// It was cut out of a segmentation; what the tomogram shows is not known.
  case erased
}

/// A gap of which the truth is known: a row of `gaps.csv`.
public struct GapRecord: Hashable, Sendable, Codable, Identifiable {
  /// 1...n: its label in `gaps.mrc`.
  public var id: Int
  /// Label of the membrane it was cut from.
  public var membrane: Int
  /// Why it is there.
  public var cause: GapCause
  /// Shortest straight width across it, rim to rim, in Å.
  public var lengthAngstrom: Double
  /// Mean angle between normal and beam over its area, degrees.
  public var thetaDegrees: Double
  /// Share of its area that the wedge hides, 0...1.
  public var hiddenShare: Double
  /// Area of the mid-surface that is cut out, in nm².
  public var areaNm2: Double
  /// The middle, on the mid-surface.
  public var centre: Position

  /// Makes a record.
  public init(
    id: Int, membrane: Int, cause: GapCause, lengthAngstrom: Double, thetaDegrees: Double,
    hiddenShare: Double, areaNm2: Double, centre: Position
  ) {
    self.id = id
    self.membrane = membrane
    self.cause = cause
    self.lengthAngstrom = lengthAngstrom
    self.thetaDegrees = thetaDegrees
    self.hiddenShare = hiddenShare
    self.areaNm2 = areaNm2
    self.centre = centre
  }
}

/// A range of gap lengths that scores are given for.
public struct GapLengthBin: Hashable, Sendable {
  /// Shortest length in nm, included.
  public let lowerNm: Int
  /// Longest length in nm, not included but in the last bin.
  public let upperNm: Int

  /// The bins, by rising length.
  public static let all = [
    GapLengthBin(lowerNm: 5, upperNm: 10), GapLengthBin(lowerNm: 10, upperNm: 20),
    GapLengthBin(lowerNm: 20, upperNm: 40), GapLengthBin(lowerNm: 40, upperNm: 60),
  ]

  /// Place in `all` of the bin a length falls into; what is shorter or longer than all bins falls
  /// into the first or the last.
  public static func index(ofAngstrom length: Double) -> Int {
    all.dropFirst().count { Double($0.lowerNm) * 10 <= length }
  }
}
