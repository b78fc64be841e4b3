public import Volumes

/// A closed gap, on record: a row of `bridges.csv`.
public struct Bridge: Hashable, Sendable, Codable, Identifiable {
  /// 1...n, in order of discovery, which is deterministic.
  public var id: Int
  /// Where it leaves one fragment.
  public var start: Position
  /// Where it meets the other.
  public var end: Position
  /// Length of the path in Å.
  public var lengthAngstrom: Double
  /// Angle between the bridged patch's normal and the beam, degrees; nil where no normal is known.
  public var thetaDegrees: Double?
  /// Share of the bridge that the wedge hides, 0...1.
  public var hiddenShare: Double
  /// Probability that the bridge is right; nil until calibrated.
  public var probability: Double?
  /// How it was found, e.g. `minimal-path`, or `capMethod`.
  public var method: String
  /// Whether it is in the mask.
  public var accepted: Bool
  /// Voxels it adds to the mask (or would add).
  public var voxels: Int

  /// The method of a cap that the wedge hides, drawn by the shape of what is seen.
  public static let capMethod = "cap"

  /// Makes a record.
  public init(
    id: Int, start: Position, end: Position, lengthAngstrom: Double, thetaDegrees: Double?,
    hiddenShare: Double, probability: Double?, method: String, accepted: Bool, voxels: Int
  ) {
    self.id = id
    self.start = start
    self.end = end
    self.lengthAngstrom = lengthAngstrom
    self.thetaDegrees = thetaDegrees
    self.hiddenShare = hiddenShare
    self.probability = probability
    self.method = method
    self.accepted = accepted
    self.voxels = voxels
  }
}
