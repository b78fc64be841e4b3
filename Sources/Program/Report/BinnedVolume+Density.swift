import Volumes

extension BinnedVolume {
  /// Reads a tomogram box by box into grey values.
  ///
  /// Black and white are the 0.2 and 99.8 percentiles of the binned densities, so that a gold bead
  /// does not eat the contrast. Non-finite voxels count as 0 and end up wherever 0 does.
  mutating func addDensity(_ tomogram: any VolumeSource<Float>) throws {
    var means = [Float](repeating: 0, count: geometry.size.count)
    for box in boxes(of: tomogram.geometry.bounds) {
      accumulate(try tomogram.read(box), into: &means)
    }
    limits = Self.limits(of: means)
    let (low, scale) = (limits.lowerBound, 255 / (limits.upperBound - limits.lowerBound))
    density = means.map { UInt8(min(max(($0 - low) * scale + 0.5, 0), 255)) }
  }

  private func accumulate(_ block: Block<Float>, into means: inout [Float]) {
    let (size, lower, upper) = (geometry.size, block.region.lower, block.region.upper)
    let samples = block.samples.span
    for z in (lower.z / factor)..<((upper.z + factor - 1) / factor) {
      let sections = (z * factor)..<min((z + 1) * factor, upper.z)
      for y in (lower.y / factor)..<((upper.y + factor - 1) / factor) {
        let rows = (y * factor)..<min((y + 1) * factor, upper.y)
        var binned = [Float](repeating: 0, count: size.x)
        var target = binned.mutableSpan
        for section in sections {
          for row in rows {
            addBinnedRow(
              samples.extracting(block.rowRange(y: row, z: section)), factor: factor, to: &target)
          }
        }
        scaleBinnedRow(
          &target, factor: factor, samples: upper.x, rows: sections.count * rows.count)
        let start = (z * size.y + y) * size.x
        means.replaceSubrange(start..<(start + size.x), with: binned)
      }
    }
  }

  /// 0.2 and 99.8 percentiles, never equal.
  ///
  /// A histogram of 4096 bins is drawn anew between the limits it gave: one voxel far out makes the
  /// first one's bins too wide, and no longer counts in the next.
  static func limits(of values: [Float]) -> ClosedRange<Float> {
    guard var low = values.min(), var high = values.max(), low < high else {
      let value = values.first ?? 0
      return (value - 0.5)...(value + 0.5)
    }
    for _ in 0..<4 { (low, high) = narrowed(values, low: low, high: high) }
    return low...high
  }

  private static func narrowed(
    _ values: [Float], low: Float, high: Float
  ) -> (low: Float, high: Float) {
    let (bins, width) = (4096, (high - low) / 4096)
    guard low < low + width, high - width < high else { return (low, high) }
    var counts = [Int](repeating: 0, count: bins)
    for value in values {
      counts[min(max(Int(((value - low) / width).rounded(.down)), 0), bins - 1)] += 1
    }
    let tail = values.count / 500
    func edge(_ order: some Sequence<Int>) -> Int {
      var seen = 0
      for bin in order {
        seen += counts[bin]
        if tail < seen { return bin }
      }
      return 0
    }
    let (first, last) = (edge(0..<bins), edge((0..<bins).reversed()))
    return (low + Float(first) * width, low + Float(last + 1) * width)
  }
}

/// Adds each run of `factor` samples of a row to one binned sample; non-finite samples count as 0.
func addBinnedRow(_ row: Span<Float>, factor: Int, to target: inout MutableSpan<Float>) {
  for x in 0..<target.count {
    var sum: Float = 0
    for index in (x &* factor)..<min((x &+ 1) &* factor, row.count) {
      let value = row[index]
      sum += value.isFinite ? value : 0
    }
    target[x] += sum
  }
}

/// Turns sums into means; the last binned sample may stand for fewer than `factor` samples a row.
func scaleBinnedRow(_ row: inout MutableSpan<Float>, factor: Int, samples: Int, rows: Int) {
  for x in 0..<row.count {
    row[x] /= Float(min(factor, samples &- x &* factor) &* rows)
  }
}
