import Meshes
import TomogramModel
import Volumes

/// Density across a membrane, along its normals, averaged over what of it was seen.
public struct LeafletProfile: Codable, Hashable, Sendable {
  /// Distances from the mid-surface in Å, rising; below 0 is the side that the normals do not point
  /// to.
  public var distancesAngstrom: [Double]
  /// Mean density in the tomogram's s.d., dense positive.
  public var density: [Double]
  /// Standard error of each mean, from the scatter of the patches.
  public var standardErrors: [Double]
  /// Patches averaged.
  public var patches: Int
}

/// What a tomogram tells of a membrane's two leaflets.
struct LeafletMeasurement {
  /// Distance between the peaks of the profile: comparable among membranes of one tomogram.
  var peakDistance: Measurement
  /// Distance between the head groups.
  var thickness: Measurement
  /// What both are read from; nil where none could be had.
  var profile: LeafletProfile?

  /// Neither.
  static func abstained(_ reason: String) -> LeafletMeasurement {
    LeafletMeasurement(
      peakDistance: .abstained(reason), thickness: .abstained(reason), profile: nil)
  }
}

/// Distance between the two leaflets' head groups, from the mean density profile across the
/// membrane; abstains, with the reason, where the profile has no two peaks with a dip between them
/// that stands out of its standard error.
///
/// Patches are averaged first, so that the error comes from their scatter and not from voxels that
/// share their noise. The surface's own roughness blurs the profile: it makes the method abstain
/// sooner, while peaks that remain keep their distance. The standard deviation of the peaks'
/// distance is that of the patches left out in turn (jackknife; Miller 1974): it knows what differs
/// between patches, not what is the same in all. That is `LeafletExcess`, taken off for the
/// thickness.
func leafletThickness(
  _ surface: MembraneSurface, tomogram: (any VolumeSource<Float>)?, tilt: TiltGeometry,
  options: MorphometryOptions
) throws -> LeafletMeasurement {
  guard let tomogram else { return .abstained("no tomogram given") }
  let voxel = tomogram.geometry.meanVoxelSizeAngstrom
  // Two peaks need a sample between them: Nyquist for the shortest usual distance of leaflets.
  guard voxel <= 18 else { return .abstained("voxels of \(voxel) A do not resolve leaflets") }
  let profiles = try DensityProfiles(surface, tomogram: tomogram, tilt: tilt, options: options)
  let count = profiles.patches.count
  guard options.minimumPatches <= count else {
    return .abstained("only \(count) patches are seen")
  }
  let mean = MeanProfile(profiles.patches)
  let peaks = peakDistance(
    of: mean, distances: profiles.distances, allowed: options.leafletSpacingAngstrom,
    dipStandardErrors: options.dipStandardErrors)
  let profile = LeafletProfile(
    distancesAngstrom: profiles.distances, density: mean.values,
    standardErrors: mean.values.indices.map(mean.standardError), patches: count)
  return LeafletMeasurement(
    peakDistance: peaks, thickness: LeafletExcess(voxelAngstrom: voxel).takenOff(peaks),
    profile: profile)
}

/// How much farther apart the peaks are in a tomogram than the head groups in the specimen.
///
/// A microscope passes the coarse waves of a bilayer's profile badly (contrast transfer), and
/// neither it nor the voxels pass the fine ones: what is left is a wave whose length depends on
/// defocus and voxel size more than on the membrane. By how much is not known for a single
/// tomogram, of which nobody tells defocus, correction and filters, so that a mean is taken off and
/// its spread is owned up to. Mean and spread are those of `Scripts/validate-thickness.sh` on seeds
/// 5001 and 5002: voxels of 8 to 17 Å, defocus 2, 4 and 7 µm, phases flipped (4.7 Å at 8 Å to 9.7 Å
/// at 17 Å; s.d. 2.1 to 4.1 Å). The same contrast transfer acting on profiles in one dimension
/// gives 3.2 to 6.3 Å, s.d. 1.9 to 3.4 Å.
struct LeafletExcess {
  /// Mean excess, Å.
  let meanAngstrom: Double
  /// S.d. of the excess among membranes, defocus values and seeds, Å.
  let deviationAngstrom = 3.1

  init(voxelAngstrom: Double) { meanAngstrom = max(0.585 * voxelAngstrom - 0.37, 0) }

  /// A distance of head groups from one of peaks.
  func takenOff(_ peaks: Measurement) -> Measurement {
    guard let distance = peaks.value else { return peaks }
    return Measurement(
      distance - meanAngstrom,
      standardDeviation: peaks.standardDeviation.map {
        ($0 * $0 + deviationAngstrom * deviationAngstrom).squareRoot()
      })
  }
}

