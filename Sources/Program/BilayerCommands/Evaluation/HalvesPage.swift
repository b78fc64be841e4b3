import Evaluation
import RealModule
import TableFormats

/// A comparison of halves as it is printed and written.
struct HalvesPage {
  let agreement: HalfSurfaceAgreement

  init(_ agreement: HalfSurfaceAgreement) { self.agreement = agreement }

  /// What no verdict may hide.
  static let caveat = """
    Halves share specimen, wedge, alignment and network, and errors of those cancel: they can show that
    standard deviations are too narrow, never that they are right. Those tested are of the halves'
    surfaces; the whole tomogram has less noise.
    """

  /// The verdict in a sentence.
  var sentence: String {
    switch agreement.verdict {
    case .tooNarrow: "too narrow: the halves differ by more than standard deviations say."
    case .holds: "holds: the halves differ by what standard deviations say, as far as they tell."
    case .wider:
      "wider than the halves show: they differ by less than standard deviations say, which is no "
        + "proof that these are too wide."
    case .undecided: "undecided: too little surface is the same in both halves."
    }
  }

  /// The page for people.
  var text: String {
    """
    \(TextTable.aligned(partRows))

    \(TextTable.aligned(pairRows))

    \(remarks.joined(separator: "\n"))
    Verdict: \(sentence)
    \(Self.caveat)

    """
  }

  private var remarks: [String] {
    let narrow = agreement.parts.filter { $0.verdict == .tooNarrow && $0.name != "all" }
      .map { Self.title($0.name) }
    return [
      agreement.factor.map {
        "Standard deviations times \(Self.text($0, digits: 2)) would cover 95 %."
      },
      agreement.withoutCounterpart.map {
        "\(Self.fixed(100 * $0, digits: 1)) % of the vertices have no membrane of the other half "
          + "in reach."
      },
      "Intervals: 95 %, from cubes of \(TableNumber.text(agreement.blockAngstrom)) Å drawn anew.",
      narrow.isEmpty ? nil : "Too narrow by themselves: \(narrow.joined(separator: ", ")).",
    ].compactMap { $0 }
  }

  private var partRows: [[String]] {
    let head = ["vertices of", "number", "cubes", "within 1.96 sd", "rms z", "verdict"]
    return [head]
      + agreement.parts.map { part in
        [
          Self.title(part.name), "\(part.vertices)", "\(part.blocks)",
          part.coverage.map { Self.text($0, digits: 3) } ?? "-",
          part.rootMeanSquareZ.map { Self.text($0, digits: 2) } ?? "-",
          Self.title(part.verdict.rawValue),
        ]
      }
  }

  private var pairRows: [[String]] {
    [["even", "odd", "vertices", "within 1.96 sd", "rms z", "rms distance, Å", "mean sd, Å"]]
      + agreement.pairs.map { pair in
        ["\(pair.even)", "\(pair.odd)", "\(pair.vertices)"]
          + [
            (pair.coverage, 3), (pair.rootMeanSquareZ, 2), (pair.rootMeanSquareAngstrom, 1),
            (pair.meanStandardDeviationAngstrom, 1),
          ].map { value, digits in value.map { Self.fixed($0, digits: digits) } ?? "-" }
      }
  }

  /// `pairs.csv`.
  var table: CSVTable {
    CSVTable(
      header: [
        "even", "odd", "vertices", "coverage_95", "rms_z", "rms_distance_A", "mean_sd_A",
      ],
      rows: agreement.pairs.map { pair in
        ["\(pair.even)", "\(pair.odd)", "\(pair.vertices)"]
          + [
            pair.coverage, pair.rootMeanSquareZ, pair.rootMeanSquareAngstrom,
            pair.meanStandardDeviationAngstrom,
          ].map { value in value.map { TableNumber.text($0) } ?? "" }
      })
  }

  private static func title(_ name: String) -> String {
    String(name.map { $0 == "_" ? " " : $0 })
  }

  private static func text(
    _ estimate: HalfSurfaceAgreement.Estimate, digits: Int
  ) -> String {
    let value = fixed(estimate.value, digits: digits)
    guard let interval = estimate.interval else { return value }
    return "\(value) (\(fixed(interval.lowerBound, digits: digits))-"
      + "\(fixed(interval.upperBound, digits: digits)))"
  }

  private static func fixed(_ value: Double, digits: Int) -> String {
    let scale = Double.pow(10, digits)
    let text = "\((value * scale).rounded() / scale)"
    let places = text.split(separator: ".").dropFirst().first?.count ?? 0
    return text + String(repeating: "0", count: max(digits - places, 0))
  }
}

extension HalvesPage: Encodable {
  private enum CodingKeys: String, CodingKey {
    case verdict, sentence, caveat, parts, pairs, factor
    case withoutCounterpart = "without_counterpart"
    case blockAngstrom = "block_A"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(agreement.verdict, forKey: .verdict)
    try container.encode(sentence, forKey: .sentence)
    try container.encode(Self.caveat, forKey: .caveat)
    try container.encode(agreement.parts.map(PartRow.init), forKey: .parts)
    try container.encode(agreement.pairs.map(PairRow.init), forKey: .pairs)
    try container.encode(agreement.factor.map(EstimateRow.init), forKey: .factor)
    try container.encode(agreement.withoutCounterpart, forKey: .withoutCounterpart)
    try container.encode(agreement.blockAngstrom, forKey: .blockAngstrom)
  }
}

/// An estimate as the JSON has it.
private struct EstimateRow: Encodable {
  let value: Double
  let low: Double?
  let high: Double?

  init(_ estimate: HalfSurfaceAgreement.Estimate) {
    value = estimate.value
    (low, high) = (estimate.interval?.lowerBound, estimate.interval?.upperBound)
  }
}

private struct PartRow: Encodable {
  let name: String
  let vertices: Int
  let blocks: Int
  let coverage: EstimateRow?
  let rootMeanSquareZ: EstimateRow?
  let verdict: HalfSurfaceAgreement.Verdict

  enum CodingKeys: String, CodingKey {
    case name, vertices, blocks, verdict
    case coverage = "coverage_95"
    case rootMeanSquareZ = "rms_z"
  }

  init(_ part: HalfSurfaceAgreement.Part) {
    (name, vertices, blocks, verdict) = (part.name, part.vertices, part.blocks, part.verdict)
    coverage = part.coverage.map(EstimateRow.init)
    rootMeanSquareZ = part.rootMeanSquareZ.map(EstimateRow.init)
  }
}

private struct PairRow: Encodable {
  let even: Int
  let odd: Int
  let vertices: Int
  let coverage: Double?
  let rootMeanSquareZ: Double?
  let rootMeanSquareAngstrom: Double?
  let meanStandardDeviationAngstrom: Double?

  enum CodingKeys: String, CodingKey {
    case even, odd, vertices
    case coverage = "coverage_95"
    case rootMeanSquareZ = "rms_z"
    case rootMeanSquareAngstrom = "rms_distance_A"
    case meanStandardDeviationAngstrom = "mean_sd_A"
  }

  init(_ pair: HalfSurfaceAgreement.Pair) {
    (even, odd, vertices) = (pair.even, pair.odd, pair.vertices)
    (coverage, rootMeanSquareZ) = (pair.coverage, pair.rootMeanSquareZ)
    rootMeanSquareAngstrom = pair.rootMeanSquareAngstrom
    meanStandardDeviationAngstrom = pair.meanStandardDeviationAngstrom
  }
}
