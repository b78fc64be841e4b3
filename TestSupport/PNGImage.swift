import CZlib
import Glibc

/// A picture from a PNG file, for tests that look at what was drawn.
///
/// Reads what browsers write: 8 bits a sample, colour with or without alpha, not interlaced.
public struct PNGImage {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Red, green, blue of each pixel, rows from the top.
  public let pixels: [SIMD3<UInt8>]

  /// Decodes a file's bytes; nil where they are not such a picture.
  public init?(_ bytes: [UInt8]) {
    guard bytes.starts(with: [0x89, 0x50, 0x4e, 0x47]), 33 < bytes.count else { return nil }
    func number(_ at: Int) -> Int { bytes[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) } }
    (width, height) = (number(16), number(20))
    let channels = bytes[25] == 6 ? 4 : 3
    guard bytes[24] == 8, bytes[25] == 2 || bytes[25] == 6, bytes[28] == 0 else { return nil }
    var (compressed, at): ([UInt8], Int) = ([], 8)
    while at + 12 <= bytes.count {
      let length = number(at)
      if bytes[(at + 4)..<(at + 8)].elementsEqual("IDAT".utf8) {
        compressed += bytes[(at + 8)..<(at + 8 + length)]
      }
      at += length + 12
    }
    let stride = width * channels
    guard let raw = Self.inflated(compressed, count: height * (stride + 1)) else { return nil }
    pixels = Self.unfiltered(raw, width: width, height: height, channels: channels)
  }

  /// Reads a file; nil where there is none or it is not such a picture.
  public init?(path: String) {
    guard let file = unsafe fopen(path, "rb") else { return nil }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while case let got = unsafe fread(&piece, 1, 1 << 16, file), 0 < got { bytes += piece[..<got] }
    self.init(bytes)
  }

  /// The pixel at a column and a row from the top.
  public subscript(x: Int, y: Int) -> SIMD3<UInt8> { pixels[y * width + x] }

  private static func inflated(_ bytes: [UInt8], count: Int) -> [UInt8]? {
    var target = [UInt8](repeating: 0, count: count)
    var length = UInt(count)
    // zlib writes at most `length` bytes into `target`, which has that many.
    let status = unsafe uncompress(&target, &length, bytes, UInt(bytes.count))
    return status == Z_OK && Int(length) == count ? target : nil
  }

  /// Undoes the filter of each row (PNG specification, 9.2).
  private static func unfiltered(
    _ raw: [UInt8], width: Int, height: Int, channels: Int
  ) -> [SIMD3<UInt8>] {
    let stride = width * channels
    var pixels: [SIMD3<UInt8>] = []
    pixels.reserveCapacity(width * height)
    var above = [UInt8](repeating: 0, count: stride)
    for y in 0..<height {
      let start = y * (stride + 1)
      var row = Array(raw[(start + 1)..<(start + 1 + stride)])
      for x in 0..<stride {
        let left = x < channels ? 0 : row[x - channels]
        let corner = x < channels ? 0 : above[x - channels]
        row[x] &+= prediction(raw[start], left: left, up: above[x], corner: corner)
      }
      for x in 0..<width {
        pixels.append(SIMD3(row[x * channels], row[x * channels + 1], row[x * channels + 2]))
      }
      above = row
    }
    return pixels
  }

  private static func prediction(
    _ filter: UInt8, left: UInt8, up: UInt8, corner: UInt8
  ) -> UInt8 {
    switch filter {
    case 1: return left
    case 2: return up
    case 3: return UInt8((Int(left) + Int(up)) / 2)
    case 4:
      let estimate = Int(left) + Int(up) - Int(corner)
      let (toLeft, toUp) = (abs(estimate - Int(left)), abs(estimate - Int(up)))
      let toCorner = abs(estimate - Int(corner))
      return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner
    default: return 0
    }
  }
}
