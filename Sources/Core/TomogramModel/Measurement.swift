/// A measured number with its doubt, or the reason why there is none.
public struct Measurement: Hashable, Sendable, Codable {
  /// The value, in the unit that the quantity's name states; nil where the data cannot carry one.
  public var value: Double?
  /// Standard deviation in the same unit; nil until it is calibrated.
  public var standardDeviation: Double?
  /// Why there is no value; empty where there is one.
  public var verdict: String

  /// A value, with its standard deviation where that is known.
  public init(_ value: Double, standardDeviation: Double? = nil) {
    precondition(value.isFinite, "A measurement is finite; abstain otherwise.")
    self.value = value
    self.standardDeviation = standardDeviation
    verdict = ""
  }

  private init(verdict: String) { self.verdict = verdict }

  /// No value, and why.
  public static func abstained(_ reason: String) -> Measurement { Measurement(verdict: reason) }
}
