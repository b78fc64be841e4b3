import Graphs
import LinearAlgebra
import Meshes

/// A patch as a piece of mid-surface, in voxel coordinates.
struct SurfacePiece: Sendable {
  var position: SIMD3<Double>
  /// Of unit length, either sign.
  var normal: SIMD3<Double>
  /// The fragment it belongs to.
  var fragment: Int
}

/// Groups fragments that continue each other: pieces of one membrane whose gap nothing has bridged.
///
/// Two fragments may belong together where their rims face each other and one smooth surface runs along the
/// gap and through both: a quadratic height field fitted to the walls that end there leaves little.
/// Parallel neighbours fail as the surface would have to step, closed neighbours as their gap runs along
/// the normal.
///
/// Each such place speaks for the two being one membrane, each at which no surface runs through both a
/// little against it. Fragments become one where more speaks for it than against, the surest first, after
/// which the places of both count together: a rim that happens to be in line with that of a neighbouring
/// membrane is outvoted by all the places at which the two are not.
///
/// In voxel coordinates, so only for voxels of about equal edges.
struct FragmentGrouping {
  /// The mask's usual thickness, in voxels.
  let thickness: Double
  /// The widest gap that is looked across, in voxels.
  let widestGap: Double

  /// Around a rim, what lies within this many thicknesses, whose normal is the rim's, is off by this share
  /// of it: 0.42 where half a disc is left.
  static let rimReach = 3.0
  static let rimShift = 0.25
  /// How far into each fragment the surface is fitted, in thicknesses.
  static let depth = 4.0
  /// Neighbouring pieces of about ten faces are mostly no farther apart, in voxels.
  static let pieceStep = 5.0
  /// A wall goes on to what lies within so many such steps, or thicknesses where they are larger.
  static let wallSteps = 1.4
  /// Places looked at for each pair of fragments.
  static let places = 24
  /// What a place says against two fragments being one, where it says 1 for it elsewhere. Little, as many
  /// places fail where a sac was cut: the nearest rim is often that of the other wall.
  static let dissent = 0.1
  /// What must be left in favour.
  static let leastAgreement = 0.4
  /// How far either side may be from the common surface: root mean square, in thicknesses.
  static let largestResidual = 0.25
  /// A gap runs along the surface: largest sine of its slope against it, in the mean of both sides.
  static let steepest = 0.2

  /// The fragments that make up one membrane.
  ///
  /// - Parameters:
  ///   - pieces: in any order.
  ///   - fragments: how many there are, numbered from 0.
  /// - Returns: for each fragment the smallest of its group.
  func groups(of pieces: [SurfacePiece], fragments: Int) -> [Int] {
    contractedAdditively(
      sizes: Array(repeating: 1, count: fragments), edges: votes(of: pieces),
      leastWeight: { _ in Self.leastAgreement })
  }

  /// How much speaks for pairs of fragments being one, for all whose rims face each other.
  private func votes(of pieces: [SurfacePiece]) -> [SignedEdge] {
    let index = PointIndex(pieces.map(\.position))
    return mutualGaps(pieces, index: index).map { pair, gaps in
      let places = gaps.sorted { ($0.width, $0.from, $0.to) < ($1.width, $1.from, $1.to) }
      let step = max(1, places.count / Self.places)
      let looked = stride(from: 0, to: places.count, by: step).map { places[$0] }
      let good = Double(looked.count { isContinued($0, pieces: pieces, index: index) })
      let bad = Double(looked.count) - good
      return SignedEdge(
        source: Int(pair.first), target: Int(pair.second),
        weight: (good - Self.dissent * bad) * Double(places.count) / Double(looked.count))
    }
  }

  private struct Gap {
    var from: Int
    var to: Int
    var width: Double
  }

  /// Places where two pieces of rims are each other's nearest of the other's fragment, by pair.
  private func mutualGaps(_ pieces: [SurfacePiece], index: PointIndex) -> [PatchPair: [Gap]] {
    let rims = pieces.indices.filter { isRim($0, pieces: pieces, index: index) }
    let rimIndex = PointIndex(rims.map { pieces[$0].position })
    let nearest = rims.map { rim in
      nearestOthers(of: pieces[rim]) { body in
        rimIndex.forEach(within: widestGap, of: pieces[rim].position) {
          body($0, pieces[rims[$0]])
        }
      }
    }
    var gaps: [PatchPair: [Gap]] = [:]
    for (from, others) in nearest.enumerated() {
      let own = pieces[rims[from]].fragment
      for (fragment, found) in others where own < fragment {
        guard nearest[found.index][own]?.index == from else { continue }
        gaps[PatchPair(Int32(own), Int32(fragment)), default: []].append(
          Gap(from: rims[from], to: rims[found.index], width: found.distance))
      }
    }
    return gaps
  }

  /// Whether a fragment ends near a piece: what lies around it lies on one side.
  private func isRim(_ piece: Int, pieces: [SurfacePiece], index: PointIndex) -> Bool {
    let (centre, reach) = (pieces[piece], Self.rimReach * thickness)
    var around: [SurfacePiece] = []
    index.forEach(within: reach, of: centre.position) { other in
      if pieces[other].fragment == centre.fragment { around.append(pieces[other]) }
    }
    // The normal of the surroundings: a rim's own turns outwards.
    let normal = meanNormal(of: around)
    let mean = around.reduce(.zero) { $0 + ($1.position - centre.position) } / Double(around.count)
    return Self.rimShift * reach < (mean - mean.dot(normal) * normal).length
  }

