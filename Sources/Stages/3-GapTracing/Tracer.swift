import Morphology
import TomogramModel
import Volumes

/// The steps of gap tracing over scratch volumes: fragments, rims, pairs, paths, patches.
struct Tracer {
  let options: TracingOptions
  let tilt: TiltGeometry
  let geometry: VolumeGeometry
  /// Raw values of `Provenance`: first what is seen; specks are erased, and bridges drawn, in it.
  let mask: ScratchVolume<Int8>
  /// Probability × 255; nil where only a mask is given.
  let probability: ScratchVolume<UInt8>?
  let scratchFolder: String
  let workers: Workers
  let monitor: StageMonitor

  /// Points of a path, half a voxel apart, that may lie on the membrane it starts from: a rim's
  /// outermost sample lies up to two voxels inside the membrane's end.
  private static let endPoints = 4

  private var voxel: Double { geometry.meanVoxelSizeAngstrom }

  /// The connected parts of the mask.
  struct Fragments {
    let labels: any VolumeSource<Int32>
    /// Whether a label is a membrane rather than a speck; false for label 0.
    let isMembrane: [Bool]
  }

  func fragments() throws -> Fragments {
    let found = try labelComponents(
      of: mask, connectivity: .twentySix, scratchFolder: scratchFolder, workers: workers)
    // Components come by falling size.
    let largeCount = found.components.prefix {
      options.minimumFragmentNm3 <= Double($0.voxels) * geometry.voxelVolumeNm3
    }.count
    let certainties = try certainties(of: found, largeCount: largeCount)
    let least = options.minimumFragmentCertainty * (certainties.max() ?? 0)
    return Fragments(
      labels: found.labels,
      isMembrane: [false]
        + found.components.indices.map { $0 < largeCount && least <= certainties[$0] })
  }

  /// The probability that a tenth of a fragment's voxels reach, for the large ones; 1 where only a mask
  /// is given.
  private func certainties(of found: ComponentLabelling, largeCount: Int) throws -> [Double] {
    guard let probability else { return Array(repeating: 1, count: largeCount) }
    // Components are labelled from 1, by falling size: a histogram of 256 bins for each large one.
    var histograms = [Int](repeating: 0, count: 256 * largeCount)
    for slab in geometry.bounds.slabs(thickness: 8) {
      let labels = try found.labels.read(slab)
      let values = try probability.read(slab)
      for (label, value) in zip(labels.samples, values.samples)
      where 0 < label && Int(label) <= largeCount {
        histograms[256 * (Int(label) - 1) + Int(value)] += 1
      }
    }
    return (0..<largeCount).map { index in
      let histogram = histograms[(256 * index)..<(256 * (index + 1))]
      var above = 0
      let reached = histogram.indices.last { bin in
        above += histogram[bin]
        return found.components[index].voxels <= 10 * above
      }
      return Double((reached ?? histogram.startIndex) - histogram.startIndex) / 255
    }
  }

  /// Takes what is no membrane out of the mask.
  func eraseSpecks(_ fragments: Fragments) throws {
    for slab in geometry.bounds.slabs(thickness: 8) {
      let labels = try fragments.labels.read(slab)
      var block = try mask.read(slab)
      for (place, label) in labels.samples.enumerated() where !fragments.isMembrane[Int(label)] {
        block.samples[place] = 0
      }
      mask.write(block)
    }
  }

  /// Looks for the gaps between and in the fragments, closes those that are accepted, and records all.
  func bridges(between fragments: Fragments) throws -> [Bridge] {
    let rims = try rims(of: fragments)
    let paths = paths(between: rims)
    try monitor.report(completed: 700, of: 1000)
    let bridges = draw(BridgePatch.patches(of: paths, rims: rims, voxel: voxel))
    try monitor.report(completed: 900, of: 1000)
    return bridges
  }

  /// All rims of membranes, in raster order of tiles.
  private func rims(of fragments: Fragments) throws -> [Rim] {
    var rims: [Rim] = []
    let overlap = Int(RimFinder.fitVoxels.rounded(.up)) + 1
    try forEachMidSurfaceTile(of: mask, overlap: overlap, workers: workers) { tile, samples in
      let around = tile.expanded(by: overlap).clamped(to: geometry.bounds)
      let labels = try fragments.labels.read(around)
      let finder = RimFinder(
        samples.filter { fragments.isMembrane[Int(labels[$0.voxel])] }, tile: tile,
        geometry: geometry)
      rims.append(contentsOf: finder.rims(workers: workers))
      try monitor.report(completed: 100 + 300 * tile.upper.z / geometry.size.z, of: 1000)
    }
    return rims
  }

