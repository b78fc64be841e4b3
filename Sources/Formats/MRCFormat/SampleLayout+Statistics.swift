extension SampleLayout {
  /// Statistics of a run of samples in a file, 1 MiB at a time.
  ///
  /// - Parameters:
  ///   - offset: byte where the samples begin.
  ///   - read: fills a span with the bytes from an offset on.
  func statistics(
    at offset: Int, rows: Int = 1, read: (inout MutableRawSpan, Int) throws -> Void
  ) throws -> MRCStatistics {
    var accumulator = StatisticsAccumulator()
    // An even number, so that a piece of 4-bit samples begins with a whole byte.
    let pieceLength = min(columns + columns % 2, 1 << 18)
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(pieceLength * bytesPerSample, 16), alignment: 64)
    defer { unsafe bytes.deallocate() }
    var floats = [Float](repeating: 0, count: pieceLength)
    for row in 0..<rows {
      for first in stride(from: 0, to: columns, by: pieceLength) {
        let count = min(pieceLength, columns - first)
        let piece = SampleLayout(kind: kind, isSwapped: isSwapped, columns: count)
        let skipped = SampleLayout(kind: kind, isSwapped: isSwapped, columns: first).bytesPerRow
        let stored = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[..<piece.bytesPerRow])
        var span = unsafe MutableRawSpan(_unsafeBytes: stored)
        try read(&span, offset + row * bytesPerRow + skipped)
        unsafe floats.withUnsafeMutableBufferPointer { buffer in
          let place = unsafe UnsafeMutableBufferPointer(rebasing: buffer[..<count])
          unsafe convert(UnsafeRawBufferPointer(stored), to: place)
          unsafe accumulator.add(UnsafeBufferPointer(place))
        }
      }
    }
    return accumulator.statistics
  }
}
