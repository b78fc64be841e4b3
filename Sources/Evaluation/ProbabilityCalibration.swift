import Volumes

/// Whether a predicted probability means what it says: `expected_calibration_error`.
///
/// Voxels are sorted into equal bins of probability; in a calibrated prediction the share of
/// membrane voxels in a bin is the bin's mean probability (Guo et al. 2017, eq. 3):
///
///     ECE = Σ_b n_b/N · |share of membrane in b − mean probability in b|
///
/// Nearly all voxels of a tomogram are certain background, which alone makes the ECE small;
/// `expected_calibration_error_uncertain` is therefore printed beside it: the same sum over the
/// voxels with 0.05 <= p <= 0.95. `brier_score` is the mean of (p − truth)².
///
/// Ignored voxels and voxels whose probability is NaN are left out; nil where none is left.
public struct ProbabilityCalibration: MetricGroup, Equatable {
  /// The voxels of one bin of probability.
  public struct Bin: Equatable, Sendable {
    /// How many voxels.
    public var voxels = 0
    /// How many of them are membrane.
    public var membraneVoxels = 0
    /// Sum of their probabilities.
    public var probabilitySum = 0.0

    /// Mean probability; nil in an empty bin.
    public var meanProbability: Double? { ratio(probabilitySum, Double(voxels)) }
    /// Share of membrane voxels; nil in an empty bin.
    public var membraneShare: Double? { ratio(membraneVoxels, voxels) }
  }

  /// Number of bins: 20, so that the limits 0.05 and 0.95 are limits of bins.
  public static let binCount = 20

  /// The bins by rising probability.
  public var bins = [Bin](repeating: Bin(), count: binCount)
  /// Σ (p − truth)².
  public var squaredErrorSum = 0.0

  /// Makes empty bins.
  public init() {}

  /// ECE over all voxels.
  public var expectedError: Double? { Self.expectedError(of: bins[...]) }
  /// ECE over the voxels with 0.05 <= p <= 0.95.
  public var expectedErrorUncertain: Double? {
    Self.expectedError(of: bins.dropFirst().dropLast())
  }
  /// Mean squared error of the probability.
  public var brierScore: Double? {
    ratio(squaredErrorSum, Double(bins.reduce(0) { $0 + $1.voxels }))
  }

  public static let title = "Calibration of the probability"

  public var rows: [MetricRow] {
    [
      MetricRow("expected_calibration_error", expectedError),
      MetricRow("expected_calibration_error_uncertain", expectedErrorUncertain),
      MetricRow("brier_score", brierScore),
    ]
  }

  private static func expectedError(of bins: ArraySlice<Bin>) -> Double? {
    let gaps = bins.reduce(0.0) { sum, bin in
      sum + abs(Double(bin.membraneVoxels) - bin.probabilitySum)
    }
    return ratio(gaps, Double(bins.reduce(0) { $0 + $1.voxels }))
  }
}

extension ProbabilityCalibration {
  /// Adds voxels one by one; probabilities beyond 0...1 are taken as the nearest of the two.
  ///
  /// - Parameters:
  ///   - probability: NaN leaves the voxel out.
  ///   - roles: a role of `LabelRoles` a voxel.
  mutating func add(probability: Span<Float>, roles: Span<UInt8>) {
    for offset in probability.indices {
      let (value, role) = (probability[offset], roles[offset])
      guard !value.isNaN, role != LabelRoles.ignored else { continue }
      let clamped = min(max(Double(value), 0), 1)
      let isMembrane = role == LabelRoles.membrane
      let bin = min(Int(clamped * Double(Self.binCount)), Self.binCount - 1)
      bins[bin].voxels &+= 1
      bins[bin].membraneVoxels &+= isMembrane ? 1 : 0
      bins[bin].probabilitySum += clamped
      let error = clamped - (isMembrane ? 1 : 0)
      squaredErrorSum += error * error
    }
  }

  /// Adds what another part of the volume counted.
  mutating func add(_ other: ProbabilityCalibration) {
    for bin in bins.indices {
      bins[bin].voxels += other.bins[bin].voxels
      bins[bin].membraneVoxels += other.bins[bin].membraneVoxels
      bins[bin].probabilitySum += other.bins[bin].probabilitySum
    }
    squaredErrorSum += other.squaredErrorSum
  }
}

/// Compares a probability with the roles of the truth's voxels, slab by slab.
///
/// Sums are made within slabs of fixed thickness and added in order, so that the result does not
/// depend on the number of threads.
///
/// - Throws: the source's error.
func probabilityCalibration(
  of probability: any VolumeSource<Float>, roles: Block<UInt8>, workers: Workers
) throws -> ProbabilityCalibration {
  let slabs = roles.region.slabs(thickness: 8)
  let parts = workers.map(slabs.count) { slab in
    Result {
      let region = slabs[slab]
      let block = try probability.read(region)
      let first = roles.rowRange(y: region.lower.y, z: region.lower.z).lowerBound
      var part = ProbabilityCalibration()
      part.add(
        probability: block.samples.span,
        roles: roles.samples.span.extracting(first..<(first + region.size.count)))
      return part
    }
  }
  var whole = ProbabilityCalibration()
  for part in parts { whole.add(try part.get()) }
  return whole
}
