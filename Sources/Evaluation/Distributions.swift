/// The q-quantile of unweighted values by linear interpolation between order statistics (type 7 of
/// Hyndman & Fan 1996, numpy's default); nil where there is none.
func quantile(_ q: Double, ofSorted values: [Float]) -> Double? {
  guard let last = values.indices.last else { return nil }
  let place = q * Double(last)
  let lower = Int(place)
  let fraction = place - Double(lower)
  let upper = min(lower + 1, last)
  return Double(values[lower]) * (1 - fraction) + Double(values[upper]) * fraction
}

/// Half of the values lie below it; the mean of the two middle ones where their number is even;
/// nil where there is none.
func median(_ values: [Double]) -> Double? {
  guard !values.isEmpty else { return nil }
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
}

/// Distances with the area that each stands for.
struct WeightedDistances: Sendable {
  /// Distance in Å and area in nm².
  var entries: [(distance: Double, area: Double)] = []

  /// Area in all.
  var area: Double { entries.reduce(0) { $0 + $1.area } }

  /// Root of the area-weighted mean square; nil where there is no area.
  var rootMeanSquare: Double? {
    ratio(entries.reduce(0) { $0 + $1.distance * $1.distance * $1.area }, area)?.squareRoot()
  }

  /// The least distance within which the share `q` of the area lies; nil where there is no area.
  func quantile(_ q: Double) -> Double? {
    let limit = q * area
    var below = 0.0
    for entry in entries.sorted(by: { $0.distance < $1.distance }) {
      below += entry.area
      if limit <= below { return entry.distance }
    }
    return entries.map(\.distance).max()
  }
}

/// The part of an area that has a property.
public struct AreaShare: Equatable, Sendable {
  /// Area with the property, in nm².
  public var found = 0.0
  /// Area in all, in nm².
  public var total = 0.0

  /// Makes a share of nothing.
  public init() {}

  /// `found / total`; nil where there is no area.
  public var share: Double? { ratio(found, total) }

  /// Adds a patch.
  mutating func add(_ area: Double, found isFound: Bool) {
    total += area
    if isFound { found += area }
  }
}
