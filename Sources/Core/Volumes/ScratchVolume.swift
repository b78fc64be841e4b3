import Glibc

/// A volume in an unnamed file, memory-mapped: random access without holding it in memory.
///
/// The kernel may drop its pages at any time, so a volume larger than memory works; the file has no
/// name, so nothing is left behind whatever happens. Not for two threads writing at once.
@safe
public final class ScratchVolume<Sample: VolumeSample>: VolumeSource, VolumeSink,
  @unchecked Sendable
{
  public let geometry: VolumeGeometry
  private let base: UnsafeMutablePointer<Sample>
  private let byteCount: Int

  /// Makes a volume of zeros.
  ///
  /// - Parameter folder: where the file's blocks are taken from; a folder on a real disk.
  /// - Throws: `ScratchError` where the disk is full or the folder cannot be written.
  public init(geometry: VolumeGeometry, folder: String) throws(ScratchError) {
    self.geometry = geometry
    byteCount = max(geometry.size.count * MemoryLayout<Sample>.stride, 1)
    var template = Array((folder + "/.bilayer-scratch-XXXXXX").utf8CString)
    let descriptor = unsafe mkstemp(&template)
    guard 0 <= descriptor else { throw ScratchError(folder: folder, bytes: byteCount, code: errno) }
    defer { close(descriptor) }
    unsafe unlink(template)
    // Reserves the blocks now: a full disk is an error here, not a bus error later.
    let status = posix_fallocate(descriptor, 0, byteCount)
    guard status == 0 else { throw ScratchError(folder: folder, bytes: byteCount, code: status) }
    let mapping = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else {
      throw ScratchError(folder: folder, bytes: byteCount, code: errno)
    }
    unsafe base = mapping.bindMemory(to: Sample.self, capacity: geometry.size.count)
  }

  deinit { unsafe munmap(base, byteCount) }

  /// All samples, x fastest, for reading.
  public func withSamples<Result>(_ body: (Span<Sample>) throws -> Result) rethrows -> Result {
    try body(unsafe Span(_unsafeStart: base, count: geometry.size.count))
  }

  /// All samples, x fastest, for reading and writing.
  public func withMutableSamples<Result>(
    _ body: (inout MutableSpan<Sample>) throws -> Result
  ) rethrows -> Result {
    var span = unsafe MutableSpan(_unsafeStart: base, count: geometry.size.count)
    return try body(&span)
  }

  public func read(_ region: Region) throws -> Block<Sample> {
    precondition(geometry.bounds.contains(region), "A region read lies inside its volume.")
    let size = geometry.size
    var samples: [Sample] = []
    samples.reserveCapacity(region.size.count)
    for z in region.lower.z..<region.upper.z {
      for y in region.lower.y..<region.upper.y {
        // Inside the mapping: the region lies inside the volume.
        let row = unsafe UnsafeBufferPointer(
          start: base + (z * size.y + y) * size.x + region.lower.x, count: region.size.x)
        unsafe samples.append(contentsOf: row)
      }
    }
    return Block(region: region, samples: samples)
  }

  public func write(_ block: Block<Sample>) {
    let region = block.region
    precondition(geometry.bounds.contains(region), "A block written lies inside its volume.")
    let size = geometry.size
    for z in region.lower.z..<region.upper.z {
      for y in region.lower.y..<region.upper.y {
        let row = block.rowRange(y: y, z: z)
        let target = unsafe base + (z * size.y + y) * size.x + region.lower.x
        unsafe block.samples.withUnsafeBufferPointer { source in
          guard let first = source.baseAddress else { return }
          unsafe target.update(from: first + row.lowerBound, count: row.count)
        }
      }
    }
  }

  public func commit() {}

  /// Takes the volume's pages out of this process's memory; the samples stay in the file.
  ///
  /// The kernel would do so only when memory is short for all, which is too late for a cap. The
  /// pages come back as they are touched.
  public func releasePages() {
    // A shared mapping's pages are the file's: dropping them here loses nothing.
    _ = unsafe madvise(base, byteCount, MADV_DONTNEED)
  }
}

/// No room for a scratch volume.
public struct ScratchError: Fault, Equatable {
  /// Where room was looked for.
  public let folder: String
  /// How much was needed.
  public let bytes: Int
  /// The system's error number.
  public let code: Int32

  public var kind: FaultKind { .resources }

  public var description: String {
    let reason = unsafe String(cString: strerror(code))
    return "No room for \(bytes >> 20) MiB of scratch data in \(folder): \(reason). "
      + "Free space there, or put the output on another disk."
  }
}
