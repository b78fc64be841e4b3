import Graphs
import Morphology
import TomogramModel
import Volumes
import WorkLedger

/// Parts a mask into membranes by its faces (Decision 7).
///
/// 1. Neighbouring faces become patches (`FaceFinder`).
/// 2. Patches are linked where they turn into each other and where they face each other through the
///    mask (`FaceMap`).
/// 3. Links get weights: a smooth face and one membrane's thickness hold together, a crease and two
///    membranes' thickness keep apart.
/// 4. Patches are clustered by additive contraction; clusters too weak to be a membrane join one.
/// 5. Clusters that one smooth surface runs through become one (`FragmentGrouping`).
/// 6. Every voxel of the mask gets the cluster of the nearest face.
///
/// A mask of one or two voxels' thickness is grown first, and what it grew by taken off in the end.
///
/// Parts of the mask that do not touch are looked at in batches (`MaskBatch`).
///
/// Memory: of a batch 56 bytes per face, some 400 per patch of about ten faces, and 10 per voxel of the
/// mask; 100 bytes for every patch, a byte for 128 voxels, and scratch files of 4 to 8 bytes a voxel. Linear in
/// voxels.
struct FaceSeparation {
  let mask: any VolumeSource<Int8>
  /// Fragments of one membrane are grouped across gaps up to this wide; 0: not at all.
  let widestGapAngstrom: Double
  let scratchFolder: String
  let workers: Workers
  /// Keeps what has been made of each batch.
  var steps = StepLog()
  /// Voxels of the mask that are looked at together: 0.4 GB.
  var batchVoxels = 1 << 23

  /// Share of the usual thickness at which a slab is as likely two membranes as one. Two membranes
  /// that have just met have twice the thickness; the thickness of one varies by a fifth.
  static let twoSheets: Float = 1.4
  /// Weight of a line through the mask against a pair of neighbouring faces.
  static let lineWeight: Float = 1.5
  /// Two clusters become one only across a seam that is not short for their size: its weight must be
  /// above this many square roots of the smaller one's faces. A membrane cut in two has a seam five times as
  /// long; a bridge of noise one half as long.
  static let seam = 1.5
  /// The seam that suffices for clusters of any size, in usual thicknesses.
  static let longSeam = 20.0
  /// Clusters with fewer faces, in squares of the usual thickness, are no membrane by themselves.
  static let leastFaces: Float = 40

  /// A mask usually thinner than this, in voxels, shows no good faces: voxels look to both sides.
  static let leastThickness: Float = 4
  /// It is grown to about this before faces are looked for: more would fill what lies between membranes.
  static let grownThickness: Float = 5

  /// - Returns: the parts; nothing is left out.
  func labelling(_ monitor: StageMonitor) throws -> ComponentLabelling {
    let monitors = monitor.parts(2)
    let batched = try batched(mask, labels: "labels")
    let (usual, first) = try usualThickness(of: batched, monitors[0])
    if usual < Self.leastThickness { return try thinLabelling(thickness: usual, monitors[1]) }
    return try labelling(
      batched, first: first, usual: usual, ownThickness: usual, monitors[1])
  }

  /// The parts of a mask that is too thin to have faces: it is grown. What does not touch in the mask
  /// itself is not joined by that.
  private func thinLabelling(
    thickness: Float, _ monitor: StageMonitor
  ) throws -> ComponentLabelling {
    let runs = try ComponentRuns(of: mask, connectivity: .twentySix)
    let components = try runs.labels(of: mask, scratchFolder: scratchFolder)
    let monitors = monitor.parts(2)
    let growth = Int(((Self.grownThickness - thickness) / 2).rounded())
    let grown = try batched(GrownMask(base: mask, voxels: growth), labels: "grown-labels")
    let (usual, first) = try usualThickness(of: grown, monitors[0])
    return try labelling(
      grown, first: first, usual: usual, ownThickness: thickness, grownFrom: (components, growth),
      monitors[1])
  }

  /// A mask in batches, and what they are drawn into.
  private struct BatchedMask {
    let mask: any VolumeSource<Int8>
    let batches: [MaskBatch]
    let labels: ScratchVolume<Int32>
  }

