import CTIFF
import Dispatch
import Volumes

/// An open TIFF file: the one place that calls libtiff, whose handle serves one thread at a time.
@safe
final class TIFFPages: @unchecked Sendable {
  let path: String
  let layout: TIFFLayout
  private let sample: TIFFSample
  /// Where each page's directory lies, so that going to one does not walk through all before it.
  private let directories: [UInt64]
  private let handle: OpaquePointer
  private let queue = DispatchQueue(label: "tiff")

  /// Images that follow the first page without pages of their own.
  private let appended: AppendedImages?

  var count: Int { appended?.count ?? directories.count }

  init(path: String) throws(TIFFError) {
    Self.silenceLibrary
    self.path = path
    // "m": no memory map, or a file that is cut short while open would kill the program.
    guard let handle = unsafe TIFFOpen(path, "rm") else {
      throw TIFFError.notTIFF(path: path, reason: "its header or first directory is damaged")
    }
    unsafe self.handle = handle
    do throws(TIFFError) {
      (layout, directories) = try unsafe Self.survey(handle, path: path)
      guard let sample = layout.sample else {
        throw TIFFError.unusableSamples(path: path, found: layout.story)
      }
      self.sample = sample
      appended = try unsafe AppendedImages(
        handle, path: path, pages: directories.count, layout: layout, sample: sample)
    } catch {
      unsafe TIFFClose(handle)
      throw error
    }
  }

  deinit { unsafe TIFFClose(handle) }

  /// The library writes to standard error unless told not to; its errors are ours to tell.
  private static let silenceLibrary: Void = {
    unsafe TIFFSetErrorHandler(nil)
    unsafe TIFFSetWarningHandler(nil)
  }()

  private static func survey(
    _ handle: OpaquePointer, path: String
  ) throws(TIFFError) -> (TIFFLayout, [UInt64]) {
    let first = unsafe layout(of: handle)
    var directories: [UInt64] = []
    var seen: Set<UInt64> = []
    repeat {
      let offset = unsafe TIFFCurrentDirOffset(handle)
      guard seen.insert(offset).inserted else {
        throw TIFFError.notTIFF(path: path, reason: "its directories run in a circle")
      }
      let layout = unsafe layout(of: handle)
      guard layout == first else {
        throw TIFFError.unevenStack(
          path: path, image: directories.count + 1, found: layout.story, expected: first.story)
      }
      directories.append(offset)
    } while unsafe TIFFReadDirectory(handle) == 1
    let (voxels, overflow) = first.width.multipliedReportingOverflow(by: first.height)
    let mostVoxels = unsafe mostDecodedBytes(of: handle) / max(first.bitsPerSample, 1)
    guard !overflow, voxels / 8 <= mostVoxels,
      !voxels.multipliedReportingOverflow(by: 8 * directories.count).overflow
    else {
      throw TIFFError.notTIFF(path: path, reason: "it says it holds \(first.story)")
    }
    return (first, directories)
  }

  private static func layout(of handle: OpaquePointer) -> TIFFLayout {
    func long(_ tag: Int32) -> Int { unsafe number(tag, of: handle) }
    func short(_ tag: Int32) -> Int {
      var value: UInt16 = 0
      unsafe withUnsafeMutablePointer(to: &value) { pointer in
        _ = unsafe withVaList([pointer]) { unsafe TIFFVGetFieldDefaulted(handle, UInt32(tag), $0) }
      }
      return Int(value)
    }
    return TIFFLayout(
      width: long(TIFFTAG_IMAGEWIDTH), height: long(TIFFTAG_IMAGELENGTH),
      bitsPerSample: short(TIFFTAG_BITSPERSAMPLE), format: max(short(TIFFTAG_SAMPLEFORMAT), 1),
      channels: short(TIFFTAG_SAMPLESPERPIXEL))
  }

  /// A field of the present page that is stored as 32 bits; the format's default where it is missing.
  private static func number(_ tag: Int32, of handle: OpaquePointer) -> Int {
    var value: UInt32 = 0
    unsafe withUnsafeMutablePointer(to: &value) { pointer in
      _ = unsafe withVaList([pointer]) { unsafe TIFFVGetFieldDefaulted(handle, UInt32(tag), $0) }
    }
    return Int(value)
  }

  /// Reads what a block holds of one page.
  func read(page: Int, into block: inout Block<Float>) throws(TIFFError) {
    var target = block
    block.samples = []
    let isRead: Bool
    if let appended {
      isRead = appended.read(page: page, layout: layout, sample: sample, into: &target)
    } else {
      isRead = queue.sync { readLocked(page: page, into: &target) }
    }
    block = target
    guard isRead else { throw TIFFError.damagedImage(path: path, image: page + 1) }
  }

