import RealModule
public import Volumes

// Exact Euclidean distance transform, one axis after another (Felzenszwalb & Huttenlocher,
// Distance transforms of sampled functions, Theory of Computing 8, 2012, section 2).
//
// Goals: exact; linear in voxels; anisotropic voxels; the same result on any number of threads.

/// Distance from each voxel's centre to the centre of the nearest voxel whose mask is not zero.
///
/// Zero on those voxels; +infinity everywhere where the block holds none. Voxels outside the block
/// are unknown: they are never the nearest.
///
/// - Parameters:
///   - mask: nonzero voxels are the targets.
///   - spacing: voxel edges along x, y, z; distances come in the same unit.
/// - Complexity: linear in voxels; one block of `Float` beside the mask.
public func euclideanDistance(
  toNonzeroOf mask: Block<Int8>, spacing: SIMD3<Double>, workers: Workers
) -> Block<Float> {
  euclideanDistance(of: mask, toNonzero: true, spacing: spacing, workers: workers)
}

/// Distance from each voxel's centre to the centre of the nearest voxel whose mask is zero: how deep
/// a voxel lies inside the mask.
///
/// Zero outside the mask; +infinity where the block holds no zero voxel. Voxels outside the block
/// are unknown, so a membrane cut by the border does not end there.
public func euclideanDistance(
  toZeroOf mask: Block<Int8>, spacing: SIMD3<Double>, workers: Workers
) -> Block<Float> {
  euclideanDistance(of: mask, toNonzero: false, spacing: spacing, workers: workers)
}

private func euclideanDistance(
  of mask: Block<Int8>, toNonzero: Bool, spacing: SIMD3<Double>, workers: Workers
) -> Block<Float> {
  for axis in 0..<3 { precondition(0 < spacing[axis], "A voxel's edge is above 0.") }
  let size = mask.region.size
  var squares = [Float](repeating: .infinity, count: size.count)
  guard !size.isEmpty else { return Block(region: mask.region, samples: squares) }
  let samples = mask.samples
  workers.fillRows(of: &squares, rowLength: size.x) { row, target in
    let source = samples.span.extracting((row * size.x)..<((row + 1) * size.x))
    squaredDistancesAlongRow(source, toNonzero: toNonzero, spacing: spacing.x, into: &target)
  }
  lowerEnvelopes(&squares, size: size, axis: 1, spacing: spacing.y, workers: workers)
  lowerEnvelopes(&squares, size: size, axis: 2, spacing: spacing.z, workers: workers)
  workers.fillRows(of: &squares, rowLength: size.x) { _, row in
    for x in 0..<row.count { row[x] = row[x].squareRoot() }
  }
  return Block(region: mask.region, samples: squares)
}

/// Squared distance to the nearest target in the same row: a sweep each way.
private func squaredDistancesAlongRow(
  _ source: Span<Int8>, toNonzero: Bool, spacing: Double, into target: inout MutableSpan<Float>
) {
  let count = source.count
  var last = Int.min
  for x in 0..<count {
    if (source[x] != 0) == toNonzero { last = x }
    if last == Int.min { continue }
    let distance = Double(x &- last) * spacing
    target[x] = Float(distance * distance)
  }
  last = Int.min
  for x in stride(from: count - 1, through: 0, by: -1) {
    if (source[x] != 0) == toNonzero { last = x }
    if last == Int.min { continue }
    let distance = Double(last &- x) * spacing
    target[x] = min(target[x], Float(distance * distance))
  }
}

/// Replaces each line along `axis` (1: y, 2: z) by the lower envelope of parabolas at its samples.
///
/// A unit of work is the sheet of lines that share z (axis 1) or y (axis 2): sheets are disjoint.
private func lowerEnvelopes(
  _ squares: inout [Float], size: VolumeSize, axis: Int, spacing: Double, workers: Workers
) {
  let count = axis == 1 ? size.y : size.z
  guard 1 < count else { return }
  let sheets = axis == 1 ? size.z : size.y
  let step = axis == 1 ? size.x : size.x * size.y
  let sheetStep = axis == 1 ? size.x * size.y : size.x
  unsafe squares.withUnsafeMutableBufferPointer { buffer in
    guard let base = buffer.baseAddress else { return }
    nonisolated(unsafe) let start = unsafe base
    workers.forEach(sheets) { sheet in
      var envelope = ParabolaEnvelope(capacity: count)
      // Offsets stay below sheets * count * size.x, the number of samples.
      for x in 0..<size.x {
        unsafe envelope.replaceLine(
          at: start + sheet * sheetStep + x, step: step, count: count, spacing: spacing)
      }
    }
  }
}

