import LinearAlgebra
import Meshes
import RealModule
import TomogramModel
import TomographicImaging
import Volumes

/// A small piece of a membrane's mid-surface.
struct MembranePiece: Sendable {
  /// Å.
  var position: SIMD3<Double>
  /// Unit normal, either sign.
  var normal: SIMD3<Double>
  var areaNm2: Double
}

/// The mid-surface of one membrane as pieces that can be searched.
struct PiecedMembrane: Sendable {
  let label: UInt16
  let pieces: [MembranePiece]
  let index: PointIndex
  let areaNm2: Double

  init(label: UInt16, pieces: [MembranePiece]) {
    (self.label, self.pieces) = (label, pieces)
    index = PointIndex(pieces.map(\.position))
    areaNm2 = pieces.reduce(0) { $0 + $1.areaNm2 }
  }
}

/// A gap that fits.
struct PlannedGap: Sendable {
  var record: GapRecord
  let outline: GapOutline
  /// Place of its membrane in the planner's list.
  let membrane: Int
  /// Numbers of the pieces inside the outline grown by the margin: one connected part.
  let pieces: [Int]
}

/// Finds places for gaps of known length and cause on smooth parts of membranes.
///
/// Each round tries one gap of each length, the longest first, and each cause; a kind that finds no
/// place is given up. So lengths are spread evenly as far as there is room.
struct GapPlanner {
  let membranes: [PiecedMembrane]
  let geometry: VolumeGeometry
  let tilt: TiltGeometry
  let causes: [GapCause]
  /// Most gaps of one length bin.
  let perBin: Int
  private var random: CounterRandom
  private var isTaken: [[Bool]]
  private var areaLeftNm2: [Double]
  private var gaps: [PlannedGap] = []

  /// A place is given up after so many tries.
  private static let attempts = 150
  /// Share of a membrane's area that is left standing.
  private static let leastAreaLeft = 0.6
  /// Membrane of at least this width is left around each gap, Å and voxels.
  private static let (marginAngstrom, marginVoxels) = (80.0, 6.0)
  /// Largest lean of the membrane from the normal at the gap's middle, as cosine: 70°.
  private static let leastCosine = 0.342
  /// No bin has so many more gaps than the one with fewest.
  private static let largestLead = 4

  /// Leaves every fourth membrane whole, if there are so many.
  init(
    _ membranes: [PiecedMembrane], geometry: VolumeGeometry, tilt: TiltGeometry,
    causes: [GapCause], perBin: Int, random: CounterRandom
  ) {
    (self.membranes, self.geometry, self.tilt) = (membranes, geometry, tilt)
    (self.causes, self.perBin, self.random) = (causes, perBin, random)
    isTaken = membranes.map { Array(repeating: false, count: $0.pieces.count) }
    areaLeftNm2 = membranes.map { (1 - Self.leastAreaLeft) * $0.areaNm2 }
    let order = membranes.indices.shuffled(using: &self.random)
    for whole in order.prefix(membranes.count / 4) { areaLeftNm2[whole] = 0 }
  }

  private var margin: Double {
    max(Self.marginAngstrom, Self.marginVoxels * geometry.meanVoxelSizeAngstrom)
  }

  /// All gaps, numbered from 1 by rising length.
  mutating func planned() -> [PlannedGap] {
    let bins = GapLengthBin.all
    var counts = bins.map { _ in 0 }
    var open = bins.map { _ in Set(causes.indices) }
    var hasRoom = true
    while hasRoom {
      hasRoom = false
      for bin in bins.indices.reversed() {
        for cause in causes.indices where open[bin].contains(cause) {
          let lead = counts[bin] - (counts.min() ?? 0)
          guard counts[bin] < perBin, lead < Self.largestLead else { continue }
          if place(bins[bin], causes[cause]) {
            counts[bin] += 1
            hasRoom = true
          } else {
            open[bin].remove(cause)
          }
        }
      }
    }
    return numbered()
  }

  private func numbered() -> [PlannedGap] {
    let order = gaps.indices.sorted {
      (gaps[$0].record.lengthAngstrom, $0) < (gaps[$1].record.lengthAngstrom, $1)
    }
    return order.enumerated().map { place, index in
      var gap = gaps[index]
      gap.record.id = place + 1
      return gap
    }
  }

  private mutating func place(_ bin: GapLengthBin, _ cause: GapCause) -> Bool {
    for _ in 0..<Self.attempts {
      guard let (membrane, piece) = drawnPiece(for: cause) else { return false }
      let middle = membranes[membrane].pieces[piece]
      let width = 10 * random.uniform(Double(bin.lowerNm), Double(bin.upperNm))
      let stretch = random.chance(0.5) ? random.uniform(1.5, 3) : 1
      let outline = GapOutline(
        frame: Frame(
          origin: middle.position, normal: middle.normal, turn: random.uniform(0, 2 * .pi)),
        widthAngstrom: width, lengthAngstrom: stretch * width)
      guard let gap = gap(outline, cause: cause, membrane: membrane, piece: piece) else {
        continue
      }
      for number in gap.pieces
      where outline.excess(membranes[membrane].pieces[number].position) <= 0 {
        isTaken[membrane][number] = true
      }
      areaLeftNm2[membrane] -= gap.record.areaNm2
      gaps.append(gap)
      return true
    }
    return false
  }