  /// Bytes that a page, strip or tile can decode to, so that room is not reserved on the word of a
  /// damaged size.
  ///
  /// Deflate's and LZW's best is 1 in 1032 and 1 in 2700; 64 MiB is more than any usual tile takes.
  private static func mostDecodedBytes(of handle: OpaquePointer) -> Int {
    let fileBytes = unsafe TIFFGetSizeProc(handle)?(TIFFClientdata(handle)) ?? 0
    return max(1 << 26, min(Int(clamping: fileBytes), 1 << 40) * 4096)
  }

  private func readLocked(page: Int, into block: inout Block<Float>) -> Bool {
    guard unsafe TIFFSetSubDirectory(handle, directories[page]) == 1 else { return false }
    let isTiled = unsafe TIFFIsTiled(handle) != 0
    let piece = pieceSize(isTiled: isTiled)
    let mostBytes = unsafe Self.mostDecodedBytes(of: handle)
    guard 0 < piece.width, 0 < piece.height, 0 < piece.bytes, piece.bytes <= mostBytes else {
      return false
    }
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: piece.bytes, alignment: 16)
    defer { unsafe buffer.deallocate() }
    let region = block.region
    let firstY = region.lower.y / piece.height * piece.height
    let firstX = region.lower.x / piece.width * piece.width
    for y in stride(from: firstY, to: region.upper.y, by: piece.height) {
      for x in stride(from: firstX, to: region.upper.x, by: piece.width) {
        let box = Region(
          lower: VoxelIndex(x: x, y: y, z: page),
          upper: VoxelIndex(
            x: min(x + piece.width, layout.width), y: min(y + piece.height, layout.height),
            z: page + 1))
        let needed = (box.size.y - 1) * piece.width + box.size.x
        guard
          unsafe decode(x: x, y: y, isTiled: isTiled, piece: piece, into: buffer)
            >= needed * sample.byteCount
        else { return false }
        unsafe copy(buffer, of: box, rowLength: piece.width, into: &block)
      }
    }
    return true
  }

  /// Size of a strip or tile, and the bytes one decodes to; a strip is as wide as the page.
  private func pieceSize(isTiled: Bool) -> (width: Int, height: Int, bytes: Int) {
    func long(_ tag: Int32) -> Int { unsafe Self.number(tag, of: handle) }
    if isTiled {
      let (width, height) = (long(TIFFTAG_TILEWIDTH), long(TIFFTAG_TILELENGTH))
      return (
        width, height, max(Int(unsafe TIFFTileSize(handle)), width * height * sample.byteCount)
      )
    }
    let height = min(max(long(TIFFTAG_ROWSPERSTRIP), 1), layout.height)
    let bytes = layout.width * height * sample.byteCount
    return (layout.width, height, max(Int(unsafe TIFFStripSize(handle)), bytes))
  }

  private func decode(
    x: Int, y: Int, isTiled: Bool, piece: (width: Int, height: Int, bytes: Int),
    into buffer: UnsafeMutableRawPointer
  ) -> Int {
    if isTiled {
      let tile = unsafe TIFFComputeTile(handle, UInt32(x), UInt32(y), 0, 0)
      return Int(unsafe TIFFReadEncodedTile(handle, tile, buffer, tmsize_t(piece.bytes)))
    }
    let strip = unsafe TIFFComputeStrip(handle, UInt32(y), 0)
    return Int(unsafe TIFFReadEncodedStrip(handle, strip, buffer, tmsize_t(piece.bytes)))
  }

  private func copy(
    _ buffer: UnsafeMutableRawPointer, of box: Region, rowLength: Int,
    into block: inout Block<Float>
  ) {
    let shared = box.clamped(to: block.region)
    for y in shared.lower.y..<shared.upper.y where !shared.isEmpty {
      let first = VoxelIndex(x: shared.lower.x, y: y, z: box.lower.z)
      let start = block.offset(of: first)
      // Inside the piece: the shared part lies inside the box.
      let offset = (y - box.lower.y) * rowLength + shared.lower.x - box.lower.x
      let source = unsafe buffer + offset * sample.byteCount
      unsafe block.samples.withUnsafeMutableBufferPointer { samples in
        let row = unsafe UnsafeMutableBufferPointer(
          rebasing: samples[start..<(start + shared.size.x)])
        unsafe sample.convert(source, to: row)
      }
    }
  }
}
