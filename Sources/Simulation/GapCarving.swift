import LinearAlgebra
import Meshes
import Morphology
public import TomogramModel
import TomographicImaging
public import Volumes

/// A segmentation with known gaps.
public struct GapTruth: Sendable {
  /// 1 where membrane is left: what a segmentation with gaps looks like.
  public var mask: Volume<Int8>
  /// Id of the gap that a voxel of a membrane was cut out for; 0 elsewhere.
  public var labels: Volume<Int16>
  /// One row a gap, by rising id.
  public var records: [GapRecord]
}

/// Cuts gaps into a segmentation of real membranes.
///
/// Every fourth membrane stays whole where there are four or more, and of each at least 60 % of the
/// area is left. Lengths are spread evenly over `GapLengthBin.all` as far as there is room; a gap is
/// round, or a strip up to three times as long as wide, keeps 8 nm from other gaps and from the
/// membrane's true rim, and has an edge that is rough by about a voxel.
///
/// - Parameters:
///   - labels: an instance of a membrane each; 0 for none.
///   - tilt: which part of the area counts as hidden.
///   - perBin: most gaps of one length bin.
///   - seed: same labels and seed, same gaps, whatever the number of threads.
/// - Complexity: the membranes' mid-surfaces, and 5 bytes a voxel.
public func erasedGaps(
  in labels: Volume<UInt16>, tilt: TiltGeometry, perBin: Int, seed: UInt64, workers: Workers
) -> GapTruth {
  let membranes = labels.block.labelRegions().map { label, box in
    PiecedMembrane(
      label: label,
      pieces: ridgePieces(of: label, in: box, labels: labels, workers: workers))
  }
  let random = CounterRandom(seed: seed, stream: GapCarver.erasureStream)
  var planner = GapPlanner(
    membranes, geometry: labels.geometry, tilt: tilt, causes: [.erased], perBin: perBin,
    random: random)
  let gaps = planner.planned()
  let carver = GapCarver(
    gaps: gaps, membranes: membranes, geometry: labels.geometry, random: random.substream(1))
  return carver.carved(labels.block, mask: labels.block.map { $0 == 0 ? 0 : 1 })
}

/// The mid-surface of one label; a margin of background tells the block's border from an end.
private func ridgePieces(
  of label: UInt16, in box: Region, labels: Volume<UInt16>, workers: Workers
) -> [MembranePiece] {
  let outer = box.expanded(by: 4).clamped(to: labels.geometry.bounds)
  let mask = labels.block.cropped(to: outer).map { (sample: UInt16) -> Int8 in
    sample == label ? 1 : 0
  }
  return midSurface(of: mask, geometry: labels.geometry, keepsRims: false, workers: workers).map {
    MembranePiece(
      position: $0.position, normal: $0.normal, areaNm2: $0.areaSquareAngstrom / 100)
  }
}

/// Takes planned gaps out of a segmentation.
struct GapCarver {
  static let erasureStream: UInt64 = 201

  let gaps: [PlannedGap]
  let membranes: [PiecedMembrane]
  let geometry: VolumeGeometry
  private let noise: SmoothNoise

  /// Largest shift of the cut's edge, in voxels, and the edge of the noise's lattice.
  private static let (edgeVoxels, latticeVoxels) = (2.5, 5.0)
  /// It is no more than this share of the gap's width.
  private static let edgeShare = 0.2
  /// Largest shift of a face, in voxels: a tenth of a face's voxels come or go.
  private static let faceVoxels = 1.0

  init(
    gaps: [PlannedGap], membranes: [PiecedMembrane], geometry: VolumeGeometry,
    random: CounterRandom
  ) {
    (self.gaps, self.membranes, self.geometry) = (gaps, membranes, geometry)
    noise = SmoothNoise(
      random: random,
      spacingAngstrom: Self.latticeVoxels * geometry.meanVoxelSizeAngstrom)
  }

