public import Volumes

/// A whole number that labels or masks are made of.
public protocol LabelSample: VolumeSample, FixedWidthInteger {
  /// Floats as labels, or nil where one is no whole number of the type's range.
  static func labels(from floats: [Float]) -> [Self]?
}

// Written out for each type, so that the loop is compiled for it and not for any type.
extension Int8: LabelSample {
  public static func labels(from floats: [Float]) -> [Int8]? { converted(floats) }
}
extension UInt8: LabelSample {
  public static func labels(from floats: [Float]) -> [UInt8]? { converted(floats) }
}
extension Int16: LabelSample {
  public static func labels(from floats: [Float]) -> [Int16]? { converted(floats) }
}
extension UInt16: LabelSample {
  public static func labels(from floats: [Float]) -> [UInt16]? { converted(floats) }
}

/// 1.5 * 2^23: a float between 2^23 and 2^24 holds whole numbers only, so that adding this rounds
/// to one, which then stands in the lowest bits. Checked conversions would not vectorise (5x).
private let rounder: Float = 0x1.8p23

@inline(__always)
private func converted<Sample: LabelSample>(_ floats: [Float]) -> [Sample]? {
  precondition(Sample.bitWidth <= 16, "Labels have 16 bits at most, for floats to hold them.")
  let (low, high) = (Float(Sample.min), Float(Sample.max))
  let zeroBits = Int32(bitPattern: rounder.bitPattern)
  var faults: UInt32 = 0
  let labels = unsafe [Sample](unsafeUninitializedCapacity: floats.count) { target, initialized in
    unsafe floats.withUnsafeBufferPointer { source in
      for index in 0..<source.count {
        let value = unsafe source[index]
        // NaN passes no comparison and becomes the least label.
        let inside = value >= low ? (value <= high ? value : low) : low
        let shifted = inside + rounder
        let label = Int32(bitPattern: shifted.bitPattern) &- zeroBits
        unsafe target[index] = Sample(truncatingIfNeeded: label)
        faults |= shifted - rounder == value ? 0 : 1
      }
    }
    initialized = floats.count
  }
  return faults == 0 ? labels : nil
}

/// A volume of labels or of a mask, read from floats that must be whole numbers.
public struct LabelSource<Sample: LabelSample>: VolumeSource {
  private let path: String
  private let base: any VolumeSource<Float>

  /// Makes the view; nothing is read yet.
  public init(_ input: InputVolume) { (path, base) = (input.path, input.source) }

  public var geometry: VolumeGeometry { base.geometry }

  /// - Throws: `VolumeFileError.notLabels` where a voxel is no whole number of the sample's range.
  public func read(_ region: Region) throws -> Block<Sample> {
    let block = try base.read(region)
    guard let labels = Sample.labels(from: block.samples) else { throw fault(in: block) }
    return Block(region: region, samples: labels)
  }

  private func fault(in block: Block<Float>) -> VolumeFileError {
    let size = block.region.size
    let place = block.samples.firstIndex { Sample(exactly: $0) == nil } ?? 0
    let lower = block.region.lower
    return .notLabels(
      path: path, value: block.samples[place], x: lower.x + place % size.x,
      y: lower.y + place / size.x % size.y, z: lower.z + place / (size.x * size.y),
      range: "\(Sample.min) to \(Sample.max)")
  }
}

extension InputVolume {
  /// The volume as labels, for example `labels(UInt16.self)`, or as a mask, `labels(Int8.self)`.
  public func labels<Sample: LabelSample>(
    _ type: Sample.Type
  ) -> LabelSource<Sample> { LabelSource(self) }
}