  /// A piece drawn by area from membranes that may be cut, of the kind that the cause asks for.
  private mutating func drawnPiece(for cause: GapCause) -> (membrane: Int, piece: Int)? {
    let room = membranes.indices.filter { 0 < areaLeftNm2[$0] }
    let total = room.reduce(0) { $0 + membranes[$1].pieces.count }
    guard 0 < total else { return nil }
    for _ in 0..<Self.attempts {
      var number = random.integer(0...(total - 1))
      for membrane in room {
        let pieces = membranes[membrane].pieces
        if pieces.count <= number {
          number -= pieces.count
          continue
        }
        let isHidden = tilt.hides(normal: pieces[number].normal)
        if cause == .erased || isHidden == (cause == .wedge) { return (membrane, number) }
        break
      }
    }
    return nil
  }

  /// The gap with this outline, if the membrane goes on all around it, leans little, keeps off the
  /// border and other gaps, has the area to spare, and is hidden or seen as the cause has it.
  private func gap(
    _ outline: GapOutline, cause: GapCause, membrane: Int, piece: Int
  ) -> PlannedGap? {
    guard let found = connected(outline, membrane: membrane, from: piece) else { return nil }
    let pieces = membranes[membrane].pieces
    var (area, hidden, theta, ring) = (0.0, 0.0, 0.0, 0.0)
    var sectors: Set<Int> = []
    for number in found {
      let piece = pieces[number]
      guard outline.excess(piece.position) <= 0 else {
        ring += piece.areaNm2
        sectors.insert(outline.sector(of: piece.position))
        continue
      }
      area += piece.areaNm2
      if tilt.hides(normal: piece.normal) { hidden += piece.areaNm2 }
      theta += piece.areaNm2 * TiltGeometry.thetaDegrees(ofNormal: piece.normal)
    }
    let flat = outline.flatAreaNm2()
    // The sums of ridge pieces are up to 11 % low.
    guard 0 < area, area <= areaLeftNm2[membrane], 0.85 * flat <= area,
      0.85 * (outline.flatAreaNm2(grownBy: margin) - flat) <= ring,
      sectors.count == GapOutline.sectorCount, Self.suits(cause, hiddenShare: hidden / area)
    else { return nil }
    let record = GapRecord(
      id: 0, membrane: Int(membranes[membrane].label), cause: cause,
      lengthAngstrom: outline.widthAngstrom, thetaDegrees: theta / area,
      hiddenShare: hidden / area, areaNm2: area,
      centre: Position(angstrom: outline.frame.origin))
    return PlannedGap(record: record, outline: outline, membrane: membrane, pieces: found)
  }

  private static func suits(_ cause: GapCause, hiddenShare: Double) -> Bool {
    switch cause {
    case .wedge: 0.8 <= hiddenShare
    case .noise, .protein: hiddenShare <= 0.2
    case .erased: true
    }
  }

  /// The pieces of one sheet inside the outline grown by the margin; nil where the sheet leans too
  /// much, or meets the border or another gap.
  private func connected(_ outline: GapOutline, membrane: Int, from first: Int) -> [Int]? {
    let (all, index) = (membranes[membrane].pieces, membranes[membrane].index)
    let link = 2.2 * geometry.meanVoxelSizeAngstrom
    let (inner, margin) = (geometry.innerBox(voxels: 3), margin)
    var reached: Set<Int> = [first]
    var pending = [first]
    while let number = pending.popLast() {
      let piece = all[number]
      guard !isTaken[membrane][number],
        Self.leastCosine <= abs(piece.normal.dot(outline.frame.normal)),
        inner.contains(piece.position)
      else { return nil }
      index.forEach(within: link, of: piece.position) { other in
        if outline.excess(all[other].position) <= margin, reached.insert(other).inserted {
          pending.append(other)
        }
      }
    }
    return reached.sorted()
  }
}

extension GapOutline {
  /// Directions from the middle that are told apart.
  static let sectorCount = 16

  /// The direction in which a place lies from the middle, within the tangent plane.
  func sector(of place: SIMD3<Double>) -> Int {
    let offset = place - frame.origin
    // A strip is squeezed to a round gap, so that its ends are seen under more than one direction.
    let along = offset.dot(frame.first) * widthAngstrom / lengthAngstrom
    let turn = Double.atan2(y: offset.dot(frame.second), x: along) / (2 * .pi) + 0.5
    return min(Int(turn * Double(Self.sectorCount)), Self.sectorCount - 1)
  }
}

/// A box in Å.
struct PositionBox: Sendable {
  let lower: SIMD3<Double>
  let upper: SIMD3<Double>

  func contains(_ place: SIMD3<Double>) -> Bool {
    0 <= (place - lower).min() && 0 <= (upper - place).min()
  }
}

extension VolumeGeometry {
  /// The volume without its outermost voxels.
  func innerBox(voxels margin: Int) -> PositionBox {
    let last = VoxelIndex(
      x: size.x - 1 - margin, y: size.y - 1 - margin, z: size.z - 1 - margin)
    return PositionBox(
      lower: position(of: VoxelIndex(x: margin, y: margin, z: margin)).angstrom,
      upper: position(of: last).angstrom)
  }
}
