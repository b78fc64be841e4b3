import LinearAlgebra
import Meshes
import RealModule
import TomogramModel
import TomographicImaging
import Volumes

/// The gaps of a simulated scene: where they are, and what the specimen shows there.
///
/// A gap by the wedge leaves the specimen as it is. One by noise takes the membrane's density and
/// its proteins away. One by protein puts a mass over the membrane.
struct SceneGaps {
  private let carver: GapCarver
  private let options: SceneOptions
  private var random: CounterRandom

  /// The fade from membrane to nothing is this wide, centred on the outline, Å.
  private static let fadeAngstrom = 20.0
  /// Protein reaches this far to both sides of the mid-surface, Å.
  private static let proteinReachAngstrom = 70.0

  init(
    _ membranes: [SceneMembrane], options: SceneOptions, tilt: TiltGeometry,
    random: CounterRandom
  ) {
    let spacing = 1.5 * options.pixelSizeAngstrom
    let pieced = membranes.map { membrane in
      PiecedMembrane(
        label: UInt16(membrane.label),
        pieces: membrane.mesh.surfaceSamples(spacingAngstrom: spacing).map {
          MembranePiece(
            position: $0.position, normal: $0.normal, areaNm2: $0.areaAngstrom2 / 100)
        })
    }
    var planner = GapPlanner(
      pieced, geometry: options.geometry, tilt: tilt, causes: [.wedge, .noise, .protein],
      perBin: options.gapsPerLengthBin, random: random.substream(0))
    carver = GapCarver(
      gaps: planner.planned(), membranes: pieced, geometry: options.geometry,
      random: random.substream(1))
    self.options = options
    self.random = random.substream(2)
  }

  private func gaps(_ cause: GapCause) -> [PlannedGap] {
    carver.gaps.filter { $0.record.cause == cause }
  }

  /// Takes the membranes out of the density where noise hides them.
  func fade(_ builder: SceneBuilder) {
    for gap in gaps(.noise) { fade(gap, builder) }
  }

  private func fade(_ gap: PlannedGap, _ builder: SceneBuilder) {
    let membrane = carver.membranes[gap.membrane]
    let (shape, style) = builder.shapes[Int(membrane.label) - 1]
    let inGap = Set(gap.pieces)
    let region = carver.voxelBox(of: gap, margin: Double(builder.bandAngstrom))
    let distances = builder.signedDistances(of: shape, in: region)
    for z in region.lower.z..<region.upper.z {
      for y in region.lower.y..<region.upper.y {
        for x in region.lower.x..<region.upper.x {
          let voxel = VoxelIndex(x: x, y: y, z: z)
          let distance = distances[voxel]
          guard abs(distance) < builder.bandAngstrom else { continue }
          let place = options.geometry.position(of: voxel).angstrom
          guard let nearest = membrane.index.nearest(to: place), inGap.contains(nearest.index)
          else { continue }
          let excess = gap.outline.excess(membrane.pieces[nearest.index].foot(of: place))
          builder.fade(
            voxel, by: Self.fading(excess), distance: distance, profile: style.profile)
        }
      }
    }
  }

  /// How much of the membrane is gone at a signed distance from the outline.
  private static func fading(_ excess: Double) -> Float {
    let part = min(max(0.5 - excess / fadeAngstrom, 0), 1)
    return Float(part * part * (3 - 2 * part))
  }

  /// Whether a protein here would stand in a gap that shows nothing.
  func shows(_ place: SIMD3<Double>) -> Bool {
    !gaps(.noise).contains { gap in
      let membrane = carver.membranes[gap.membrane]
      // As tall as proteins get, and as wide.
      guard (place - gap.outline.frame.origin).length <= gap.outline.lengthAngstrom + 200,
        let nearest = membrane.index.nearest(to: place, within: 160),
        gap.pieces.contains(nearest.index)
      else { return false }
      return gap.outline.excess(membrane.pieces[nearest.index].foot(of: place)) <= 30
    }
  }

  /// The masses over the gaps by protein.
  mutating func proteins() -> [Ball] {
    var balls: [Ball] = []
    for gap in gaps(.protein) {
      let lean = random.uniform(-30, 30)
      let pieces = carver.membranes[gap.membrane].pieces
      for number in gap.pieces {
        let piece = pieces[number]
        guard gap.outline.excess(piece.position) <= 10 else { continue }
        // On the average one ball 3.5 nm from the next.
        let count = piece.areaNm2 * 2 * Self.proteinReachAngstrom / 10 / 43
        let whole = Int(count) + (random.chance(count - count.rounded(.down)) ? 1 : 0)
        for _ in 0..<whole {
          let height = random.uniform(-Self.proteinReachAngstrom, Self.proteinReachAngstrom)
          balls.append(
            Ball(
              centre: piece.position + (height + lean) * piece.normal,
              width: random.uniform(14, 24), density: random.uniform(0.5, 1.1)))
        }
      }
    }
    return balls
  }

  /// What a segmentation of the scene with these gaps looks like.
  func truth(labels: [UInt16], workers: Workers) -> GapTruth {
    let block = Block(region: options.geometry.bounds, samples: labels)
    return carver.carved(
      block, mask: carver.roughMask(of: block, workers: workers),
      reach: options.halfThicknessAngstrom + 2 * options.pixelSizeAngstrom)
  }
}

extension SceneBuilder {
  /// Takes a share of a membrane's density, and more than half gone its leaflet and its room in the
  /// soup, away from a voxel.
  fileprivate func fade(
    _ voxel: VoxelIndex, by share: Float, distance: Float, profile: BilayerProfile
  ) {
    guard 0 < share else { return }
    let offset = (voxel.z * geometry.size.y + voxel.y) * geometry.size.x + voxel.x
    density[offset] -= share * profile.density(distance)
    guard 0.5 < share, labels[offset] != 0 else { return }
    leaflets[offset] = 0
    fadedVoxels.append(offset)
  }
}
