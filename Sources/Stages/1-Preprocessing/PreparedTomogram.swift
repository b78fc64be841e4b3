public import Volumes

/// A tomogram as the stages want it, and what was found out about it.
public struct PreparedTomogram: Sendable {
  /// Dense positive, background about 0, s.d. about 1, clipped; computed as it is read.
  public let source: any VolumeSource<Float>
  /// Which grey values dense matter has in the input: `dark` or `bright`.
  public let contrast: Contrast
  /// Whether the contrast is sure: given, or far from what chance would give.
  public let contrastIsSure: Bool
  /// Grey value of the background.
  public let mean: Float
  /// S.d. of the grey values.
  public let standardDeviation: Float
  /// Grey value of empty margins, which become background; nil where there are none.
  public let paddingValue: Float?
  /// What was decided, in sentences for the user.
  public let notes: [String]
}

/// Stage 1: brings a tomogram's grey values to one convention.
///
/// Background (the median) becomes 0, the s.d. 1, dense matter positive. Which way dense lies is
/// told by the skewness of the means of cubes of about 56 Å: membranes, proteins and gold are rare
/// and dense, so the tail is on their side. Where the skewness is no more than chance would give,
/// the field's custom (dark) is taken and `contrastIsSure` is false.
///
/// Reads up to 512 blocks of 32³ voxels; nothing else is read before `source` is.
///
/// - Throws: `PreprocessingError`, or the source's error.
public func prepare(
  _ tomogram: any VolumeSource<Float>, options: PreprocessingOptions, workers: Workers
) throws -> PreparedTomogram {
  let voxel = tomogram.geometry.meanVoxelSizeAngstrom
  let cube = min(max(Int((56 / voxel).rounded()), 2), 6)
  let sample = try DensitySample(of: tomogram, cube: cube, workers: workers)
  let isSure = options.contrast != .auto || sample.skewnessNoise < abs(sample.skewness)
  let contrast: Contrast =
    switch options.contrast {
    case .auto: isSure && 0 < sample.skewness ? .bright : .dark
    case .dark: .dark
    case .bright: .bright
    }
  let scale = (contrast == .dark ? -1 : 1) / sample.deviation
  // A value that could well be density is left: it is near the background anyway.
  let padding = sample.padding.flatMap { 3 < abs(($0 - sample.centre) * scale) ? $0 : nil }
  let normalised = NormalisedSource(
    base: tomogram, centre: sample.centre, scale: scale, padding: padding,
    limit: options.clipDeviations)
  return PreparedTomogram(
    source: normalised, contrast: contrast, contrastIsSure: isSure, mean: sample.centre,
    standardDeviation: sample.deviation, paddingValue: padding,
    notes: notes(on: sample, options, contrast, isSure, padding))
}

private func notes(
  on sample: DensitySample, _ options: PreprocessingOptions, _ contrast: Contrast, _ isSure: Bool,
  _ padding: Float?
) -> [String] {
  var notes: [String] = []
  if options.contrast == .auto {
    let skewness = Double(Int((sample.skewness * 1000).rounded())) / 1000
    notes.append(
      isSure
        ? "Dense matter is \(contrast.rawValue) (skewness \(skewness))."
        : "Could not tell whether dense matter is dark or bright (skewness \(skewness)); "
          + "took dark. Give --contrast if that is wrong.")
  }
  if let padding { notes.append("Empty margins of value \(padding) count as background.") }
  return notes
}

/// The normalised view of a tomogram.
private struct NormalisedSource: VolumeSource {
  let base: any VolumeSource<Float>
  let centre: Float
  let scale: Float
  let padding: Float?
  let limit: Float

  var geometry: VolumeGeometry { base.geometry }

  func read(_ region: Region) throws -> Block<Float> {
    var block = try base.read(region)
    let (centre, scale, limit) = (centre, scale, limit)
    // NaN equals nothing, itself included, so it is never taken for padding.
    let padding = padding ?? .nan
    for index in block.samples.indices {
      let value = block.samples[index]
      let normalised = (value - centre) * scale
      // A NaN outside the blocks looked at becomes background.
      let isEmpty = value == padding || normalised.isNaN
      block.samples[index] = isEmpty ? 0 : min(max(normalised, -limit), limit)
    }
    return block
  }
}
