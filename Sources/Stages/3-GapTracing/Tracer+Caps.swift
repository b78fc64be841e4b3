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
  /// - Parameter parting: tells membranes in touch apart; nil: they are one fragment, which has no shape.
  /// - Returns: a record for each cap that adds voxels, numbered from 1: fragments with caps before membranes
  ///   in touch, the lower cap before the upper.
  func drawCaps(parting: MembraneParting?) throws -> [Bridge] {
    let runs = try ComponentRuns(of: mask, connectivity: .twentySix)
    var pieces = Pieces(
      labels: try runs.labels(of: mask, scratchFolder: scratchFolder),
      sizes: runs.components.map(\.voxels))
    var samples = try midSurfaceSamples(of: runs)
    var membranes = cappedMembranes(samples.count) { [samples] in
      CappedMembrane(samples[$0], tilt: tilt, geometry: geometry)
    }
    if let parting {
      for (label, _) in membranes { samples[label - 1] = [] }
      let first = pieces.sizes.count
      let parts = try part(samples, among: &pieces, by: parting)
      membranes += cappedMembranes(parts.count) { [samples] number in
        CappedMembrane(
          parts[number].samples, around: parts[number].fragments.map { samples[$0] }, tilt: tilt,
          geometry: geometry)
      }.map { (first + $0.label, $0.membrane) }
    }
    var bridges: [Bridge] = []
    for (label, membrane) in membranes {
      let around = capVoxels(of: membrane, labels: pieces.labels)
      let own = pieces.ofMembrane(label, among: around)
      let voxels = around.filter { $0.label == 0 || own.contains($0.label) }
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

  /// Samples of the mid-surface by fragment, spread evenly.
  private func midSurfaceSamples(of runs: ComponentRuns) throws -> [[MidSurfaceSample]] {
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
        layers[z] = []
      }
    }
    return samples
  }

  /// Parts fragments into the membranes that touch in them, whose labels follow those there are.
  ///
  /// - Parameter samples: by fragment; what has too few is left as it is.
  /// - Returns: the samples of each new membrane, and the fragments it is of, by place in `samples`.
  private func part(
    _ samples: [[MidSurfaceSample]], among pieces: inout Pieces, by parting: MembraneParting
  ) throws -> [(samples: [MidSurfaceSample], fragments: [Int])] {
    let isParted = [false] + samples.map { CappedMembrane.fewestSamples <= $0.count }
    guard isParted.contains(true) else { return [] }
    let parts = try ScratchVolume<UInt16>(geometry: geometry, folder: scratchFolder)
    try parting(MappedSource(pieces.labels) { isParted[Int($0)] ? 1 : 0 }, parts)
    let first = pieces.sizes.count
    try pieces.add(parts)
    var found = Array(
      repeating: (samples: [MidSurfaceSample](), fragments: [Int]()),
      count: pieces.sizes.count - first)
    parts.withSamples { parts in
      for (fragment, samples) in samples.enumerated() {
        for sample in samples {
          let part = Int(parts[geometry.offset(of: sample.voxel)]) - 1
          guard 0 <= part else { continue }
          if found[part].fragments.last != fragment { found[part].fragments.append(fragment) }
          found[part].samples.append(sample)
        }
      }
    }
    return found
  }

  /// Closed membranes with hidden caps, by label from 1.
  private func cappedMembranes(
    _ count: Int, _ membrane: @Sendable (Int) -> CappedMembrane?
  ) -> [(label: Int, membrane: CappedMembrane)] {
    workers.map(count, membrane).enumerated().compactMap { number, membrane in
      membrane.map { (number + 1, $0) }
    }
  }

  /// Pieces of the mask.
  private struct Pieces {
    /// From 1; 0 beside the mask.
    let labels: ScratchVolume<Int32>
    /// Voxels of each label, from 1.
    private(set) var sizes: [Int]

    /// Takes parts, numbered from 1, out of the pieces they lie in.
    mutating func add(_ parts: ScratchVolume<UInt16>) throws {
      let first = sizes.count
      for slab in labels.geometry.bounds.slabs(thickness: 8) {
        var block = try labels.read(slab)
        for (place, part) in try parts.read(slab).samples.enumerated()
        where part != 0 && block.samples[place] != 0 {
          let label = first + Int(part)
          if sizes.count < label {
            sizes += Array(repeating: 0, count: label - sizes.count)
          }
          sizes[Int(block.samples[place]) - 1] -= 1
          sizes[label - 1] += 1
          block.samples[place] = Int32(label)
        }
        labels.write(block)
      }
    }

    /// A fragment of which this share lies where a membrane's caps are looked for is a cap of it that the
    /// network has drawn apart from the rest.
    private static let leastCapShare = 0.8

    /// The labels of a membrane: its own and those of its caps.
    func ofMembrane(_ label: Int, among voxels: [CapVoxel]) -> Set<Int32> {
      var counts: [Int32: Int] = [:]
      for voxel in voxels where voxel.label != 0 { counts[voxel.label, default: 0] += 1 }
      return Set(
        counts.keys.filter { piece in
          let size = Double(sizes[Int(piece) - 1])
          return Int(piece) == label || Self.leastCapShare * size <= Double(counts[piece] ?? 0)
        })
    }
  }

  private struct CapVoxel {
    let offset: Int
    /// Of the piece that is there; 0 for none.
    let label: Int32
    let part: CappedMembrane.Part
    let isAbove: Bool
  }

  /// The voxels of a membrane's caps, and of what is drawn in their place, of whatever piece.
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