  /// The segmentation without the gaps.
  ///
  /// - Parameters:
  ///   - mask: not 0 on all labels, and perhaps a little beside them.
  ///   - reach: how far a voxel without a label may be from the mid-surface to go with it, Å.
  func carved(_ labels: Block<UInt16>, mask: Block<Int8>, reach: Double = 0) -> GapTruth {
    var mask = mask
    var cut = Block<Int16>(region: labels.region, repeating: 0)
    for gap in gaps {
      let membrane = membranes[gap.membrane]
      let (inGap, edge) = (Set(gap.pieces), edgeAngstrom(of: gap))
      forEachVoxel(around: gap) { offset, place in
        guard
          labels.samples[offset] == membrane.label
            || (labels.samples[offset] == 0 && mask.samples[offset] != 0),
          let nearest = membrane.index.nearest(to: place), inGap.contains(nearest.index),
          labels.samples[offset] != 0 || nearest.distance <= reach
        else { return }
        let foot = membrane.pieces[nearest.index].foot(of: place)
        guard gap.outline.excess(foot) + edge * noise.value(at: foot) <= 0 else { return }
        mask.samples[offset] = 0
        if labels.samples[offset] != 0 { cut.samples[offset] = Int16(gap.record.id) }
      }
    }
    return GapTruth(
      mask: Volume(geometry: geometry, samples: mask.samples),
      labels: Volume(geometry: geometry, samples: cut.samples), records: gaps.map(\.record))
  }

  private func edgeAngstrom(of gap: PlannedGap) -> Double {
    min(
      Self.edgeVoxels * geometry.meanVoxelSizeAngstrom,
      Self.edgeShare * gap.outline.widthAngstrom)
  }

  /// Calls `body` with offset and position of the voxels around a gap.
  func forEachVoxel(
    around gap: PlannedGap, margin: Double = 100, _ body: (Int, SIMD3<Double>) -> Void
  ) {
    let region = voxelBox(of: gap, margin: margin)
    for z in region.lower.z..<region.upper.z {
      for y in region.lower.y..<region.upper.y {
        let row = (z * geometry.size.y + y) * geometry.size.x
        for x in region.lower.x..<region.upper.x {
          body(row + x, geometry.position(of: VoxelIndex(x: x, y: y, z: z)).angstrom)
        }
      }
    }
  }

  /// The voxels within `margin` Å of the box of a gap's pieces.
  func voxelBox(of gap: PlannedGap, margin: Double) -> Region {
    let places = gap.pieces.map { membranes[gap.membrane].pieces[$0].position }
    let lower = places.reduce(SIMD3(repeating: .infinity), pointwiseMin) - margin
    let upper = places.reduce(SIMD3(repeating: -.infinity), pointwiseMax) + margin
    return geometry.voxels(from: lower, to: upper)
  }

  /// The labels as a mask whose faces are a little rough, as a network leaves them.
  func roughMask(of labels: Block<UInt16>, workers: Workers) -> Block<Int8> {
    let mask = labels.map { (label: UInt16) -> Int8 in label == 0 ? 0 : 1 }
    let unit = SIMD3(repeating: 1.0)
    let inner = euclideanDistance(toZeroOf: mask, spacing: unit, workers: workers)
    let outer = euclideanDistance(toNonzeroOf: mask, spacing: unit, workers: workers)
    var rough = mask
    let (size, geometry, noise) = (labels.region.size, geometry, noise)
    workers.fillRows(of: &rough.samples, rowLength: size.x) { row, span in
      for x in span.indices {
        let offset = row * size.x + x
        // Voxel centres lie half a voxel off the face.
        let depth =
          span[x] != 0 ? 0.5 - inner.samples[offset] : outer.samples[offset] - 0.5
        guard abs(depth) < Float(Self.faceVoxels) else { continue }
        let place = geometry.position(
          of: VoxelIndex(x: x, y: row % size.y, z: row / size.y)
        ).angstrom
        span[x] = Double(depth) + Self.faceVoxels * noise.value(at: place) <= 0 ? 1 : 0
      }
    }
    return rough
  }
}

extension MembranePiece {
  /// The place on the piece's plane below or above another place.
  func foot(of place: SIMD3<Double>) -> SIMD3<Double> {
    place - (place - position).dot(normal) * normal
  }
}
