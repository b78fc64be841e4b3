import Glibc

/// A volume in an unnamed file, memory-mapped: random access without holding it in memory.
///
/// The kernel may drop its pages at any time, so a volume larger than memory works; the file has no
/// name, so nothing is left behind whatever happens, unless it is to outlive the process. Not for two
/// threads writing at once.
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
  public convenience init(geometry: VolumeGeometry, folder: String) throws(ScratchError) {
    var template = Array((folder + "/.bilayer-scratch-XXXXXX").utf8CString)
    let descriptor = unsafe mkstemp(&template)
    if 0 <= descriptor { unsafe unlink(template) }
    try self.init(geometry: geometry, descriptor: descriptor, folder: folder)
  }

  /// Takes the samples that a file of an earlier process holds; zeros where it has not as many.
  ///
  /// - Parameter file: stays when the process ends, whatever ends it; samples of the size `geometry` has, in
  ///   this machine's byte order.
  /// - Throws: `ScratchError` where the disk is full or the file cannot be written.
  public convenience init(geometry: VolumeGeometry, file: String) throws(ScratchError) {
    let descriptor = unsafe open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
    try self.init(geometry: geometry, descriptor: descriptor, folder: file)
  }

  private init(
    geometry: VolumeGeometry, descriptor: Int32, folder: String
  ) throws(ScratchError) {
    self.geometry = geometry
    byteCount = max(geometry.size.count * MemoryLayout<Sample>.stride, 1)
    guard 0 <= descriptor else { throw ScratchError(folder: folder, bytes: byteCount, code: errno) }
    defer { close(descriptor) }
    var state = stat()
    if unsafe fstat(descriptor, &state) != 0 || Int(state.st_size) != byteCount {
      guard ftruncate(descriptor, 0) == 0 else {
        throw ScratchError(folder: folder, bytes: byteCount, code: errno)
      }
    }
    // Reserves the blocks now: a full disk is an error here, not a bus error later.
    let status = posix_fallocate(descriptor, 0, byteCount)
    guard status == 0 else { throw ScratchError(folder: folder, bytes: byteCount, code: status) }
    let mapping = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else {
      throw ScratchError(folder: folder, bytes: byteCount, code: errno)
    }
    // Else every first touch of a page reads the file on for up to megabytes, and what is read in rows of
    // tiles is read many times over where not all fits into memory. `prefetch` knows better.
    _ = unsafe madvise(mapping, byteCount, MADV_RANDOM)
    unsafe base = mapping.bindMemory(to: Sample.self, capacity: geometry.size.count)
  }

  deinit { unsafe munmap(base, byteCount) }

  /// All samples, x fastest, for reading.
  ///
  /// Each page that is not in memory is waited for by itself: whoever looks at many calls `prefetch`.
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
    prefetch(region)
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

  /// Has the disk bring a region's pages, many at a time, as far as they are not in memory.
  ///
  /// Regions should be much smaller than memory.
  public func prefetch(_ region: Region) {
    precondition(geometry.bounds.contains(region), "A region read lies inside its volume.")
    guard !region.isEmpty else { return }
    let (size, last) = (geometry.size, region.upper)
    let isWhole = region.lower.y == 0 && last.y == size.y
    // Whole sections follow each other in the file.
    for z in region.lower.z..<(isWhole ? region.lower.z + 1 : last.z) {
      let first = (z * size.y + region.lower.y) * size.x + region.lower.x
      let end = ((isWhole ? last.z - 1 : z) * size.y + last.y - 1) * size.x + last.x
      willNeed(first * MemoryLayout<Sample>.stride..<end * MemoryLayout<Sample>.stride)
    }
  }

  /// Has the disk bring what lies around some voxels: whole rows, as a page holds one or more.
  ///
  /// - Parameter reach: how far around, in voxels.
  public func prefetch(around voxels: some Sequence<VoxelIndex>, reach: Int) {
    let (size, edge) = (geometry.size, 32)
    var blocks: Set<SIMD2<Int>> = []
    for voxel in voxels {
      let (y, z) = (max(voxel.y - reach, 0) / edge, max(voxel.z - reach, 0) / edge)
      for blockZ in z...max(min(voxel.z + reach, size.z - 1) / edge, z) {
        for blockY in y...max(min(voxel.y + reach, size.y - 1) / edge, y) {
          blocks.insert(SIMD2(blockY, blockZ))
        }
      }
    }
    for block in blocks.sorted(by: { ($0.y, $0.x) < ($1.y, $1.x) }) {
      let lower = VoxelIndex(x: 0, y: edge * block.x, z: edge * block.y)
      let upper = VoxelIndex(x: size.x, y: lower.y + edge, z: lower.z + edge)
      prefetch(Region(lower: lower, upper: upper).clamped(to: geometry.bounds))
    }
  }

  /// The kernel takes no more at a time than it would read ahead; 128 KiB are its least default.
  private func willNeed(_ bytes: Range<Int>) {
    let (step, page) = (128 << 10, Int(getpagesize()))
    for start in stride(from: bytes.lowerBound / page * page, to: bytes.upperBound, by: step) {
      let length = min(start + step, bytes.upperBound) - start
      _ = unsafe madvise(UnsafeMutableRawPointer(base) + start, length, MADV_WILLNEED)
    }
  }

  /// Waits until the disk has all that was written, for a file that outlives the machine's memory.
  ///
  /// - Throws: `ScratchError` where the disk fails.
  public func synchronise() throws(ScratchError) {
    guard unsafe msync(base, byteCount, MS_SYNC) == 0 else {
      throw ScratchError(folder: "its file", bytes: byteCount, code: errno)
    }
  }

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
