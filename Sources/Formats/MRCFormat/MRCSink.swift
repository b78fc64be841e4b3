public import Volumes
public import WorkLedger

/// A voxel type that MRC files hold.
public protocol MRCSample: VolumeSample {
  /// The mode that stores it.
  static var mrcMode: MRCMode { get }
}

extension Int8: MRCSample { public static var mrcMode: MRCMode { .int8 } }
extension Int16: MRCSample { public static var mrcMode: MRCMode { .int16 } }
extension UInt16: MRCSample { public static var mrcMode: MRCMode { .uint16 } }
extension Float: MRCSample { public static var mrcMode: MRCMode { .float32 } }
extension Float16: MRCSample { public static var mrcMode: MRCMode { .float16 } }

/// An MRC file that is written block by block and appears, whole, at the commit.
///
/// The file has the normal form of all outputs (`MRCHeader.init(output:mode:template:label:)`), with
/// true statistics: they are taken from the file itself at the commit, in one pass in file order, so
/// that they depend neither on the order of the blocks nor on blocks written twice. Where samples
/// are not finite, and in mode 12, whose standard deviation readers get wrong, they are marked as
/// not determined.
///
/// Blocks may be written by several threads at once, if they do not overlap.
public final class MRCSink<Sample: MRCSample>: VolumeSink, Sendable {
  public let geometry: VolumeGeometry
  private let header: MRCHeader
  private let file: AtomicFile

  /// Starts a file; the disk's room for all of it is reserved now.
  ///
  /// - Parameters:
  ///   - path: the target; its folder exists.
  ///   - template: the input's header in normal form (`MRCVolume.template`), for what is carried over.
  ///   - label: what the file is, without date.
  ///   - overwrite: whether a file of this name may be replaced.
  /// - Throws: `FileError` where the target exists or the disk is full.
  public init(
    path: String, geometry: VolumeGeometry, template: MRCHeader? = nil, label: String,
    overwrite: Bool = false
  ) throws(FileError) {
    self.geometry = geometry
    header = MRCHeader(
      output: geometry, mode: Sample.mrcMode, template: template, label: label)
    let (voxels, stride) = (geometry.size.count, MemoryLayout<Sample>.stride)
    file = try AtomicFile(
      path: path, overwrite: overwrite, byteCount: header.dataOffset + voxels * stride)
  }

  public func write(_ block: Block<Sample>) throws {
    let region = block.region
    precondition(geometry.bounds.contains(region), "A block written lies inside its volume.")
    guard !region.isEmpty else { return }
    let size = geometry.size
    // Samples are in the file's byte order already: little-endian, as every machine this runs on.
    let runLength = contiguousSamples(of: region)
    let stride = MemoryLayout<Sample>.stride
    var row = 0
    let bytes = unsafe block.samples.span.bytes
    for first in Swift.stride(from: 0, to: region.size.count, by: runLength) {
      let (y, z) = (row % region.size.y + region.lower.y, row / region.size.y + region.lower.z)
      let offset = (z * size.y + y) * size.x + region.lower.x
      try file.write(
        bytes.extracting((first * stride)..<((first + runLength) * stride)),
        at: header.dataOffset + offset * stride)
      row += runLength / region.size.x
    }
  }

  /// Samples of a region that are neighbours in the file too: a row, a section, or all of it.
  private func contiguousSamples(of region: Region) -> Int {
    guard region.size.x == geometry.size.x else { return region.size.x }
    guard region.size.y == geometry.size.y else { return region.size.x * region.size.y }
    return region.size.count
  }

  public func commit() throws {
    var finished = header
    let statistics = try fileStatistics()
    if statistics.nonFiniteCount == 0 && 0 < statistics.finiteCount {
      finished.minimum = statistics.minimum
      finished.maximum = statistics.maximum
      finished.mean = Float(statistics.mean)
      finished.rms = Sample.mrcMode == .float16 ? -1 : Float(statistics.standardDeviation)
    }
    try file.write(unsafe finished.bytes().span.bytes, at: 0)
    if !finished.extendedHeader.isEmpty {
      try file.write(unsafe finished.extendedHeader.span.bytes, at: MRCHeader.byteCount)
    }
    try file.commit()
  }

  private func fileStatistics() throws -> MRCStatistics {
    guard let layout = header.layout(bytesAreSigned: true) else {
      preconditionFailure("A sink's mode is one of plain numbers.")
    }
    let flat = SampleLayout(kind: layout.kind, isSwapped: false, columns: geometry.size.count)
    let reader = file
    return try flat.statistics(at: header.dataOffset) { (target, offset) in
      try reader.read(into: &target, at: offset)
    }
  }
}

/// A sink that takes floats and stores them as 16-bit floats (mode 12), as `probability.mrc` is.
///
/// A value keeps 11 significant bits; beyond ±65504 it becomes infinite.
public final class MRCHalfSink: VolumeSink, Sendable {
  private let sink: MRCSink<Float16>

  /// Starts a file; parameters as `MRCSink`'s.
  public init(
    path: String, geometry: VolumeGeometry, template: MRCHeader? = nil, label: String,
    overwrite: Bool = false
  ) throws(FileError) {
    sink = try MRCSink(
      path: path, geometry: geometry, template: template, label: label, overwrite: overwrite)
  }

  public var geometry: VolumeGeometry { sink.geometry }

  public func write(_ block: Block<Float>) throws {
    let count = block.samples.count
    let halves = unsafe [Float16](unsafeUninitializedCapacity: count) { target, initialized in
      unsafe block.samples.withUnsafeBufferPointer { source in
        for index in 0..<count { unsafe target[index] = Float16(source[index]) }
      }
      initialized = count
    }
    try sink.write(Block(region: block.region, samples: halves))
  }

  public func commit() throws { try sink.commit() }
}
