public import Volumes

/// Which voxels count as touching.
public enum Connectivity: String, Hashable, Sendable, Codable {
  /// Those that share a face.
  case six
  /// Those that share a face or an edge.
  case eighteen
  /// Those that share a face, an edge or a corner.
  case twentySix
}

/// One connected part of a mask.
public struct Component: Hashable, Sendable {
  /// Its label, from 1.
  public var label: Int
  /// How many voxels it has.
  public var voxels: Int
  /// Its box.
  public var region: Region
}

/// The connected parts of a mask, and a volume that says which voxel belongs to which.
public struct ComponentLabelling: Sendable {
  /// Largest first, equals in the order of their first voxel; `components[i].label == i + 1`.
  public let components: [Component]
  /// 0 outside the mask, else the component's label.
  public let labels: any VolumeSource<Int32>

  init(components: [Component], labels: any VolumeSource<Int32>) {
    (self.components, self.labels) = (components, labels)
  }
}

extension ComponentLabelling {
  /// Counts the parts of a volume that is labelled already, and orders them as this type promises.
  ///
  /// Two passes over the volume, one of them whenever labels are read; memory 60 bytes per label.
  ///
  /// - Parameter labels: 0 outside, else any labels above 0.
  public init(counting labels: ScratchVolume<Int32>) {
    var found: [Component] = []
    for slab in labels.geometry.bounds.slabs(thickness: 8) {
      labels.prefetch(slab)
      labels.withSamples { Self.count(slab, in: $0, size: labels.geometry.size, into: &found) }
    }
    // Of equal sizes the lower label comes first: labels are given in an order of place.
    let order = found.filter { 0 < $0.voxels }
      .sorted { ($1.voxels, $0.label) < ($0.voxels, $1.label) }
    var numbers = [Int32](repeating: 0, count: found.count + 1)
    for (index, component) in order.enumerated() { numbers[component.label] = Int32(index + 1) }
    let renumbered = numbers
    self.init(
      components: order.enumerated().map { index, component in
        Component(label: index + 1, voxels: component.voxels, region: component.region)
      },
      labels: MappedSource(labels) { renumbered[Int($0)] })
  }

  /// Adds the runs of whole sections to the parts found so far; part `label` is entry `label − 1`.
  private static func count(
    _ slab: Region, in span: Span<Int32>, size: VolumeSize, into found: inout [Component]
  ) {
    for row in (slab.lower.z * size.y)..<(slab.upper.z * size.y) {
      let samples = span.extracting((row * size.x)..<((row + 1) * size.x))
      var x = 0
      while x < size.x {
        let (label, first) = (samples[x], x)
        while x < size.x && samples[x] == label { x &+= 1 }
        guard label != 0 else { continue }
        let (y, z) = (row % size.y, row / size.y)
        let run = Region(
          lower: VoxelIndex(x: first, y: y, z: z), upper: VoxelIndex(x: x, y: y + 1, z: z + 1))
        while found.count < Int(label) {
          found.append(Component(label: found.count + 1, voxels: 0, region: run))
        }
        let known = found[Int(label) - 1]
        found[Int(label) - 1] = Component(
          label: known.label, voxels: known.voxels + run.size.x,
          region: known.voxels == 0 ? run : known.region.union(run))
      }
    }
  }
}

/// Finds the connected parts of a mask slab by slab.
///
/// Two passes over the mask; neither holds more than a slab of it. Memory beyond that: 12 bytes per
/// run of mask voxels (a membrane volume of 400 Mvoxel has a few million runs), 60 per component, and
/// the label volume in a memory-mapped scratch file, 4 bytes per voxel on disk.
///
/// - Parameters:
///   - mask: nonzero voxels are labelled.
///   - connectivity: which voxels touch.
///   - scratchFolder: where the label volume's unnamed file lies.
/// - Throws: the source's errors and `ScratchError`.
public func labelComponents(
  of mask: any VolumeSource<Int8>, connectivity: Connectivity, scratchFolder: String,
  workers: Workers
) throws -> ComponentLabelling {
  let runs = try ComponentRuns(of: mask, connectivity: connectivity)
  return ComponentLabelling(
    components: runs.components,
    labels: try runs.labels(of: mask, scratchFolder: scratchFolder))
}

