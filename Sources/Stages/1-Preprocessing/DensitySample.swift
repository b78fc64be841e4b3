import Volumes

/// What a look at up to 512 evenly spread blocks tells of a tomogram's grey values.
///
/// Memory: a sixteenth of the voxels looked at, at most 1 M; cost independent of the volume's size.
struct DensitySample {
  /// Background: the median.
  let centre: Float
  /// S.d. of the values with the outermost 0.5 % on each side drawn in.
  let deviation: Float
  /// Skewness of the means of small cubes; positive where the rare, outlying matter is bright.
  let skewness: Double
  /// Skewness that chance alone would not exceed in one volume of 300.
  let skewnessNoise: Double
  /// Value of rows of voxels that hold nothing but it: empty margins.
  let padding: Float?

  private static let edge = 32
  private static let blockLimit = 512

  /// Looks at a volume.
  ///
  /// - Parameter cube: edge, in voxels, of the cubes whose means are judged.
  init(of source: any VolumeSource<Float>, cube: Int, workers: Workers) throws {
    let tiles = source.geometry.bounds.tiles(
      of: VolumeSize(x: Self.edge, y: Self.edge, z: Self.edge))
    let count = min(Self.blockLimit, tiles.count)
    let chosen = (0..<count).map { tiles[$0 * tiles.count / count] }
    func look<Look: Sendable>(
      _ body: @escaping @Sendable (Block<Float>) -> Look
    ) throws -> [Look] {
      try workers.map(count) { index in
        Result { try body(source.read(chosen[index])) }
      }.map { try $0.get() }
    }
    let padding = try look { Self.padding(in: $0) }.compactMap { $0 }.first
    let voxelCount = chosen.reduce(0) { $0 + $1.size.count }
    // 17 shares no factor with a block's edge, so all columns are met.
    let step = voxelCount <= 1 << 18 ? 1 : 17
    let looks = try look { BlockLook(of: $0, cube: cube, step: step, padding: padding) }
    let broken = looks.reduce(0) { $0 + $1.notFiniteCount }
    guard broken == 0 else {
      throw PreprocessingError.notFinite(share: Double(broken) / Double(voxelCount))
    }
    var values = looks.flatMap { $0.values }
    values.sort()
    guard let first = values.first, let last = values.last, first < last else {
      throw PreprocessingError.constant(value: values.first ?? padding ?? 0)
    }
    self.padding = padding
    centre = values[values.count / 2]
    deviation = Float(Self.moments(drawnIn: values).deviation)
    var means = looks.flatMap { $0.cubeMeans }
    means.sort()
    skewness = Self.moments(drawnIn: means).skewness
    skewnessNoise = 3 * (6 / Double(max(means.count, 1))).squareRoot()
  }

  /// The value that fills an eighth or more of a block's rows from end to end: density never does.
  private static func padding(in block: Block<Float>) -> Float? {
    let size = block.region.size
    guard 8 <= size.x else { return nil }
    var counts: [Float: Int] = [:]
    let samples = block.samples.span
    for row in stride(from: 0, to: samples.count, by: size.x) {
      let first = samples[row]
      var isConstant = true
      for place in row + 1..<row + size.x where samples[place] != first {
        isConstant = false
        break
      }
      if isConstant { counts[first, default: 0] += 1 }
    }
    // Ties are broken by value, so that the answer does not depend on the dictionary's order.
    let commonest = counts.max { ($0.value, $0.key) < ($1.value, $1.key) }
    return commonest.flatMap { size.rowCount <= 8 * $0.value ? $0.key : nil }
  }

  /// Moments of sorted values after drawing the outermost 0.5 % on each side in to what is there.
  private static func moments(
    drawnIn sorted: [Float]
  ) -> (deviation: Double, skewness: Double) {
    guard let first = sorted.first, let last = sorted.last, first < last else { return (0, 0) }
    let cut = sorted.count / 200
    let (low, high) = (sorted[cut], sorted[sorted.count - 1 - cut])
    // A tenth of a per cent of outliers in a constant volume: nothing is left after drawing in.
    let bounds = low < high ? low...high : first...last
    let drawn = sorted.lazy.map { Double(min(max($0, bounds.lowerBound), bounds.upperBound)) }
    let count = Double(sorted.count)
    let mean = drawn.reduce(0, +) / count
    var (second, third) = (0.0, 0.0)
    for value in drawn {
      let offset = value - mean
      second += offset * offset / count
      third += offset * offset * offset / count
    }
    return (second.squareRoot(), third / (second * second.squareRoot()))
  }
}

/// What one block tells.
private struct BlockLook: Sendable {
  var notFiniteCount = 0
  /// Every `step`th voxel, padding left out.
  var values: [Float] = []
  /// Means of cubes; those with more than an eighth of padding left out.
  var cubeMeans: [Float] = []

  init(of block: Block<Float>, cube: Int, step: Int, padding: Float?) {
    let samples = block.samples
    notFiniteCount = samples.reduce(0) { $0 + ($1.isFinite ? 0 : 1) }
    guard notFiniteCount == 0 else { return }
    // NaN equals nothing: no voxel is padding where there is none.
    let padding = padding ?? .nan
    for place in stride(from: 0, to: samples.count, by: step) where samples[place] != padding {
      values.append(samples[place])
    }
    let size = block.region.size
    let edge = min(cube, size.x, size.y, size.z)
    for z in stride(from: 0, through: size.z - edge, by: edge) {
      for y in stride(from: 0, through: size.y - edge, by: edge) {
        for x in stride(from: 0, through: size.x - edge, by: edge) {
          let corner = (z * size.y + y) * size.x + x
          let mean = Self.mean(samples, size, corner: corner, edge: edge, padding: padding)
          if let mean { cubeMeans.append(mean) }
        }
      }
    }
  }

  /// Mean of a cube, or nil where it is mostly padding.
  private static func mean(
    _ samples: [Float], _ size: VolumeSize, corner: Int, edge: Int, padding: Float
  ) -> Float? {
    var sum: Float = 0
    var empty = 0
    for k in 0..<edge {
      for j in 0..<edge {
        let row = corner + (k * size.y + j) * size.x
        for value in samples[row..<row + edge] {
          sum += value
          empty += value == padding ? 1 : 0
        }
      }
    }
    let count = edge * edge * edge
    return 8 * empty <= count ? sum / Float(count) : nil
  }
}
