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
  /// Value of blocks that hold nothing but it: padding.
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
    let looks = try workers.map(count) { index in
      Result { try BlockLook(of: source.read(tiles[index * tiles.count / count]), cube: cube) }
    }.map { try $0.get() }
    let broken = looks.reduce(0) { $0 + $1.notFiniteCount }
    guard broken == 0 else {
      let total = looks.reduce(0) { $0 + $1.voxelCount }
      throw PreprocessingError.notFinite(share: Double(broken) / Double(total))
    }
    let varied = looks.filter { $0.constant == nil }
    padding = looks.compactMap { $0.constant }.first
    var values = varied.flatMap { $0.values }
    values.sort()
    guard let first = values.first, let last = values.last, first < last else {
      throw PreprocessingError.constant(value: values.first ?? padding ?? 0)
    }
    centre = values[values.count / 2]
    deviation = Float(Self.moments(drawnIn: values).deviation)
    var means = varied.flatMap { $0.cubeMeans }
    means.sort()
    skewness = Self.moments(drawnIn: means).skewness
    skewnessNoise = 3 * (6 / Double(max(means.count, 1))).squareRoot()
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
  var voxelCount: Int
  var notFiniteCount = 0
  /// The block's value where it has only one.
  var constant: Float?
  /// Every 16th voxel or so.
  var values: [Float] = []
  var cubeMeans: [Float] = []

  init(of block: Block<Float>, cube: Int) {
    let samples = block.samples
    voxelCount = samples.count
    notFiniteCount = samples.reduce(0) { $0 + ($1.isFinite ? 0 : 1) }
    guard notFiniteCount == 0, let first = samples.first else { return }
    if samples.allSatisfy({ $0 == first }) {
      constant = first
      return
    }
    // 17 shares no factor with the block's edge, so all columns are met. Small blocks: all voxels.
    let step = samples.count <= 4096 ? 1 : 17
    values = stride(from: 0, to: samples.count, by: step).map { samples[$0] }
    let size = block.region.size
    let edge = min(cube, size.x, size.y, size.z)
    for z in stride(from: 0, through: size.z - edge, by: edge) {
      for y in stride(from: 0, through: size.y - edge, by: edge) {
        for x in stride(from: 0, through: size.x - edge, by: edge) {
          cubeMeans.append(Self.mean(samples, size, x, y, z, edge))
        }
      }
    }
  }

  private static func mean(
    _ samples: [Float], _ size: VolumeSize, _ x: Int, _ y: Int, _ z: Int, _ edge: Int
  ) -> Float {
    var sum: Float = 0
    for k in z..<z + edge {
      for j in y..<y + edge {
        let row = (k * size.y + j) * size.x + x
        for i in row..<row + edge { sum += samples[i] }
      }
    }
    return sum / Float(edge * edge * edge)
  }
}
