public import Volumes

/// A mask of any program as 0 and 1: every voxel that is not 0 is in it.
///
/// Masks and labels are whole numbers; anything else, a probability above all, is refused, because
/// nobody has said where its threshold lies.
public struct MaskSource: VolumeSource {
  private let base: any VolumeSource<Float>
  private let path: String

  /// Makes the view.
  ///
  /// - Parameter path: where the mask comes from, for messages.
  public init(_ base: any VolumeSource<Float>, path: String) {
    (self.base, self.path) = (base, path)
  }

  public var geometry: VolumeGeometry { base.geometry }

  /// - Throws: `PipelineError.badMask` where a voxel is no whole number.
  public func read(_ region: Region) throws -> Block<Int8> {
    let block = try base.read(region)
    var mask = Block<Int8>(region: region, repeating: 0)
    var target = mask.samples.mutableSpan
    let values = block.samples.span
    for index in values.indices where values[index] != 0 {
      // Most masks hold 1. NaN differs from its own rounding.
      let value = values[index]
      guard value == 1 || value == value.rounded() else {
        throw PipelineError.badMask(path: path, value: value)
      }
      target[index] = 1
    }
    return mask
  }
}

/// Another source with 0 wherever voxels are excluded.
struct ExcludingSource: VolumeSource {
  let base: any VolumeSource<Float>
  let excluded: any VolumeSource<Float>

  var geometry: VolumeGeometry { base.geometry }

  func read(_ region: Region) throws -> Block<Float> {
    var block = try base.read(region)
    let away = try excluded.read(region)
    for index in block.samples.indices where away.samples[index] != 0 { block.samples[index] = 0 }
    return block
  }
}

/// Another sink that gets 0 wherever voxels are excluded.
final class ExcludingSink: VolumeSink {
  private let base: any VolumeSink<Int8>
  private let excluded: any VolumeSource<Float>

  init(_ base: any VolumeSink<Int8>, excluded: any VolumeSource<Float>) {
    (self.base, self.excluded) = (base, excluded)
  }

  var geometry: VolumeGeometry { base.geometry }

  func write(_ block: Block<Int8>) throws {
    var block = block
    let away = try excluded.read(block.region)
    for index in block.samples.indices where away.samples[index] != 0 { block.samples[index] = 0 }
    try base.write(block)
  }

  func commit() throws { try base.commit() }
}