/// Mean of several profiles and the error of it.
struct MeanProfile {
  let profiles: [[Double]]
  let values: [Double]

  init(_ profiles: [[Double]]) {
    self.profiles = profiles
    let count = Double(profiles.count)
    values = profiles[0].indices.map { place in
      profiles.reduce(0) { $0 + $1[place] } / count
    }
  }

  /// Standard error of one value.
  func standardError(_ place: Int) -> Double { error { $0[place] } }

  /// Standard error of a difference of two values.
  func differenceError(_ a: Int, _ b: Int) -> Double { error { $0[a] - $0[b] } }

  /// Standard error of the mean of what `value` takes from each profile.
  private func error(_ value: ([Double]) -> Double) -> Double {
    let count = Double(profiles.count)
    let expected = value(values)
    let squares = profiles.reduce(0) { sum, profile in
      let miss = value(profile) - expected
      return sum + miss * miss
    }
    return (squares / (count - 1) / count).squareRoot()
  }

  /// The mean of all profiles but one.
  func leavingOut(_ number: Int) -> [Double] {
    let count = Double(profiles.count)
    return values.indices.map { (values[$0] * count - profiles[number][$0]) / (count - 1) }
  }
}

/// The two highest places of a profile with a dip between them.
struct LeafletPeaks {
  let inner: Int
  let outer: Int
  /// Where the profile is lowest between them.
  let floor: Int
  /// How far the lower of both peaks rises above the dip.
  let depth: Double
  /// Distance between the peaks, refined between samples, Å.
  let distanceAngstrom: Double

  /// Finds the pair with the deepest dip; nil where there is none.
  init?(_ values: [Double], distances: [Double], allowed: ClosedRange<Double>) {
    // The dip may lie off the middle by the surface's error; it lies between the peaks.
    let peaks = values.indices.dropFirst().dropLast().filter {
      values[$0 - 1] < values[$0] && values[$0 + 1] <= values[$0]
        && abs(distances[$0]) <= allowed.upperBound
    }
    var best: (inner: Int, outer: Int, floor: Int, depth: Double)?
    for (place, inner) in peaks.enumerated() {
      for outer in peaks[(place + 1)...]
      where allowed.contains(distances[outer] - distances[inner])
        && abs(distances[outer] + distances[inner]) <= allowed.lowerBound
      {
        let floor = (inner...outer).min { values[$0] < values[$1] } ?? inner
        let depth = min(values[inner], values[outer]) - values[floor]
        if best?.depth ?? 0 < depth { best = (inner, outer, floor, depth) }
      }
    }
    guard let best else { return nil }
    (inner, outer, floor, depth) = best
    func refined(_ place: Int) -> Double {
      // Vertex of the parabola through the peak and its neighbours.
      let (a, b, c) = (values[place - 1], values[place], values[place + 1])
      let (bend, step) = (a - 2 * b + c, distances[1] - distances[0])
      return distances[place] + (bend == 0 ? 0 : 0.5 * (a - c) / bend * step)
    }
    distanceAngstrom = refined(best.outer) - refined(best.inner)
  }
}

/// Peak-to-peak distance of a profile that rises at both leaflets.
func peakDistance(
  of profile: MeanProfile, distances: [Double], allowed: ClosedRange<Double>,
  dipStandardErrors: Double
) -> Measurement {
  let values = profile.values
  func peaks(_ values: [Double]) -> LeafletPeaks? {
    LeafletPeaks(values, distances: distances, allowed: allowed)
  }
  guard let found = peaks(values) else {
    return .abstained("leaflets not resolved: one peak only")
  }
  let error = max(
    profile.differenceError(found.inner, found.floor),
    profile.differenceError(found.outer, found.floor))
  guard dipStandardErrors * error <= found.depth else {
    return .abstained("leaflets not resolved: the dip between them is within the noise")
  }
  // Peaks lower than the surroundings are not leaflets but ripples in a light band.
  let background = (values[0] + values[values.count - 1]) / 2
  guard background < min(values[found.inner], values[found.outer]) else {
    return .abstained("no dense leaflets at the surface")
  }
  let others = profile.profiles.indices.compactMap {
    peaks(profile.leavingOut($0))?.distanceAngstrom
  }
  return Measurement(
    found.distanceAngstrom,
    // Where leaving out one patch leaves no peaks, the spread of the others would be too small.
    standardDeviation: others.count == profile.profiles.count ? jackknifeDeviation(others) : nil)
}

/// Standard deviation of a statistic from its values with each of n items left out in turn.
private func jackknifeDeviation(_ values: [Double]) -> Double {
  let count = Double(values.count)
  let mean = values.reduce(0, +) / count
  let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return (squares * (count - 1) / count).squareRoot()
}