/// Finds the connected parts of a small mask in memory.
public func labelComponents(
  of mask: Block<Int8>, connectivity: Connectivity
) -> (components: [Component], labels: Block<Int32>) {
  var finder = RunFinder(connectivity: connectivity)
  finder.add(mask)
  let runs = ComponentRuns(finder.finished())
  var labels = Block<Int32>(region: mask.region, repeating: 0)
  var next = 0
  runs.label(mask, into: &labels, nextRun: &next)
  return (runs.components, labels)
}

/// The runs of a mask and the component each belongs to: labels any slab again without a volume of
/// labels, as runs are met in the same order in every pass.
public struct ComponentRuns: Sendable {
  /// Largest first, equals in the order of their first voxel; `components[i].label == i + 1`.
  public let components: [Component]
  /// Label of each run, in raster order.
  private let labelOfRun: [Int32]

  /// Voxels of a slab, unless a section has more: their blocks stay small enough for the C library to
  /// use again instead of asking the system for empty memory each time.
  private static let slabVoxels = 1 << 22

  private static func slabs(of mask: any VolumeSource<Int8>) -> [Region] {
    let size = mask.geometry.size
    guard 0 < size.count else { return [] }
    return mask.geometry.bounds.slabs(thickness: max(1, slabVoxels / (size.x * size.y)))
  }

  /// Reads the mask once.
  public init(of mask: any VolumeSource<Int8>, connectivity: Connectivity) throws {
    var finder = RunFinder(connectivity: connectivity)
    for slab in Self.slabs(of: mask) {
      finder.add(try mask.read(slab))
    }
    self.init(finder.finished())
  }

  init(_ found: (components: [Component], labelOfRun: [Int32])) {
    (components, labelOfRun) = found
  }

  /// Reads the mask again and hands out its labels, slab by slab in order of z.
  ///
  /// - Parameter mask: the same voxels as before.
  public func forEachLabelledSlab(
    of mask: any VolumeSource<Int8>, _ body: (Block<Int32>) throws -> Void
  ) throws {
    var nextRun = 0
    for slab in Self.slabs(of: mask) {
      var labels = Block<Int32>(region: slab, repeating: 0)
      label(try mask.read(slab), into: &labels, nextRun: &nextRun)
      try body(labels)
    }
  }

  /// Reads the mask again and writes its labels into an unnamed file, 4 bytes per voxel.
  ///
  /// - Parameter mask: the same voxels as before.
  public func labels(
    of mask: any VolumeSource<Int8>, scratchFolder: String
  ) throws -> ScratchVolume<Int32> {
    let labels = try ScratchVolume<Int32>(geometry: mask.geometry, folder: scratchFolder)
    try forEachLabelledSlab(of: mask) { labels.write($0) }
    return labels
  }

  func label(_ mask: Block<Int8>, into labels: inout Block<Int32>, nextRun: inout Int) {
    let width = mask.region.size.x
    for row in 0..<mask.region.size.rowCount {
      let start = row * width
      forEachRun(in: mask.samples.span.extracting(start..<(start + width))) { run in
        let label = labelOfRun[nextRun]
        nextRun &+= 1
        for x in run { labels.samples[start &+ x] = label }
      }
    }
  }
}

/// Calls `body` with each maximal range of nonzero samples, in order.
@inline(__always)
func forEachRun(in row: Span<Int8>, _ body: (Range<Int>) -> Void) {
  let count = row.count
  var x = 0
  while x < count {
    if row[x] == 0 {
      x &+= 1
      continue
    }
    let first = x
    while x < count && row[x] != 0 { x &+= 1 }
    body(first..<x)
  }
}
