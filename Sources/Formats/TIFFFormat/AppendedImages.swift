import CTIFF
import Volumes
import WorkLedger

/// ImageJ's way with stacks beyond 4 GiB: one page, and all images after each other, unpacked, from
/// that page's data on. How many there are stands in the page's description.
struct AppendedImages: Sendable {
  let count: Int
  private let file: InputFile
  private let offset: Int
  private let isSwapped: Bool

  /// Finds such a stack; nil where the file is an ordinary one.
  ///
  /// - Throws: `TIFFError.damagedImage` where the file ends before the images do.
  init?(
    _ handle: OpaquePointer, path: String, pages: Int, layout: TIFFLayout, sample: TIFFSample
  ) throws(TIFFError) {
    guard pages == 1, let text = unsafe Self.description(handle), text.hasPrefix("ImageJ=") else {
      return nil
    }
    let line = text.split(separator: "\n").first { $0.hasPrefix("images=") }
    guard let images = line.flatMap({ Int($0.dropFirst(7)) }), 1 < images else { return nil }
    count = images
    offset = Int(unsafe TIFFGetStrileOffset(handle, 0))
    isSwapped = unsafe TIFFIsByteSwapped(handle) != 0
    do { file = try InputFile(path: path) } catch { throw TIFFError.file(error) }
    let perImage = layout.width * layout.height * sample.byteCount
    let (all, overflow) = perImage.multipliedReportingOverflow(by: images)
    guard !overflow, all <= file.byteCount - offset else {
      throw TIFFError.damagedImage(path: path, image: max(1, (file.byteCount - offset) / perImage))
    }
  }

  private static func description(_ handle: OpaquePointer) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    let found = unsafe withUnsafeMutablePointer(to: &text) { pointer in
      unsafe withVaList([pointer]) {
        unsafe TIFFVGetField(handle, UInt32(TIFFTAG_IMAGEDESCRIPTION), $0)
      }
    }
    guard found == 1, let text = unsafe text else { return nil }
    return unsafe String(cString: text)
  }

  /// Reads what a block holds of one image.
  func read(
    page: Int, layout: TIFFLayout, sample: TIFFSample, into block: inout Block<Float>
  ) -> Bool {
    let region = block.region
    let width = sample.byteCount
    for y in region.lower.y..<region.upper.y {
      let row = (page * layout.height + y) * layout.width + region.lower.x
      guard var bytes = try? file.read(at: offset + row * width, count: region.size.x * width)
      else { return false }
      if isSwapped && 1 < width {
        for first in stride(from: 0, to: bytes.count, by: width) {
          bytes[first..<(first + width)].reverse()
        }
      }
      let place = block.rowRange(y: y, z: page)
      unsafe bytes.withUnsafeBytes { source in
        guard let base = source.baseAddress else { return }
        unsafe block.samples.withUnsafeMutableBufferPointer { samples in
          unsafe sample.convert(base, to: UnsafeMutableBufferPointer(rebasing: samples[place]))
        }
      }
    }
    return true
  }
}
