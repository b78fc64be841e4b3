import LinearAlgebra
import Morphology
import Training
import Volumes

/// Cuts gaps into known membranes, so that what belongs there is known.
///
/// A gap is what a ball, or an ellipsoid stretched along the membrane, holds of one membrane; its
/// outline is uneven by a voxel. What is seen inside it is dimmed: the probability, and in half of the
/// gaps the density, which is then taken from a place without membrane.
struct GapEraser {
  /// Shortest and longest gap, in Å.
  static let lengths: ClosedRange<Float> = 50...600
  /// Share of the membrane that is cut out, about.
  static let share = 0.2
  /// Clear membrane around a gap, in Å.
  private static let margin = 80.0

  let labels: ScratchVolume<UInt16>
  /// Not 0 where membrane is known; gaps are cut out of it.
  let mask: ScratchVolume<Int8>
  let probability: ScratchVolume<UInt8>?
  let density: ScratchVolume<UInt8>?
  let workers: Workers

  private var geometry: VolumeGeometry { labels.geometry }

  /// A gap to cut.
  private struct Gap {
    let centre: SIMD3<Double>
    /// Unit axis along the membrane, and how much longer the gap is along it.
    let axis: SIMD3<Double>
    let stretch: Double
    let radius: Double
    let membrane: UInt16
    /// Factor on the probability.
    let dimming: Float
    /// Where the density comes from, relative to the gap, in voxels; nil: it stays.
    let shift: VoxelIndex?

    var reach: Double { radius * stretch }
  }

  /// Cuts gaps until the share is reached or no more fit.
  func erase(seed: UInt64) throws {
    var generator = CountedGenerator(seed, 0x4741)
    var samples: [MidSurfaceSample] = []
    try forEachMidSurfaceTile(of: mask, workers: workers) { _, found in
      samples.append(contentsOf: found)
    }
    guard !samples.isEmpty else { return }
    var areas: [UInt16: Double] = [:]
    for sample in samples {
      areas[labels.value(of: sample.voxel), default: 0] += sample.areaSquareAngstrom
    }
    let goal = Self.share * areas.values.reduce(0, +)
    var (gaps, erased): ([Gap], Double) = ([], 0)
    for _ in 0..<2000 where erased < goal {
      guard
        let gap = gap(
          around: samples[Int.random(in: samples.indices, using: &generator)], areas: areas,
          using: &generator),
        gaps.allSatisfy({
          let apart = ($0.centre - gap.centre).length
          return $0.reach + gap.reach + Self.margin < apart
        })
      else { continue }
      gaps.append(gap)
      erased += .pi * gap.radius * gap.reach
    }
    for gap in gaps { cut(gap, using: &generator) }
  }

  private func gap(
    around sample: MidSurfaceSample, areas: [UInt16: Double],
    using generator: inout CountedGenerator
  ) -> Gap? {
    let membrane = labels.value(of: sample.voxel)
    let radius = Double(generator.uniform(Self.lengths)) / 2
    let stretch = generator.chance(0.5) ? 1 : Double(generator.uniform(1.5...3))
    // A membrane keeps most of itself.
    guard membrane != 0, let area = areas[membrane], .pi * radius * radius * stretch < 0.2 * area
    else { return nil }
    let random = SIMD3(
      Double(generator.normal()), Double(generator.normal()), Double(generator.normal()))
    let axis = (random - random.dot(sample.normal) * sample.normal).normalized
    let dimming = generator.uniform(0...0.4)
    let fades = generator.chance(0.5)
    let shift = fades ? clearShift(from: sample.position, radius: radius, &generator) : nil
    return Gap(
      centre: sample.position, axis: axis, stretch: stretch, radius: radius, membrane: membrane,
      dimming: shift == nil ? dimming : 0, shift: shift)
  }

  /// A shift to a place without membrane; nil where none is found.
  private func clearShift(
    from place: SIMD3<Double>, radius: Double, _ generator: inout CountedGenerator
  ) -> VoxelIndex? {
    let size = geometry.size
    guard let start = geometry.nearestVoxel(to: place) else { return nil }
    for _ in 0..<40 {
      let there = VoxelIndex(
        x: Int.random(in: 0..<size.x, using: &generator),
        y: Int.random(in: 0..<size.y, using: &generator),
        z: Int.random(in: 0..<size.z, using: &generator))
      let centre = geometry.position(of: there).angstrom
      let isClear = (0..<60).allSatisfy { _ in
        let away = SIMD3(
          Double(generator.uniform(-1...1)), Double(generator.uniform(-1...1)),
          Double(generator.uniform(-1...1)))
        return geometry.nearestVoxel(to: centre + radius * away).map { labels.value(of: $0) == 0 }
          ?? false
      }
      if isClear {
        return VoxelIndex(x: there.x - start.x, y: there.y - start.y, z: there.z - start.z)
      }
    }
    return nil
  }

  private func cut(_ gap: Gap, using generator: inout CountedGenerator) {
    let voxel = geometry.meanVoxelSizeAngstrom
    let box = geometry.box(around: gap.centre, radius: gap.reach + 4 * voxel)
    for z in box.lower.z..<box.upper.z {
      for y in box.lower.y..<box.upper.y {
        for x in box.lower.x..<box.upper.x {
          let index = VoxelIndex(x: x, y: y, z: z)
          var away = geometry.position(of: index).angstrom - gap.centre
          let along = away.dot(gap.axis)
          away += (along / gap.stretch - along) * gap.axis
          let unevenness = Double(generator.uniform(-0.7...0.7)) * voxel
          let depth = gap.radius - away.length
          // What is seen fades a little beyond the outline.
          if -3 * voxel < depth { dim(gap, at: index) }
          if unevenness < depth && labels.value(of: index) == gap.membrane {
            mask.withMutableSamples { $0[geometry.offset(of: index)] = 0 }
          }
        }
      }
    }
  }

  private func dim(_ gap: Gap, at index: VoxelIndex) {
    let place = geometry.offset(of: index)
    probability?.withMutableSamples {
      if gap.dimming < 1 { $0[place] = UInt8(Float($0[place]) * gap.dimming) }
    }
    guard let shift = gap.shift, let density else { return }
    let there = VoxelIndex(x: index.x + shift.x, y: index.y + shift.y, z: index.z + shift.z)
    guard geometry.bounds.contains(there), labels.value(of: there) == 0 else { return }
    density.withMutableSamples { $0[place] = $0[geometry.offset(of: there)] }
  }
}
