import Filters
import MRCFormat
public import VolumeFiles
public import Volumes

/// The part of a volume that a plan works on: a region, binned. Voxels keep their positions.
public struct VolumeView: Sendable {
  /// The file.
  public let input: InputVolume
  /// The voxels.
  public let source: any VolumeSource<Float>

  /// Opens a file as a plan says.
  public init(path: String, reading: ReadingPlan, scratchFolder: String) throws {
    input = try InputVolume.open(
      path: path, options: reading.input, scratchFolder: scratchFolder)
    var source = input.source
    if let region = reading.region {
      guard source.geometry.bounds.contains(region), !region.isEmpty else {
        throw PipelineError.badOption(
          option: "--region", value: "of \(region.size.inWords) voxels",
          expected: "a part of the volume, which has \(source.geometry.size.inWords) voxels")
      }
      source = cropped(source, to: region)
    }
    if 1 < reading.bin {
      let size = source.geometry.size
      let largest = min(size.x, size.y, size.z)
      guard reading.bin <= largest else {
        throw PipelineError.badOption(
          option: "--bin", value: "\(reading.bin)", expected: "1 to \(largest)")
      }
      source = binned(source, factor: reading.bin)
    }
    self.source = source
  }

  /// Size and place of the voxels.
  public var geometry: VolumeGeometry { source.geometry }

  /// Refuses what is no tomogram; reads the voxels once.
  public func requireTomogram(workers: Workers) throws {
    try input.requireVolume()
    try input.requirePixelSize()
    let found = try statistics(of: source, workers: workers)
    if 0 < found.nonFiniteCount {
      throw VolumeFileError.notFinite(
        path: input.path, count: found.nonFiniteCount,
        total: found.nonFiniteCount + found.finiteCount)
    }
    if found.isConstant { throw VolumeFileError.constant(path: input.path, value: found.minimum) }
  }
}

private func cropped(
  _ source: some VolumeSource<Float>, to region: Region
) -> any VolumeSource<Float> {
  CroppedSource(source, region: region)
}

private func binned(
  _ source: some VolumeSource<Float>, factor: Int
) -> any VolumeSource<Float> {
  BinnedSource(source, factor: factor)
}