  /// - Parameter name: of the volume that steps keep.
  private func batched(
    _ mask: any VolumeSource<Int8>, labels name: String
  ) throws -> BatchedMask {
    BatchedMask(
      mask: mask,
      batches: try MaskBatch.batches(
        of: mask, voxels: batchVoxels, tileEdge: FaceFinder.tileEdge,
        scratchFolder: scratchFolder),
      labels: try steps.companion(name).map {
        try ScratchVolume(geometry: mask.geometry, file: $0)
      } ?? ScratchVolume(geometry: mask.geometry, folder: scratchFolder))
  }

  /// The faces of a batch, and how its patches are linked.
  private struct FoundFaces {
    var map: FaceMap
    let links: [(PatchPair, PatchLink)]
  }

  private func faces(
    _ number: Int, of batched: BatchedMask, _ monitor: StageMonitor
  ) throws -> FoundFaces {
    let map = try faceMap(of: batched.batches[number], batched.mask, monitor)
    return FoundFaces(map: map, links: links(of: map))
  }

  /// The usual thickness of the first batch, and its faces where they had to be found for it.
  private func usualThickness(
    of batched: BatchedMask, _ monitor: StageMonitor
  ) throws -> (Float, FoundFaces?) {
    var first: FoundFaces?
    let usual = try steps.step {
      let found = try faces(0, of: batched, monitor)
      first = found
      return [usualThickness(found.links)]
    }
    return (usual[0], first)
  }

  /// - Parameters:
  ///   - first: faces of the first batch; nil: to be found.
  ///   - ownThickness: the usual one before the mask was grown.
  ///   - origin: components of the mask before it was grown, and by how much; nil where it was not.
  private func labelling(
    _ batched: BatchedMask, first: FoundFaces?, usual: Float, ownThickness: Float,
    grownFrom origin: (components: ScratchVolume<Int32>, voxels: Int)? = nil,
    _ monitor: StageMonitor
  ) throws -> ComponentLabelling {
    var (pieces, count): ([SurfacePiece], Int) = ([], 0)
    var known = first
    let monitors = monitor.parts(batched.batches.count)
    for number in batched.batches.indices {
      let words = try steps.step {
        var found = try known ?? faces(number, of: batched, monitors[number])
        known = nil
        let parts = fill(
          &found, usual: usual, ownThickness: ownThickness, grownFrom: origin, countingFrom: count,
          into: batched.labels)
        try batched.labels.synchronise()
        return parts.words
      }
      let parts = BatchParts(words: words)
      pieces += parts.pieces
      count = parts.count
      try monitors[number].report(completed: 1, of: 1)
    }
    let groups = groups(of: pieces, fragments: count, usual: usual)
    try relabel(batched.labels, groups, onlyInMask: origin != nil)
    return ComponentLabelling(counting: batched.labels)
  }

  /// Gives the voxels of a batch the codes of their fragments.
  ///
  /// - Parameter count: fragments of the batches before.
  private func fill(
    _ found: inout FoundFaces, usual: Float, ownThickness: Float,
    grownFrom origin: (components: ScratchVolume<Int32>, voxels: Int)?, countingFrom count: Int,
    into labels: ScratchVolume<Int32>
  ) -> BatchParts {
    let parts = origin.map { components, growth in
      OwnParts(labels: components, owners: found.map.owners(among: components, reach: growth))
    }
    let joined = parts.map { parts in found.links.filter { parts.joins($0.0) } } ?? found.links
    let fragments = fragments(
      of: found.map, links: joined, usual: usual, ownThickness: ownThickness
    ).map { $0 + Int32(count) }
    let pieces =
      0 < widestGapAngstrom ? found.map.pieces(fragments: fragments, thickness: usual) : []
    found.map.fill(fragments, parts: parts)
    found.map.writeCodes(into: labels)
    return BatchParts(pieces: pieces, count: Int(fragments.max() ?? Int32(count)))
  }

  /// Gives voxels the groups of their fragments, and takes labels away where the mask has nothing.
  private func relabel(
    _ labels: ScratchVolume<Int32>, _ groups: [Int32], onlyInMask: Bool
  ) throws {
    for slab in mask.geometry.bounds.slabs(thickness: 8) {
      // What is above 0 was given its group before the process was killed.
      var block = try labels.read(slab).map { code in
        code < -1 ? groups[Int(FaceMap.fragment(ofCode: code))] : max(code, 0)
      }
      if onlyInMask {
        let own = try mask.read(slab)
        for place in block.samples.indices where own.samples[place] == 0 {
          block.samples[place] = 0
        }
      }
      labels.write(block)
    }
  }

