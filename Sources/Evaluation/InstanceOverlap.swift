import Volumes

/// How many voxels each instance of a result shares with each instance of the truth: what every
/// measure of separation is computed from.
struct InstanceOverlap: Equatable, Sendable {
  /// An instance of the result and one of the truth.
  struct Pair: Hashable, Sendable {
    var predicted: UInt16
    var truth: UInt16
  }

  /// Voxels of each pair that has any.
  var shared: [Pair: Int] = [:]
  /// Voxels of each instance of the result.
  var predictedVoxels: [UInt16: Int] = [:]
  /// Voxels of each instance of the truth.
  var truthVoxels: [UInt16: Int] = [:]

  /// The pairs in a fixed order, by truth and then by result.
  var sortedPairs: [(pair: Pair, voxels: Int)] {
    shared.sorted { ($0.key.truth, $0.key.predicted) < ($1.key.truth, $1.key.predicted) }
      .map { ($0.key, $0.value) }
  }

  mutating func add(_ other: InstanceOverlap) {
    shared.merge(other.shared, uniquingKeysWith: +)
    predictedVoxels.merge(other.predictedVoxels, uniquingKeysWith: +)
    truthVoxels.merge(other.truthVoxels, uniquingKeysWith: +)
  }

  /// Adds a run of voxels that carry the same two labels; 0 is no instance.
  mutating func add(predicted: UInt16, truth: UInt16, voxels: Int) {
    if predicted != 0 { predictedVoxels[predicted, default: 0] += voxels }
    if truth != 0 { truthVoxels[truth, default: 0] += voxels }
    if predicted != 0 && truth != 0 {
      shared[Pair(predicted: predicted, truth: truth), default: 0] += voxels
    }
  }
}

/// Counts shared voxels as the labels are.
///
/// - Parameters:
///   - predicted: instances of the result, 0 elsewhere and where the truth is ignored.
///   - truth: instances of the truth, 0 elsewhere.
func instanceOverlap(
  predicted: Block<UInt16>, truth: Block<UInt16>, workers: Workers
) -> InstanceOverlap {
  precondition(predicted.region == truth.region, "Labels compared cover the same voxels.")
  let sections = predicted.region.size.z
  let length = predicted.region.size.x * predicted.region.size.y
  let parts = workers.map(sections) { section in
    let range = (section * length)..<((section + 1) * length)
    let result = predicted.samples.span.extracting(range)
    let reference = truth.samples.span.extracting(range)
    var overlap = InstanceOverlap()
    var (labels, run) = ((result: UInt16(0), truth: UInt16(0)), 0)
    for offset in result.indices {
      let (p, g) = (result[offset], reference[offset])
      if p != labels.result || g != labels.truth {
        overlap.add(predicted: labels.result, truth: labels.truth, voxels: run)
        (labels, run) = ((p, g), 0)
      }
      run &+= 1
    }
    overlap.add(predicted: labels.result, truth: labels.truth, voxels: run)
    return overlap
  }
  return parts.reduce(into: InstanceOverlap()) { $0.add($1) }
}

/// Counts shared voxels after every instance, of the result and of the truth, has grown by its
/// 6-neighbours.
///
/// Grown instances may share voxels with each other: a voxel between two of them belongs to both.
/// Ignored voxels belong to none.
func dilatedInstanceOverlap(
  predicted: Block<UInt16>, truth: Block<UInt16>, roles: Block<UInt8>, workers: Workers
) -> InstanceOverlap {
  let size = predicted.region.size
  let parts = workers.map(size.z) { z in
    var overlap = InstanceOverlap()
    var (near, nearTruth): ([UInt16], [UInt16]) = ([], [])
    var (earlier, earlierTruth): ([UInt16], [UInt16]) = ([], [])
    var run = 0
    for y in 0..<size.y {
      let result = CrossRows(predicted, y: y, z: z)
      let reference = CrossRows(truth, y: y, z: z)
      for x in 0..<size.x {
        let ignored = roles.samples[result.row &+ x] == LabelRoles.ignored
        result.labels(x: x, counted: !ignored, into: &near)
        reference.labels(x: x, counted: !ignored, into: &nearTruth)
        if near != earlier || nearTruth != earlierTruth {
          overlap.add(earlier, earlierTruth, voxels: run)
          (earlier, earlierTruth, run) = (near, nearTruth, 0)
        }
        run &+= 1
      }
    }
    overlap.add(earlier, earlierTruth, voxels: run)
    return overlap
  }
  return parts.reduce(into: InstanceOverlap()) { $0.add($1) }
}

extension InstanceOverlap {
  /// Adds a run of voxels that carry the same two sets of labels.
  fileprivate mutating func add(_ predicted: [UInt16], _ truth: [UInt16], voxels: Int) {
    for label in predicted { predictedVoxels[label, default: 0] += voxels }
    for label in truth { truthVoxels[label, default: 0] += voxels }
    for p in predicted {
      for g in truth { shared[Pair(predicted: p, truth: g), default: 0] += voxels }
    }
  }
}

/// A row of labels and where its four neighbouring rows begin; those outside the block repeat it.
private struct CrossRows {
  let labels: [UInt16]
  let width: Int
  let row: Int
  let neighbours: [4 of Int]

  init(_ block: Block<UInt16>, y: Int, z: Int) {
    let size = block.region.size
    (labels, width) = (block.samples, size.x)
    func start(_ y: Int, _ z: Int) -> Int {
      (min(max(z, 0), size.z - 1) * size.y + min(max(y, 0), size.y - 1)) * size.x
    }
    row = start(y, z)
    neighbours = [start(y - 1, z), start(y + 1, z), start(y, z - 1), start(y, z + 1)]
  }

  /// The labels of a voxel and its 6-neighbours, each once, in order of meeting.
  @inline(__always)
  func labels(x: Int, counted: Bool, into found: inout [UInt16]) {
    let samples = labels.span
    found.removeAll(keepingCapacity: true)
    guard counted else { return }
    let center = samples[row &+ x]
    let before = samples[row &+ max(x &- 1, 0)]
    let after = samples[row &+ min(x &+ 1, width &- 1)]
    var any = center | before | after
    for side in 0..<4 { any |= samples[neighbours[side] &+ x] }
    if any == 0 { return }
    func offer(_ label: UInt16) {
      if label != 0 && !found.contains(label) { found.append(label) }
    }
    offer(center)
    offer(before)
    offer(after)
    for side in 0..<4 { offer(samples[neighbours[side] &+ x]) }
  }
}
