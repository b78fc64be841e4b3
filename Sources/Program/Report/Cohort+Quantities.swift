import RealModule
import TomogramModel
import TomographicImaging

/// The tables of one result folder.
struct ResultTables {
  let membranes: [Membrane]
  /// Nil where nobody has looked for gaps.
  let bridges: [Bridge]?
}

extension Cohort {
  /// One number of a tomogram: a column of the tables.
  struct Quantity: Equatable {
    /// Column name, unit last, e.g. `median_area_nm2`.
    let name: String
    /// Words.
    let title: String
    /// Unit, empty where there is none.
    let unit: String
    /// Whether it is shown as a percentage.
    let isShare: Bool
    /// Whether groups are tested for it; else it is shown only.
    let isTested: Bool

    init(_ name: String, title: String? = nil, isShare: Bool = false, isTested: Bool = true) {
      let words = ColumnTitle(name)
      self.name = name
      self.title = title ?? words.words
      unit = words.unit
      (self.isShare, self.isTested) = (isShare, isTested)
    }

    /// Beginning of the name of a median over a tomogram's membranes.
    private static let median = "median_"

    /// What is shown unless other quantities are wanted. Six are tested, so that two groups of five
    /// can still be found to differ after correction; how much was seen or bridged says how good the
    /// data are, not what the membranes are.
    static let customary = [
      Quantity("membranes"), Quantity("closed", isTested: false), Quantity("total_area_nm2"),
      Quantity("seen_share", title: "Seen area", isShare: true, isTested: false),
      Quantity("median_area_nm2"), Quantity("median_volume_nm3"), Quantity("median_thickness_A"),
      Quantity("median_mean_curvature_per_nm"), Quantity("accepted_bridges", isTested: false),
    ]

    /// Those wanted, or the customary ones.
    static func chosen(_ wanted: [String]?, among tables: [ResultTables]) throws -> [Quantity] {
      let measured = Set(
        tables.flatMap { $0.membranes.flatMap { $0.measurements.map(\.name) } })
      guard let wanted else {
        return customary.filter { $0.column.map { measured.contains($0) } ?? true }
      }
      let named = customary.filter { $0.column == nil }
      let known = named.map(\.name) + measured.sorted().map { median + $0 }
      return try wanted.map { name in
        guard known.contains(name) else {
          throw ReportError.quantities(found: name, known: known)
        }
        let other = named.first { $0.name == name }
        return Quantity(name, title: other?.title, isShare: other?.isShare ?? false)
      }
    }

    /// The column of `instances.csv` whose median it is; nil for the others.
    private var column: String? {
      name.hasPrefix(Self.median) ? String(name.dropFirst(Self.median.count)) : nil
    }

    /// Its value in one tomogram.
    ///
    /// - Parameter stream: of the draws that carry the measurements' uncertainty to a median.
    func value(in tables: ResultTables, stream: UInt64) -> Value? {
      let membranes = tables.membranes
      switch name {
      case "membranes": return Value(value: Double(membranes.count))
      case "closed":
        let looked = membranes.compactMap(\.closed)
        return looked.isEmpty ? nil : Value(value: Double(looked.count { $0 }))
      case "total_area_nm2":
        let areas = membranes.compactMap { $0["area_nm2"] }
        return areas.contains { $0.value != nil } ? Self.total(areas) : nil
      case "seen_share": return Self.seenShare(membranes)
      case "accepted_bridges":
        return tables.bridges.map { Value(value: Double($0.count { $0.accepted })) }
      default:
        return column.flatMap { column in
          Self.median(membranes.compactMap { $0[column] }, stream: stream)
        }
      }
    }

    private static func total(_ measurements: [Measurement]) -> Value {
      let known = measurements.filter { $0.value != nil }
      let deviations = known.compactMap(\.standardDeviation)
      return Value(
        value: known.reduce(0) { $0 + ($1.value ?? 0) },
        deviation: deviations.count == known.count
          ? Double.sqrt(deviations.reduce(0) { $0 + $1 * $1 }) : nil)
    }

    private static func seenShare(_ membranes: [Membrane]) -> Value? {
      // Both areas of the same membranes, or the share would be of something else.
      let pairs = membranes.compactMap { membrane -> (Double, Double)? in
        guard let area = membrane["area_nm2"]?.value, let seen = membrane["seen_area_nm2"]?.value
        else { return nil }
        return (area, seen)
      }
      let whole = pairs.reduce(0) { $0 + $1.0 }
      return whole == 0 ? nil : Value(value: pairs.reduce(0) { $0 + $1.1 } / whole)
    }

    /// The median over membranes; its standard deviation by drawing each anew from its own, membranes
    /// being measured independently of each other.
    static func median(_ measurements: [Measurement], stream: UInt64) -> Value? {
      let known = measurements.filter { $0.value != nil }
      guard let value = Cohort.median(known.compactMap(\.value)) else { return nil }
      let deviations = known.compactMap(\.standardDeviation)
      guard deviations.count == known.count else { return Value(value: value) }
      var random = CounterRandom(seed: 1, stream: stream)
      // The deviation of 400 draws is good to 4 %: of a deviation two digits are shown.
      let draws = (0..<400).compactMap { _ in
        Cohort.median(
          zip(known, deviations).map { ($0.value ?? 0) + $1 * random.normal() })
      }
      return Value(value: value, deviation: Cohort.spread(draws)?.deviation)
    }
  }

  /// The middle value, or the mean of the two; nil for none.
  static func median(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  /// Mean and standard deviation over tomograms; the latter nil below two.
  static func spread(_ values: [Double]) -> (mean: Double, deviation: Double?)? {
    guard !values.isEmpty else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    guard 1 < values.count else { return (mean, nil) }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, Double.sqrt(squares / Double(values.count - 1)))
  }
}
