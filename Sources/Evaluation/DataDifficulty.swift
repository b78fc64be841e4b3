import Morphology
import TomogramModel
import Volumes

/// How hard the tomogram is: `leaflet_cnr` and `tilt_snr`, printed with every simulated score.
///
/// leaflet_cnr = (mean background − mean over leaflet voxels) / s.d. of the background, background
/// being farther than 10 voxels from any object. Taken from the truth's record where there is one;
/// else from the tomogram with all membrane voxels as leaflet voxels, which is a little low, as it
/// counts the gap between the leaflets too. Above 0 where membranes are dark, as in raw data; nil
/// without background or with a constant one.
///
/// tilt_snr = variance of the noise-free projection / variance of the noise, at the lowest tilt:
/// only the record knows it.
public struct DataDifficulty: MetricGroup, Equatable {
  /// Contrast-to-noise ratio of the leaflets.
  public var leafletCNR: Double?
  /// Signal-to-noise ratio of a projection.
  public var tiltSNR: Double?

  public static let title = "Difficulty of the data"

  public var rows: [MetricRow] {
    [MetricRow("leaflet_cnr", leafletCNR), MetricRow("tilt_snr", tiltSNR)]
  }
}

extension DataDifficulty {
  /// Voxels between background and the nearest object (CONTRACT).
  static let backgroundDistanceVoxels = 10.0

  /// Takes the record's values, or measures the tomogram.
  ///
  /// - Throws: the tomogram's error.
  init(
    record: TruthRecord?, tomogram: (any VolumeSource<Float>)?, volumes: ComparedVolumes,
    workers: Workers
  ) throws {
    leafletCNR = record?.leafletCNR
    tiltSNR = record?.tiltSNR
    guard leafletCNR == nil, let tomogram else { return }
    leafletCNR = try measuredLeafletCNR(of: tomogram, volumes: volumes, workers: workers)
  }
}

/// (mean background − mean over membrane voxels) / s.d. of the background; NaN voxels left out.
func measuredLeafletCNR(
  of tomogram: any VolumeSource<Float>, volumes: ComparedVolumes, workers: Workers
) throws -> Double? {
  let distance = euclideanDistance(
    toNonzeroOf: volumes.objects, spacing: volumes.geometry.voxelSizeAngstrom, workers: workers)
  let limit = Float(DataDifficulty.backgroundDistanceVoxels * volumes.voxelAngstrom)
  var (background, leaflet) = (RunningMoments(), RunningMoments())
  for slab in volumes.geometry.bounds.slabs(thickness: 8) {
    let densities = try tomogram.read(slab).samples
    let first = distance.rowRange(y: 0, z: slab.lower.z).lowerBound
    for (offset, density) in densities.enumerated() where !density.isNaN {
      if limit < distance.samples[first + offset] {
        background.add(Double(density))
      } else if volumes.truth.samples[first + offset] != 0 {
        leaflet.add(Double(density))
      }
    }
  }
  guard 0 < leaflet.count, 0 < background.standardDeviation else { return nil }
  return (background.mean - leaflet.mean) / background.standardDeviation
}

/// Mean and variance in one pass (Welford 1962): no loss of digits where the mean is large.
struct RunningMoments {
  private(set) var count = 0.0
  private(set) var mean = 0.0
  private var squares = 0.0

  mutating func add(_ value: Double) {
    count += 1
    let offset = value - mean
    mean += offset / count
    squares += offset * (value - mean)
  }

  /// Standard deviation of the values themselves (divided by n); 0 where there is none.
  var standardDeviation: Double { count == 0 ? 0 : (squares / count).squareRoot() }
}
