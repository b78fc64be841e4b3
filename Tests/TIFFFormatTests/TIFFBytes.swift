/// A TIFF file put together byte by byte: classic, one strip or tile layout for all pages.
struct TIFFBytes {
  var width = 5
  var height = 4
  var bits = 8
  /// SAMPLEFORMAT: 1 unsigned, 2 signed, 3 float.
  var format = 1
  var channels = 1
  var rowsPerStrip = 4
  var isBigEndian = false
  /// PackBits, in literal runs.
  var isPacked = false
  /// Text of the first page; 5 characters at least.
  var description = ""
  /// Tiles of 16 x 16 instead of strips.
  var isTiled = false

  private func stored(_ value: UInt64, _ width: Int) -> [UInt8] {
    let little = (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    return isBigEndian ? little.reversed() : little
  }

  /// The file whose pages hold these bits, row by row.
  func file(pages: [[UInt64]]) -> [UInt8] {
    var bytes: [UInt8] = (isBigEndian ? [0x4d, 0x4d] : [0x49, 0x49]) + stored(42, 2)
    bytes += stored(8, 4)
    for (number, page) in pages.enumerated() {
      let pieces = (isTiled ? tiles(of: page) : strips(of: page)).map { packed($0) }
      let directory = directoryBytes(at: bytes.count, pieces: pieces)
      bytes += directory
      let next = bytes.count + 4 + 8 * pieces.count + pieces.reduce(0) { $0 + $1.count }
      let padding = next % 2
      bytes += stored(number == pages.count - 1 ? 0 : UInt64(next + padding), 4)
      var offset = bytes.count + 8 * pieces.count
      for piece in pieces {
        bytes += stored(UInt64(offset), 4)
        offset += piece.count
      }
      for piece in pieces { bytes += stored(UInt64(piece.count), 4) }
      bytes += pieces.flatMap { $0 } + [UInt8](repeating: 0, count: padding)
    }
    guard !description.isEmpty else { return bytes }
    bytes += [UInt8](repeating: 0, count: descriptionOffset - bytes.count)
    return bytes + Array(description.utf8) + [0]
  }

  /// Beyond all test images.
  private let descriptionOffset = 4000

  private func directoryBytes(at start: Int, pieces: [[UInt8]]) -> [UInt8] {
    let count = pieces.count
    let tables = UInt64(start + 2 + 12 * ((isTiled ? 12 : 11) + (description.isEmpty ? 0 : 1)) + 4)
    func entry(_ tag: UInt64, _ type: UInt64, _ count: Int, _ value: UInt64) -> [UInt8] {
      let number = type == 3 ? stored(value, 2) + [0, 0] : stored(value, 4)
      return stored(tag, 2) + stored(type, 2) + stored(UInt64(count), 4) + number
    }
    // A single number stands in the entry itself.
    func table(_ tag: UInt64, _ place: Int) -> [UInt8] {
      let offset = tables + UInt64(4 * count * place)
      guard count == 1 else { return entry(tag, 4, count, offset) }
      return entry(tag, 4, 1, place == 0 ? tables + 8 : UInt64(pieces[0].count))
    }
    var entries = [
      entry(256, 3, 1, UInt64(width)), entry(257, 3, 1, UInt64(height)),
      entry(258, 3, 1, UInt64(bits)), entry(259, 3, 1, isPacked ? 32773 : 1), entry(262, 3, 1, 1),
    ]
    // The text stands at the end of the file.
    if !description.isEmpty {
      entries.append(entry(270, 2, description.utf8.count + 1, UInt64(descriptionOffset)))
    }
    if isTiled {
      entries += [
        entry(277, 3, 1, UInt64(channels)), entry(284, 3, 1, 1), entry(322, 3, 1, 16),
        entry(323, 3, 1, 16), table(324, 0), table(325, 1),
      ]
    } else {
      entries += [
        table(273, 0), entry(277, 3, 1, UInt64(channels)), entry(278, 3, 1, UInt64(rowsPerStrip)),
        table(279, 1), entry(284, 3, 1, 1),
      ]
    }
    entries.append(entry(339, 3, 1, UInt64(format)))
    return stored(UInt64(entries.count), 2) + entries.flatMap { $0 }
  }

  private func row(_ page: [UInt64], _ y: Int) -> [UInt8] {
    let length = width * channels
    return page[(y * length)..<((y + 1) * length)].flatMap { stored($0, bits / 8) }
  }

  private func strips(of page: [UInt64]) -> [[UInt8]] {
    stride(from: 0, to: height, by: rowsPerStrip).map { first in
      (first..<min(first + rowsPerStrip, height)).flatMap { row(page, $0) }
    }
  }

  private func tiles(of page: [UInt64]) -> [[UInt8]] {
    var tiles: [[UInt8]] = []
    for top in stride(from: 0, to: height, by: 16) {
      for left in stride(from: 0, to: width, by: 16) {
        var tile: [UInt8] = []
        for y in top..<(top + 16) {
          for x in left..<(left + 16) {
            let value = y < height && x < width ? page[y * width + x] : 0
            tile += stored(value, bits / 8)
          }
        }
        tiles.append(tile)
      }
    }
    return tiles
  }

  private func packed(_ bytes: [UInt8]) -> [UInt8] {
    guard isPacked else { return bytes }
    return stride(from: 0, to: bytes.count, by: 128).flatMap { first -> [UInt8] in
      let run = bytes[first..<min(first + 128, bytes.count)]
      return [UInt8(run.count - 1)] + run
    }
  }
}
