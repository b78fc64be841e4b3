import Meshes
import TomogramModel
import Volumes

/// Distance between the two leaflets' head groups, from the mean density profile across the
/// membrane; abstains, with the reason, where the profile has no two peaks with a dip between them
/// that stands out of its standard error.
///
/// Patches are averaged first, so that the error comes from their scatter and not from voxels that
/// share their noise. The surface's own roughness blurs the profile: it makes the method abstain
/// sooner, while peaks that remain keep their distance.
func leafletThickness(
  _ surface: MembraneSurface, tomogram: (any VolumeSource<Float>)?, tilt: TiltGeometry,
  options: MorphometryOptions
) throws -> Measurement {
  guard let tomogram else { return .abstained("no tomogram given") }
  let voxel = tomogram.geometry.meanVoxelSizeAngstrom
  // Two peaks need a sample between them: Nyquist for the shortest usual distance of leaflets.
  guard voxel <= 18 else { return .abstained("voxels of \(voxel) A do not resolve leaflets") }
  let profiles = try DensityProfiles(surface, tomogram: tomogram, tilt: tilt, options: options)
  let count = profiles.patches.count
  guard options.minimumPatches <= count else {
    return .abstained("only \(count) patches are seen")
  }
  return thickness(
    of: MeanProfile(profiles.patches), distances: profiles.distances,
    allowed: options.leafletSpacingAngstrom, dipStandardErrors: options.dipStandardErrors)
}

/// Mean of several profiles and the error of it.
struct MeanProfile {
  let values: [Double]
  /// Standard error of a difference of two values, from the profiles' scatter.
  let differenceError: (Int, Int) -> Double

  init(_ profiles: [[Double]]) {
    let count = Double(profiles.count)
    values = profiles[0].indices.map { place in
      profiles.reduce(0) { $0 + $1[place] } / count
    }
    let mean = values
    differenceError = { a, b in
      let expected = mean[a] - mean[b]
      let squares = profiles.reduce(0) { sum, profile in
        let miss = profile[a] - profile[b] - expected
        return sum + miss * miss
      }
      return (squares / (count - 1) / count).squareRoot()
    }
  }
}

/// Peak-to-peak distance of a profile that rises at both leaflets.
func thickness(
  of profile: MeanProfile, distances: [Double], allowed: ClosedRange<Double>,
  dipStandardErrors: Double
) -> Measurement {
  let values = profile.values
  // The dip may lie off the middle by the surface's error; it lies between the peaks.
  let peaks = values.indices.dropFirst().dropLast().filter {
    values[$0 - 1] < values[$0] && values[$0 + 1] <= values[$0]
      && abs(distances[$0]) <= allowed.upperBound
  }
  var best: (inner: Int, outer: Int, depth: Double)?
  for (place, inner) in peaks.enumerated() {
    for outer in peaks[(place + 1)...]
    where allowed.contains(distances[outer] - distances[inner])
      && abs(distances[outer] + distances[inner]) <= allowed.lowerBound
    {
      let dip = values[inner...outer].min() ?? 0
      let depth = min(values[inner], values[outer]) - dip
      if best?.depth ?? 0 < depth { best = (inner, outer, depth) }
    }
  }
  guard let best else { return .abstained("leaflets not resolved: one peak only") }
  let floor = (best.inner...best.outer).min { values[$0] < values[$1] } ?? best.inner
  let error = max(
    profile.differenceError(best.inner, floor), profile.differenceError(best.outer, floor))
  guard dipStandardErrors * error <= best.depth else {
    return .abstained("leaflets not resolved: the dip between them is within the noise")
  }
  // Peaks lower than the surroundings are not leaflets but ripples in a light band.
  let background = (values[0] + values[values.count - 1]) / 2
  guard background < min(values[best.inner], values[best.outer]) else {
    return .abstained("no dense leaflets at the surface")
  }
  let step = distances[1] - distances[0]
  func refined(_ place: Int) -> Double {
    // Vertex of the parabola through the peak and its neighbours.
    let (a, b, c) = (values[place - 1], values[place], values[place + 1])
    let bend = a - 2 * b + c
    return distances[place] + (bend == 0 ? 0 : 0.5 * (a - c) / bend * step)
  }
  return Measurement(refined(best.outer) - refined(best.inner))
}
