import LinearAlgebra
import Morphology
import TomogramModel
import Volumes

extension Tracer {
  /// One of so many samples of the mid-surface is kept, or fewer where the mask has more than so many
  /// voxels for each step: some 4 million samples of 88 bytes.
  private static let thinning = (least: 2, maskVoxels: 20_000_000)

  /// Draws the caps of closed membranes that the wedge hides where the seen part says they are, and takes away
  /// what the network has drawn of them elsewhere.
  ///
  /// - Returns: a record for each cap that adds voxels, numbered from 1 by fragment, the lower before
  ///   the upper.
  func drawCaps() throws -> [Bridge] {
    let runs = try ComponentRuns(of: mask, connectivity: .twentySix)
    let membranes = try cappedMembranes(of: runs)
    guard !membranes.isEmpty else { return [] }
    let labels = try runs.labels(of: mask, scratchFolder: scratchFolder)
    var bridges: [Bridge] = []
    for (label, membrane) in membranes {
      let around = capVoxels(of: membrane, labels: labels)
      let pieces = pieces(of: label, among: around, runs: runs)
      let voxels = around.filter { $0.label == 0 || pieces.contains($0.label) }
      for isAbove in CappedMembrane.sides {
        let side = voxels.filter { $0.isAbove == isAbove }
        if let bridge = draw(
          side, of: membrane, isAbove: isAbove, number: bridges.count + 1)
        {
          bridges.append(bridge)
        }
      }
    }
    return bridges
  }

  /// Closed membranes with hidden caps, by the labels of their fragments.
  private func cappedMembranes(
    of runs: ComponentRuns
  ) throws -> [(label: Int32, membrane: CappedMembrane)] {
    let voxels = runs.components.reduce(0) { $0 + $1.voxels }
    let thinning = max(Self.thinning.least, voxels / Self.thinning.maskVoxels)
    var layers = [[MidSurfaceSample]](repeating: [], count: geometry.size.z)
    try forEachMidSurfaceTile(of: mask, workers: workers) { tile, samples in
      for sample in samples where tile.contains(sample.voxel) {
        let voxel = sample.voxel
        guard (voxel.x + voxel.y + voxel.z) % thinning == 0 else { continue }
        layers[voxel.z].append(sample)
      }
    }
    var samples = [[MidSurfaceSample]](repeating: [], count: runs.components.count)
    try runs.forEachLabelledSlab(of: mask) { labels in
      for z in labels.region.lower.z..<labels.region.upper.z {
        for sample in layers[z] { samples[Int(labels[sample.voxel]) - 1].append(sample) }
      }
    }
    let found = workers.map(samples.count) { [samples] number in
      CappedMembrane(samples[number], tilt: tilt, geometry: geometry)
    }
    return found.enumerated().compactMap { number, membrane in
      membrane.map { (Int32(number + 1), $0) }
    }
  }

  private struct CapVoxel {
    let offset: Int
    /// Of the fragment that is there; 0 for none.
    let label: Int32
    let part: CappedMembrane.Part
    let isAbove: Bool
  }

  /// The voxels of a membrane's caps, and of what is drawn in their place, of whatever fragment.
  private func capVoxels(
    of membrane: CappedMembrane, labels: ScratchVolume<Int32>
  ) -> [CapVoxel] {
    let box = membrane.box(in: geometry)
    labels.prefetch(box)
    return workers.map(box.size.z) { layer in
      labels.withSamples { labels in
        var found: [CapVoxel] = []
        let z = box.lower.z + layer
        for y in box.lower.y..<box.upper.y {
          for x in box.lower.x..<box.upper.x {
            let voxel = VoxelIndex(x: x, y: y, z: z)
            let offset = geometry.offset(of: voxel)
            let label = labels[offset]
            guard
              let (part, isAbove) = membrane.part(
                at: geometry.position(of: voxel).angstrom, isDrawn: label != 0)
            else { continue }
            found.append(CapVoxel(offset: offset, label: label, part: part, isAbove: isAbove))
          }
        }
        return found
      }
    }.flatMap { $0 }
  }

  /// A fragment of which this share lies where a membrane's caps are looked for is a cap of it that the network
  /// has drawn apart from the rest.
  private static let leastCapShare = 0.8

  /// The labels of a membrane: that of its fragment and those of its caps.
  private func pieces(
    of label: Int32, among voxels: [CapVoxel], runs: ComponentRuns
  ) -> Set<Int32> {
    var counts: [Int32: Int] = [:]
    for voxel in voxels where voxel.label != 0 { counts[voxel.label, default: 0] += 1 }
    return Set(
      counts.keys.filter { piece in
        let size = Double(runs.components[Int(piece) - 1].voxels)
        return piece == label || Self.leastCapShare * size <= Double(counts[piece] ?? 0)
      })
  }

  /// Draws one cap and records it; nil where there is nothing to add.
  private func draw(
    _ voxels: [CapVoxel], of membrane: CappedMembrane, isAbove: Bool, number: Int
  ) -> Bridge? {
    let added = voxels.count { $0.part == .cap && $0.label == 0 }
    let places = membrane.places(isAbove: isAbove)
    guard 0 < added, let ends = farthestEnds(of: places.map(\.place)) else { return nil }
    let isAccepted = !options.rejectedBridges.contains(number)
    if isAccepted {
      mask.withMutableSamples { samples in
        // Also where the network agrees: nothing of it is seen.
        for voxel in voxels {
          samples[voxel.offset] =
            (voxel.part == .cap ? Provenance.inferred : .none).rawValue
        }
      }
    }
    let theta = places.map { TiltGeometry.thetaDegrees(ofNormal: $0.normal) }.reduce(0, +)
    return Bridge(
      id: number, start: Position(angstrom: ends.0), end: Position(angstrom: ends.1),
      lengthAngstrom: (ends.1 - ends.0).length, thetaDegrees: theta / Double(places.count),
      hiddenShare: 1, probability: nil, method: Bridge.capMethod, accepted: isAccepted,
      voxels: added)
  }
}

/// The place farthest from the first, and the one farthest from that: about the longest extent.
func farthestEnds(of places: [SIMD3<Double>]) -> (SIMD3<Double>, SIMD3<Double>)? {
  func farthest(from place: SIMD3<Double>) -> SIMD3<Double>? {
    places.max { ($0 - place).squaredLength < ($1 - place).squaredLength }
  }
  guard let first = places.first, let start = farthest(from: first),
    let end = farthest(from: start)
  else { return nil }
  return (start, end)
}