  /// The fragment of each patch, from 1.
  private func fragments(
    of map: FaceMap, links: [(PatchPair, PatchLink)], usual: Float, ownThickness: Float
  ) -> [Int32] {
    let weighted = links.map { pair, link in
      (pair: pair, link: link, weight: Self.weight(of: link, usual: usual))
    }
    var sizes = [Int](repeating: 0, count: map.patches)
    for face in map.faces { sizes[Int(face.patch)] += 1 }
    let clusters = contractedAdditively(
      sizes: sizes.map(Double.init),
      edges: weighted.map {
        SignedEdge(
          source: Int($0.pair.first), target: Int($0.pair.second), weight: Double($0.weight))
      },
      leastWeight: { min(Self.seam * $0.squareRoot(), Self.longSeam * Double(usual)) })
    var weak = WeakClusters(
      clusters: clusters, faces: sizes, weighted: weighted,
      leastFaces: Int(Self.leastFaces * ownThickness * ownThickness))
    let owners = weak.resolved()
    return numbered(clusters.map { owners[$0] })
  }

  /// The number that each fragment shares with those of its membrane; fragments count from 1.
  private func groups(of pieces: [SurfacePiece], fragments: Int, usual: Float) -> [Int32] {
    guard 0 < widestGapAngstrom else { return (0...fragments).map(Int32.init) }
    let grouping = FragmentGrouping(
      thickness: Double(usual), widestGap: widestGapAngstrom / mask.geometry.meanVoxelSizeAngstrom)
    return grouping.groups(of: pieces, fragments: fragments + 1).map(Int32.init)
  }

  /// Names clusters 1, 2, ... in order of their first patch.
  private func numbered(_ clusters: [Int]) -> [Int32] {
    var numbers = [Int32](repeating: 0, count: clusters.count)
    var next: Int32 = 1
    for cluster in clusters where numbers[cluster] == 0 {
      numbers[cluster] = next
      next += 1
    }
    return clusters.map { numbers[$0] }
  }

  private func faceMap(
    of batch: MaskBatch, _ mask: any VolumeSource<Int8>, _ monitor: StageMonitor
  ) throws -> FaceMap {
    var map = FaceMap(size: mask.geometry.size)
    let finder = FaceFinder(mask: mask)
    let tiles = batch.tiles
    for first in stride(from: 0, to: tiles.count, by: workers.count) {
      let some = tiles[first..<min(first + workers.count, tiles.count)]
      let found = workers.map(some.count) { index in
        Result { try finder.tile(some[first + index], of: batch) }
      }
      for result in found { if let tile = try result.get() { map.add(tile) } }
      try monitor.report(completed: first + some.count, of: tiles.count)
    }
    return map
  }

  private func links(of map: FaceMap) -> [(PatchPair, PatchLink)] {
    let chunk = 1 << 15
    let chunks = (map.faces.count + chunk - 1) / chunk
    let parts = workers.map(chunks) { index in
      map.links(of: (index * chunk)..<min((index + 1) * chunk, map.faces.count))
    }
    var all: [PatchPair: PatchLink] = [:]
    // In order of chunks: sums do not depend on the workers.
    for part in parts { for (pair, link) in part { all[pair, default: PatchLink()].add(link) } }
    return all.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The commonest thickness of the mask, in voxels: the mean of the 2.5 voxels around the fullest
  /// place of the histogram.
  private func usualThickness(_ links: [(PatchPair, PatchLink)]) -> Float {
    var histogram = [Float](repeating: 0, count: 2 * FaceMap.reach + 4)
    for (_, link) in links where 0 < link.lines {
      histogram[Int(2 * link.lengths / link.lines)] += link.lines
    }
    let places = 2..<(histogram.count - 2)
    func weight(_ place: Int) -> Float { histogram[(place - 2)...(place + 2)].reduce(0, +) }
    guard let best = places.max(by: { (weight($0), $1) < (weight($1), $0) }), 0 < weight(best)
    else { return 1 }
    let around = (best - 2)...(best + 2)
    return around.reduce(0) { $0 + histogram[$1] * (Float($1) / 2 + 0.25) } / weight(best)
  }

  /// How much a link speaks for one membrane (above 0) or two.
  static func weight(of link: PatchLink, usual: Float) -> Float {
    guard 0 < link.lines else { return link.continuity }
    let ratio = link.lengths / link.lines / usual
    let one = min(max((twoSheets - ratio) / (twoSheets - 1), -1), 1)
    return link.continuity + lineWeight * link.lines * one
  }
}
