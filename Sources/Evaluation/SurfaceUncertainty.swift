import Meshes
import TomogramModel
import Volumes

/// Whether the standard deviations on fitted surfaces are honest: `coverage_95` (aim 0.95), overall,
/// per tercile of sd, seen and hidden; mean sd against RMSE.
///
/// The true error of a vertex is its distance to the true mid-surface; it is covered if that is at
/// most 1.96 sd. Vertices without a standard deviation (NaN where there is none, or negative), outside
/// the volume, in ignored voxels, or farther than 100 Å from any true surface (counted in
/// `spurious_share`) are left out. Terciles are thirds of the counted vertices by rising sd, ties in
/// the order of the vertices. Hidden is by the vertex's normal. Nil where no vertex counts.
public struct SurfaceUncertainty: MetricGroup, Equatable {
  /// Standard deviation that 95 % of a normal distribution's errors do not exceed 1.96 times.
  static let factor95 = 1.96

  /// Share of vertices within 1.96 sd.
  public var coverage: Double?
  /// The same in the thirds with small, middle and large sd.
  public var coverageOfTerciles: [Double?]
  /// The same where the wedge does not hide the surface.
  public var coverageSeen: Double?
  /// The same where it does.
  public var coverageHidden: Double?
  /// What every sd would have to be multiplied by for a coverage of 95 %.
  public var factor: Double?
  /// Mean sd in Å.
  public var meanStandardDeviationAngstrom: Double?
  /// Root mean square true error in Å.
  public var rootMeanSquareAngstrom: Double?
  /// The same where the wedge does not hide the surface.
  public var rootMeanSquareSeenAngstrom: Double?
  /// Median true error there, Å: what a few membranes that are wrong altogether do not move.
  public var medianSeenAngstrom: Double?
  /// Vertices that count.
  public var vertices: Int

  public static let title = "Uncertainty of fitted surfaces"

  public var rows: [MetricRow] {
    let meanOverRMSE = meanStandardDeviationAngstrom.flatMap { mean in
      rootMeanSquareAngstrom.flatMap { ratio(mean, $0) }
    }
    return [
      MetricRow("coverage_95", coverage),
      MetricRow("coverage_95_sd_low", coverageOfTerciles[0]),
      MetricRow("coverage_95_sd_middle", coverageOfTerciles[1]),
      MetricRow("coverage_95_sd_high", coverageOfTerciles[2]),
      MetricRow("coverage_95_seen", coverageSeen),
      MetricRow("coverage_95_hidden", coverageHidden),
      MetricRow("sd_factor_95", factor),
      MetricRow("mean_sd_A", meanStandardDeviationAngstrom),
      MetricRow("vertex_rmse_A", rootMeanSquareAngstrom),
      MetricRow("vertex_rmse_seen_A", rootMeanSquareSeenAngstrom),
      MetricRow("vertex_median_seen_A", medianSeenAngstrom),
      MetricRow("mean_sd_over_rmse", meanOverRMSE),
      MetricRow("vertices_with_sd", count: vertices),
    ]
  }
}

extension SurfaceUncertainty {
  /// A vertex that counts.
  struct Vertex: Sendable {
    /// Distance to the true mid-surface, Å.
    var error: Double
    /// Its standard deviation, Å.
    var standardDeviation: Double
    /// Whether the wedge hides the surface here.
    var isHidden: Bool

    var isCovered: Bool { error <= SurfaceUncertainty.factor95 * standardDeviation }
  }

  /// Sums up vertices.
  init(_ vertices: [Vertex]) {
    func coverage(_ part: some Sequence<Vertex>) -> Double? {
      let covered = part.map(\.isCovered)
      return ratio(covered.count { $0 }, covered.count)
    }
    let count = vertices.count
    self.vertices = count
    self.coverage = coverage(vertices)
    let bySpread = vertices.enumerated().sorted {
      ($0.element.standardDeviation, $0.offset) < ($1.element.standardDeviation, $1.offset)
    }.map(\.element)
    coverageOfTerciles = (0..<3).map {
      coverage(bySpread[(count * $0 / 3)..<(count * ($0 + 1) / 3)])
    }
    coverageSeen = coverage(vertices.filter { !$0.isHidden })
    coverageHidden = coverage(vertices.filter(\.isHidden))
    let ratios = vertices.map { $0.error == 0 ? 0 : $0.error / $0.standardDeviation }
      .sorted()
    let rank = Int((0.95 * Double(count)).rounded(.up)) - 1
    factor = ratios.isEmpty ? nil : ratios[rank] / Self.factor95
    meanStandardDeviationAngstrom = ratio(
      vertices.reduce(0) { $0 + $1.standardDeviation }, Double(count))
    func rootMeanSquare(_ part: [Vertex]) -> Double? {
      ratio(part.reduce(0) { $0 + $1.error * $1.error }, Double(part.count))?.squareRoot()
    }
    rootMeanSquareAngstrom = rootMeanSquare(vertices)
    let seen = vertices.filter { !$0.isHidden }
    rootMeanSquareSeenAngstrom = rootMeanSquare(seen)
    medianSeenAngstrom = seen.isEmpty ? nil : seen.map(\.error).sorted()[seen.count / 2]
  }

  /// Compares surfaces in the truth's frame with the true mid-surface.
  init(
    fitted: [MembraneSurface], surface: ReferenceSurface, volumes: ComparedVolumes,
    tilt: TiltGeometry, missedBeyondAngstrom limit: Double, workers: Workers
  ) {
    var counted: [Vertex] = []
    for membrane in fitted {
      let found = workers.map(membrane.mesh.vertices.count) { number -> Vertex? in
        let (position, normal) = (membrane.mesh.vertices[number], membrane.normals[number])
        let spread = Double(membrane.standardDeviationAngstrom[number])
        guard 0 <= spread, spread.isFinite, volumes.counts(position),
          let error = surface.nearest(to: position, within: limit)?.distance
        else { return nil }
        return Vertex(
          error: error, standardDeviation: spread, isHidden: tilt.hides(normal: normal))
      }
      counted += found.compactMap { $0 }
    }
    self.init(counted)
  }
}