/// Scratch of the one-dimensional transform: the parabolas on the envelope and where each begins.
private struct ParabolaEnvelope {
  private var vertices: [Int]
  private var begins: [Double]
  private var heights: [Double]

  init(capacity: Int) {
    vertices = Array(repeating: 0, count: capacity)
    begins = Array(repeating: 0, count: capacity)
    heights = Array(repeating: 0, count: capacity)
  }

  /// Replaces a line: each stretch between zeros by itself, as no parabola from beyond a zero lies below
  /// the zero's own.
  mutating func replaceLine(
    at line: UnsafeMutablePointer<Float>, step: Int, count: Int, spacing: Double
  ) {
    var first = 0
    while first < count {
      guard unsafe line[first &* step] != 0 else {
        first &+= 1
        continue
      }
      var end = first
      while end < count, unsafe line[end &* step] != 0 { end &+= 1 }
      unsafe replaceStretch(
        first..<end, under: max(first - 1, 0)..<min(end + 1, count), of: line, step: step,
        spacing: spacing)
      first = end
    }
  }

  /// Felzenszwalb & Huttenlocher's algorithm DT(f), in units of the spacing.
  ///
  /// - Parameters:
  ///   - stretch: the samples to replace.
  ///   - parabolas: the samples whose parabolas make the envelope.
  private mutating func replaceStretch(
    _ stretch: Range<Int>, under parabolas: Range<Int>, of line: UnsafeMutablePointer<Float>,
    step: Int, spacing: Double
  ) {
    let square = spacing * spacing
    var last = -1
    for q in parabolas {
      let sample = unsafe line[q &* step]
      // A sample at infinity has no parabola.
      guard sample < .infinity else { continue }
      let height = Double(sample) / square + Double(q &* q)
      var begin = -Double.infinity
      while 0 <= last {
        begin = (height - heights[last]) / Double(2 &* (q &- vertices[last]))
        if begins[last] < begin { break }
        last &-= 1
      }
      last &+= 1
      vertices[last] = q
      heights[last] = height
      begins[last] = last == 0 ? -.infinity : begin
    }
    guard 0 <= last else { return }
    var k = 0
    for q in stretch {
      while k < last && begins[k &+ 1] < Double(q) { k &+= 1 }
      let vertex = vertices[k]
      let (offset, rest) = (q &- vertex, heights[k] - Double(vertex &* vertex))
      unsafe line[q &* step] = Float((Double(offset &* offset) + rest) * square)
    }
  }
}

extension Block where Sample == Int8 {
  /// The mask grown: 1 where a nonzero voxel's centre lies within `radius`, else 0.
  ///
  /// - Parameters:
  ///   - radius: in the unit of `spacing`; not negative.
  ///   - spacing: voxel edges along x, y, z.
  public func dilated(by radius: Double, spacing: SIMD3<Double>, workers: Workers) -> Block<Int8> {
    let limit = Float(radius.nextUp)
    let distance = euclideanDistance(toNonzeroOf: self, spacing: spacing, workers: workers)
    return Block(region: region, samples: distance.samples.map { $0 <= limit ? 1 : 0 })
  }

  /// The mask shrunk: 1 where every zero voxel's centre is farther than `radius`, else 0.
  ///
  /// Outside the block is unknown, so nothing is taken away at the border.
  public func eroded(by radius: Double, spacing: SIMD3<Double>, workers: Workers) -> Block<Int8> {
    let limit = Float(radius.nextUp)
    let distance = euclideanDistance(toZeroOf: self, spacing: spacing, workers: workers)
    return Block(region: region, samples: distance.samples.map { limit < $0 ? 1 : 0 })
  }
}