  /// The nearest piece of each other fragment among those `around` hands out.
  private func nearestOthers(
    of piece: SurfacePiece, around: ((Int, SurfacePiece) -> Void) -> Void
  ) -> [Int: (index: Int, distance: Double)] {
    var best: [Int: (index: Int, distance: Double)] = [:]
    around { number, other in
      guard other.fragment != piece.fragment else { return }
      let distance = (other.position - piece.position).length
      let known = best[other.fragment] ?? (.max, .infinity)
      if (distance, number) < (known.distance, known.index) {
        best[other.fragment] = (number, distance)
      }
    }
    return best
  }

  /// The pieces in a ball that a rim's wall goes on to by short steps: not the other wall of a sac, nor
  /// whatever else of the fragment comes near.
  private func wall(
    from rim: Int, within reach: Double, of middle: SIMD3<Double>, pieces: [SurfacePiece],
    index: PointIndex
  ) -> [SurfacePiece] {
    let step = Self.wallSteps * max(thickness, Self.pieceStep)
    var reached: Set<Int> = [rim]
    var found = [rim]
    var next = 0
    while next < found.count {
      index.forEach(within: step, of: pieces[found[next]].position) { number in
        guard pieces[number].fragment == pieces[rim].fragment,
          (pieces[number].position - middle).length <= reach, reached.insert(number).inserted
        else { return }
        found.append(number)
      }
      next += 1
    }
    // In the order of their numbers, so that sums do not depend on the way.
    return found.sorted().map { pieces[$0] }
  }

  /// Whether one smooth surface runs through the walls that end at a gap.
  private func isContinued(_ gap: Gap, pieces: [SurfacePiece], index: PointIndex) -> Bool {
    let ends = [gap.from, gap.to]
    let middle = (pieces[gap.from].position + pieces[gap.to].position) / 2
    let reach = gap.width / 2 + Self.depth * thickness
    let walls = ends.map {
      wall(from: $0, within: reach, of: middle, pieces: pieces, index: index)
    }
    let normals = zip(ends, walls).map { end, wall in
      let near = wall.filter {
        ($0.position - pieces[end].position).length <= Self.rimReach * thickness
      }
      return meanNormal(of: near)
    }
    // Of a membrane that bends the gap leans as much to one normal as from the other.
    let normal = normals[0] + (normals[0].dot(normals[1]) < 0 ? -normals[1] : normals[1])
    let across = pieces[gap.to].position - pieces[gap.from].position
    guard abs(across.dot(normal)) / 2 <= Self.steepest * max(gap.width, thickness),
      let residuals = CommonSurface.residuals(of: walls, around: middle)
    else { return false }
    return residuals.allSatisfy { $0 <= Self.largestResidual * thickness }
  }

  /// The axis that normals scatter least about, of either sign.
  private func meanNormal(of pieces: [SurfacePiece]) -> SIMD3<Double> {
    var tensor = SymmetricMatrix.zero
    for piece in pieces { tensor.addOuterProduct(of: piece.normal) }
    return tensor.eigenvector(of: tensor.eigenvalues.z)
  }
}

/// A quadratic height field over a plane, fitted to pieces of two fragments.
enum CommonSurface {
  /// Pieces that lean more from the plane's normal belong to a rim, where normals turn outwards.
  private static let leastCosine = 0.6
  /// Pieces that a side needs.
  private static let leastPieces = 5

  /// How far each side is from the surface fitted to both with equal weight: root mean square along the
  /// plane's normal; nil where a side has too few pieces, or no plane.
  static func residuals(
    of sides: [[SurfacePiece]], around origin: SIMD3<Double>
  ) -> [Double]? {
    var tensor = SymmetricMatrix.zero
    for side in sides {
      for piece in side {
        tensor.addOuterProduct(of: piece.normal, weight: 1 / Double(side.count))
      }
    }
    let normal = tensor.eigenvector(of: tensor.eigenvalues.z)
    let uAxis = normal.anyPerpendicular
    let vAxis = normal.cross(uAxis)
    // 1, u, v, u²/2, uv, v²/2 of each piece, and its height.
    let rows = sides.map { side in
      side.filter { leastCosine < abs($0.normal.dot(normal)) }.map { piece in
        let away = piece.position - origin
        let (u, v) = (away.dot(uAxis), away.dot(vAxis))
        return (terms: [1, u, v, u * u / 2, u * v, v * v / 2], height: away.dot(normal))
      }
    }
    guard rows.allSatisfy({ leastPieces <= $0.count }) else { return nil }
    var equations = NormalEquations(unknowns: 6)
    for side in rows {
      for row in side { equations.add(row.terms, row.height, weight: 1 / Double(side.count)) }
    }
    guard let coefficients = equations.solution() else { return nil }
    return rows.map { side in
      let squares = side.reduce(0) { sum, row in
        let rest = row.height - zip(row.terms, coefficients).reduce(0) { $0 + $1.0 * $1.1 }
        return sum + rest * rest
      }
      return (squares / Double(side.count)).squareRoot()
    }
  }
}
