import LinearAlgebra
import Meshes
import TomogramModel
import Volumes

/// Which membranes of two halves are the same, and how far apart they are at each vertex.
///
/// Membranes are a pair where at least half of the area of one of them has the other nearest along
/// its normals: numbers mean nothing, and one membrane may come in two pieces in the other half.
struct HalfPairing: Sendable {
  /// Two membranes that are the same, by their places in the halves.
  struct Pair: Hashable, Sendable {
    var even: Int
    var odd: Int
  }

  /// How far apart the halves are at a vertex of either.
  struct Difference: Sendable {
    var pair: Pair
    /// Position, Å.
    var place: SIMD3<Double>
    /// The odd half's surface less the even half's along the normal of the one looked from, Å.
    var distance: Double
    /// √(sd₁² + sd₂²), Å: what independent errors of both would have.
    var standardDeviation: Double
    /// Whether the wedge hides the surface here.
    var isHidden: Bool
  }

  /// Pairs, by rising place in the even half, then in the odd one.
  let pairs: [Pair]
  /// At the vertices of both halves that have a standard deviation and the paired membrane in
  /// reach.
  let differences: [Difference]

  /// A vertex and what its normal meets in the other half.
  private struct Meeting: Sendable {
    var membrane: Int
    var area: Double
    var crossing: HalfIndex.Crossing
    var difference: Difference?
  }

  init(
    even: HalfSurfaces, odd: HalfSurfaces, tilt: TiltGeometry, reachAngstrom reach: Double,
    workers: Workers
  ) {
    let (evenIndex, oddIndex) = (HalfIndex(even), HalfIndex(odd))
    let fromEven = Self.meetings(
      of: even, with: oddIndex, isEven: true, tilt: tilt, reach: reach, workers)
    let fromOdd = Self.meetings(
      of: odd, with: evenIndex, isEven: false, tilt: tilt, reach: reach, workers)
    var found: Set<Pair> = []
    for (half, meetings, isEven) in [(even, fromEven, true), (odd, fromOdd, false)] {
      var shared: [Pair: Double] = [:]
      for meeting in meetings {
        shared[Self.pair(meeting, isEven: isEven), default: 0] += meeting.area
      }
      let areas = half.surfaces.map(\.mesh.areaAngstrom2)
      for (pair, area) in shared where areas[isEven ? pair.even : pair.odd] <= 2 * area {
        found.insert(pair)
      }
    }
    pairs = found.sorted { ($0.even, $0.odd) < ($1.even, $1.odd) }
    differences = (fromEven + fromOdd).compactMap { meeting in
      meeting.difference.flatMap { found.contains($0.pair) ? $0 : nil }
    }
  }

  private static func pair(_ meeting: Meeting, isEven: Bool) -> Pair {
    let (own, other) = (meeting.membrane, meeting.crossing.membrane)
    return isEven ? Pair(even: own, odd: other) : Pair(even: other, odd: own)
  }

  private static func meetings(
    of half: HalfSurfaces, with other: HalfIndex, isEven: Bool, tilt: TiltGeometry, reach: Double,
    _ workers: Workers
  ) -> [Meeting] {
    half.surfaces.enumerated().flatMap { membrane, surface -> [Meeting] in
      let areas = surface.mesh.vertexAreasAngstrom2()
      let found = workers.map(surface.mesh.vertices.count) { vertex -> Meeting? in
        let (place, normal) = (surface.mesh.vertices[vertex], surface.normals[vertex])
        guard let crossing = other.crossing(from: place, along: normal, within: reach) else {
          return nil
        }
        var meeting = Meeting(membrane: membrane, area: areas[vertex], crossing: crossing)
        let (own, foreign) = (
          Double(surface.standardDeviationAngstrom[vertex]), crossing.standardDeviation
        )
        let spread = (own * own + foreign * foreign).squareRoot()
        // NaN where either half has none.
        guard 0 < spread, spread.isFinite else { return meeting }
        meeting.difference = Difference(
          pair: pair(meeting, isEven: isEven), place: place + crossing.offset / 2 * normal,
          distance: isEven ? crossing.offset : -crossing.offset, standardDeviation: spread,
          isHidden: tilt.hides(normal: normal))
        return meeting
      }
      return found.compactMap { $0 }
    }
  }
}