  /// Paths between rims that continue to each other, each with its cost.
  private func paths(between rims: [Rim]) -> [BridgePath] {
    let partners = RimPairing(rims, options: options).partners(voxel: voxel, workers: workers)
    let spacing = voxel / 2
    let paths = workers.map(rims.count) { index -> [BridgePath] in
      guard 0 <= partners[index], let pair = RimPair(rims[index], rims[partners[index]]) else {
        return []
      }
      var path = BridgePath(pair, start: index, end: partners[index], spacing: spacing)
      path.cost = BridgeCost.prior(of: pair, options: options)
      if let probability {
        path.followProbability(spacing: spacing) { sample(probability, at: $0) }
        // Both ends lie on membrane that is there.
        let inner = path.points.dropFirst(Self.endPoints).dropLast(Self.endPoints)
        let crossed = inner.isEmpty ? path.points[...] : inner
        let sum = crossed.map { sample(probability, at: $0) }.reduce(0, +)
        let hidden = path.normals.count { tilt.hides(normal: $0) }
        path.cost += BridgeCost.evidence(
          meanProbability: sum / Double(crossed.count),
          hiddenShare: Double(hidden) / Double(path.normals.count), options: options)
      }
      path.crossingShare = crossingShare(of: path)
      return [path]
    }
    // What runs along or through membrane that is there already closes no gap.
    return paths.flatMap { $0 }.filter { $0.crossingShare <= 0.25 }
  }

  /// Share of membrane among the path's points that are clear of both ends.
  private func crossingShare(of path: BridgePath) -> Double {
    let margin = Int((2 * path.halfThickness / voxel + 2).rounded(.up))
    let inner = path.points.dropFirst(margin).dropLast(margin)
    guard !inner.isEmpty else { return 0 }
    let hits = mask.withSamples { samples in
      inner.count { point in
        guard let index = geometry.nearestVoxel(to: point) else { return false }
        return samples[offset(of: index)] != 0
      }
    }
    return Double(hits) / Double(inner.count)
  }

  private func offset(of index: VoxelIndex) -> Int {
    (index.z * geometry.size.y + index.y) * geometry.size.x + index.x
  }

  /// Probability at a place, linear between voxels; 0 outside the volume.
  private func sample(_ volume: ScratchVolume<UInt8>, at place: SIMD3<Double>) -> Double {
    let coordinate = geometry.coordinate(of: Position(angstrom: place))
    let floor = coordinate.rounded(.down)
    let part = coordinate - floor
    let base = VoxelIndex(x: Int(floor.x), y: Int(floor.y), z: Int(floor.z))
    return volume.withSamples { samples in
      var sum = 0.0
      for corner in 0..<8 {
        let (i, j, k) = (corner & 1, corner >> 1 & 1, corner >> 2)
        let index = VoxelIndex(x: base.x + i, y: base.y + j, z: base.z + k)
        guard geometry.bounds.contains(index) else { continue }
        let weight =
          (i == 0 ? 1 - part.x : part.x) * (j == 0 ? 1 - part.y : part.y)
          * (k == 0 ? 1 - part.z : part.z)
        sum += weight * Double(samples[offset(of: index)])
      }
      return sum / 255
    }
  }

  /// Draws the accepted patches into the mask, and records all.
  private func draw(_ patches: [BridgePatch]) -> [Bridge] {
    patches.enumerated().map { number, original in
      var patch = original
      patch.smoothed(voxel: voxel)
      let accepted =
        options.minimumPaths <= patch.paths.count && patch.cost <= options.acceptanceCost
      let voxels = patch.voxels(in: geometry).sorted {
        ($0.key.z, $0.key.y, $0.key.x) < ($1.key.z, $1.key.y, $1.key.x)
      }
      var (added, hidden) = (0, 0)
      mask.withMutableSamples { samples in
        for (index, normal) in voxels where samples[offset(of: index)] == 0 {
          let isHidden = tilt.hides(normal: normal)
          added += 1
          hidden += isHidden ? 1 : 0
          guard accepted else { continue }
          samples[offset(of: index)] =
            (isHidden ? Provenance.inferred : Provenance.bridged).rawValue
        }
      }
      return record(
        patch, number: number + 1, accepted: accepted, voxels: added,
        hiddenShare: added == 0 ? 0 : Double(hidden) / Double(added))
    }
  }

  private func record(
    _ patch: BridgePatch, number: Int, accepted: Bool, voxels: Int, hiddenShare: Double
  ) -> Bridge {
    let middle = patch.middle
    let normals = patch.paths.flatMap(\.normals)
    let theta = normals.map { TiltGeometry.thetaDegrees(ofNormal: $0) }.reduce(0, +)
    return Bridge(
      id: number, start: Position(angstrom: middle.points[0]),
      end: Position(angstrom: middle.points[middle.points.count - 1]),
      lengthAngstrom: middle.length, thetaDegrees: theta / Double(normals.count),
      hiddenShare: hiddenShare, probability: nil, method: options.method.rawValue,
      accepted: accepted, voxels: voxels)
  }
}
