/// One number of an evaluation: what `bilayer evaluate` prints and writes.
public struct MetricRow: Hashable, Sendable {
  /// Key in the JSON output, unit last: CONTRACT's name.
  public let name: String
  /// The number; nil where it is not defined for these inputs (0/0, an empty mask).
  public let value: Double?
  /// Whether the number counts things, so that it is printed whole.
  public let isCount: Bool

  /// Names a number.
  ///
  /// - Parameter value: NaN and infinities become nil: JSON has no word for them.
  public init(_ name: String, _ value: Double?, isCount: Bool = false) {
    self.name = name
    self.value = value.flatMap { $0.isFinite ? $0 : nil }
    self.isCount = isCount
  }

  /// Names a count.
  public init(_ name: String, count: Int) { self.init(name, Double(count), isCount: true) }
}

/// Numbers that belong together: a section of the report's table.
public protocol MetricGroup: Sendable {
  /// Heading of the section.
  static var title: String { get }

  /// The numbers, in the order they are printed.
  var rows: [MetricRow] { get }
}

/// `numerator / denominator`, or nil where the denominator is 0: a ratio of nothing is unknown.
func ratio(_ numerator: Double, _ denominator: Double) -> Double? {
  denominator == 0 ? nil : numerator / denominator
}

/// `numerator / denominator`, or nil where the denominator is 0.
func ratio(_ numerator: Int, _ denominator: Int) -> Double? {
  ratio(Double(numerator), Double(denominator))
}

/// Harmonic mean 2ab/(a + b) of a precision and a recall: 0 where both are 0, nil where either is
/// unknown.
func harmonicMean(_ first: Double?, _ second: Double?) -> Double? {
  guard let first, let second else { return nil }
  return ratio(2 * first * second, first + second) ?? 0
}
