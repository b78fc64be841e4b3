import Graphs
import Morphology
import TomogramModel
import Volumes

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
/// Memory: of a batch 56 bytes per face and some 400 per patch of about ten faces, 100 bytes for every
/// patch, and scratch files of 4 to 8 bytes a voxel. Linear in voxels.
struct FaceSeparation {
  let mask: any VolumeSource<Int8>
  /// Fragments of one membrane are grouped across gaps up to this wide; 0: not at all.
  let widestGapAngstrom: Double
  let scratchFolder: String
  let workers: Workers
  /// Voxels of the mask that are looked at together: 0.5 GB.
  var batchVoxels = 1 << 24

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
    let found = try faces(of: mask, monitors[0])
    if found.usual < Self.leastThickness {
      return try thinLabelling(thickness: found.usual, monitors[1])
    }
    return try labelling(found, ownThickness: found.usual, monitors[1])
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
    let found = try faces(of: GrownMask(base: mask, voxels: growth), monitors[0])
    return try labelling(
      found, ownThickness: thickness, grownFrom: (components, growth), monitors[1])
  }

  /// A mask's batches, and of the first its faces.
  private struct FoundFaces {
    let mask: any VolumeSource<Int8>
    let batches: [MaskBatch]
    let first: FaceMap
    let links: [(PatchPair, PatchLink)]
    /// Usual thickness of the first batch.
    let usual: Float
  }

  private func faces(
    of mask: any VolumeSource<Int8>, _ monitor: StageMonitor
  ) throws -> FoundFaces {
    let batches = try MaskBatch.batches(
      of: mask, voxels: batchVoxels, tileEdge: FaceFinder.tileEdge, scratchFolder: scratchFolder)
    let voxels = try ScratchVolume<Int32>(geometry: mask.geometry, folder: scratchFolder)
    let first = try faceMap(of: batches[0], mask, into: voxels, monitor)
    let links = links(of: first)
    return FoundFaces(
      mask: mask, batches: batches, first: first, links: links, usual: usualThickness(links))
  }

  /// - Parameters:
  ///   - ownThickness: the usual one before the mask was grown.
  ///   - origin: components of the mask before it was grown, and by how much; nil where it was not.
  private func labelling(
    _ found: consuming FoundFaces, ownThickness: Float,
    grownFrom origin: (components: ScratchVolume<Int32>, voxels: Int)? = nil,
    _ monitor: StageMonitor
  ) throws -> ComponentLabelling {
    let (mask, batches, usual, voxels) = (
      found.mask, found.batches, found.usual, found.first.voxels
    )
    var (map, links) = (found.first, found.links)
    var (pieces, count): ([SurfacePiece], Int32) = ([], 0)
    let monitors = monitor.parts(batches.count)
    for (number, batch) in batches.enumerated() {
      if 0 < number {
        map = try faceMap(of: batch, mask, into: voxels, monitors[number])
        links = self.links(of: map)
      }
      let parts = origin.map { components, growth in
        OwnParts(labels: components, owners: map.owners(among: components, reach: growth))
      }
      let joined = parts.map { parts in links.filter { parts.joins($0.0) } } ?? links
      let fragments = fragments(of: map, links: joined, usual: usual, ownThickness: ownThickness)
        .map { $0 + count }
      if 0 < widestGapAngstrom { pieces += map.pieces(fragments: fragments, thickness: usual) }
      map.fill(fragments, parts: parts)
      count = max(count, fragments.max() ?? 0)
    }
    let groups = groups(of: pieces, fragments: Int(count), usual: usual)
    try relabel(voxels, groups, onlyInMask: origin != nil)
    return ComponentLabelling(counting: voxels)
  }

  /// Gives voxels the groups of their fragments, and takes labels away where the mask has nothing.
  private func relabel(
    _ labels: ScratchVolume<Int32>, _ groups: [Int32], onlyInMask: Bool
  ) throws {
    for slab in mask.geometry.bounds.slabs(thickness: 8) {
      var block = try labels.read(slab).map { code in
        code < -1 ? groups[Int(FaceMap.fragment(ofCode: code))] : 0
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
    var sets = UnionFind(count: fragments + 1)
    if 0 < widestGapAngstrom {
      let grouping = FragmentGrouping(
        thickness: Double(usual),
        widestGap: widestGapAngstrom / mask.geometry.meanVoxelSizeAngstrom)
      for pair in grouping.pairs(of: pieces) { sets.unite(pair.first, pair.second) }
    }
    return (0...fragments).map { Int32(sets.root(of: $0)) }
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
    of batch: MaskBatch, _ mask: any VolumeSource<Int8>, into voxels: ScratchVolume<Int32>,
    _ monitor: StageMonitor
  ) throws -> FaceMap {
    var map = FaceMap(voxels: voxels)
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
