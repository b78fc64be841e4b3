public import TomogramModel
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
  /// Number of bins: 20, so that the limits 0.05 and 0.95 are limits of bins.
  public static let binCount = 20

  private var probabilities = ProbabilityBins(count: binCount)
  /// The bins by rising probability, the other number being the truth, 0 or 1.
  public var bins: [ProbabilityBins.Bin] { probabilities.bins }
  /// Σ (p − truth)².
  public private(set) var squaredErrorSum = 0.0

  /// Makes empty bins.
  public init() {}

  /// ECE over all voxels.
  public var expectedError: Double? { probabilities.expectedError }
  /// ECE over the voxels with 0.05 <= p <= 0.95.
  public var expectedErrorUncertain: Double? { probabilities.expectedError(leavingOut: 1) }
  /// Mean squared error of the probability.
  public var brierScore: Double? { ratio(squaredErrorSum, Double(probabilities.voxels)) }

  public static let title = "Calibration of the probability"

  public var rows: [MetricRow] {
    [
      MetricRow("expected_calibration_error", expectedError),
      MetricRow("expected_calibration_error_uncertain", expectedErrorUncertain),
      MetricRow("brier_score", brierScore),
    ]
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
      let truth: Float = role == LabelRoles.membrane ? 1 : 0
      probabilities.add(value, other: truth)
      let error = min(max(Double(value), 0), 1) - Double(truth)
      squaredErrorSum += error * error
    }
  }

  /// Adds what another part of the volume counted.
  mutating func add(_ other: ProbabilityCalibration) {
    probabilities.add(other.probabilities)
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
