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

/// Finds which fragments continue each other: pieces of one membrane whose gap nothing has bridged.
///
/// Two fragments belong together where, at most places at which their rims face each other, one smooth
/// surface runs through both: a quadratic height field fitted to what lies near the gap on either
/// side leaves little, and its normals are theirs. Parallel neighbours fail as the surface would have
/// to step, closed neighbours as their gap runs along the normal.
///
/// In voxel coordinates, so only for voxels of about equal edges.
struct FragmentGrouping {
  /// The mask's usual thickness, in voxels.
  let thickness: Double
  /// The widest gap that is looked across, in voxels.
  let widestGap: Double

  /// Around a rim, what lies within this many thicknesses is off by this share of it: 0.42 where half a
  /// disc is left.
  static let rimReach = 3.0
  static let rimShift = 0.25
  /// How far into each fragment the surface is fitted, in thicknesses.
  static let depth = 4.0
  /// Neighbouring pieces of about ten faces are no farther apart, in voxels.
  static let pieceStep = 5.0
  /// Places looked at for each pair of fragments.
  static let places = 24
  /// Share of the places that must agree.
  static let leastShare = 0.6
  /// How far two sides may be from a common surface.
  struct Limits {
    /// Largest root mean square distance on either side, in thicknesses. Membranes side by side are more
    /// than one thickness apart.
    var residual: Double
    /// Least mean cosine between normals and those of the common surface.
    var agreement: Double
  }
  /// Of all that lies near a gap: 25°.
  static let nearby = Limits(residual: 0.3, agreement: 0.9)
  /// Of the rims' own walls, which in a stack are smooth enough to bend into the neighbour's: 23°.
  static let ownWall = Limits(residual: 0.2, agreement: 0.92)
  /// A gap runs along the surface: largest sine of its slope against it.
  static let steepest = 0.5

  /// The pairs of fragments that belong together, with the share of places that agree.
  ///
  /// - Parameter pieces: in any order; fragments are numbered from 0.
  func pairs(of pieces: [SurfacePiece]) -> [(first: Int, second: Int, share: Double)] {
    let index = PointIndex(pieces.map(\.position))
    let gaps = mutualGaps(pieces, index: index)
    return gaps.keys.sorted { ($0.first, $0.second) < ($1.first, $1.second) }.compactMap { pair in
      let places = (gaps[pair] ?? []).sorted {
        ($0.width, $0.from, $0.to) < ($1.width, $1.from, $1.to)
      }
      let step = max(1, places.count / Self.places)
      let looked = stride(from: 0, to: places.count, by: step).map { places[$0] }
      let good = looked.count { isContinued($0, pieces: pieces, index: index) }
      let share = Double(good) / Double(looked.count)
      return Self.leastShare <= share
        ? (Int(pair.first), Int(pair.second), share) : nil
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
    var tensor = SymmetricMatrix.zero
    var (sum, count) = (SIMD3<Double>.zero, 0.0)
    index.forEach(within: reach, of: centre.position) { other in
      guard pieces[other].fragment == centre.fragment else { return }
      sum += pieces[other].position - centre.position
      tensor.addOuterProduct(of: pieces[other].normal)
      count += 1
    }
    // The normal of the surroundings: a rim's own turns outwards.
    let normal = tensor.eigenvector(of: tensor.eigenvalues.z)
    let mean = sum / count
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

  /// The pieces in a ball that a rim's sheet goes on to by short steps: not the other wall of a sac, nor
  /// whatever else of the fragment comes near.
  private func sheet(
    from rim: Int, within reach: Double, of middle: SIMD3<Double>, pieces: [SurfacePiece],
    index: PointIndex
  ) -> [SurfacePiece] {
    let step = max(thickness, Self.pieceStep)
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

  /// Whether one smooth surface runs through both fragments at a gap: through all of them that lies near,
  /// or, where that holds two walls of a sac, through the walls that end there.
  private func isContinued(_ gap: Gap, pieces: [SurfacePiece], index: PointIndex) -> Bool {
    let ends = [gap.from, gap.to]
    let middle = (pieces[gap.from].position + pieces[gap.to].position) / 2
    let reach = gap.width / 2 + Self.depth * thickness
    var near: [[SurfacePiece]] = [[], []]
    index.forEach(within: reach, of: middle) { number in
      for (side, end) in ends.enumerated()
      where pieces[number].fragment == pieces[end].fragment {
        near[side].append(pieces[number])
      }
    }
    if isContinued(gap, through: near, at: middle, Self.nearby, pieces: pieces) { return true }
    let walls = ends.map {
      sheet(from: $0, within: reach, of: middle, pieces: pieces, index: index)
    }
    return isContinued(gap, through: walls, at: middle, Self.ownWall, pieces: pieces)
  }

  private func isContinued(
    _ gap: Gap, through sides: [[SurfacePiece]], at middle: SIMD3<Double>, _ limits: Limits,
    pieces: [SurfacePiece]
  ) -> Bool {
    guard let surface = CommonSurface(through: sides, at: middle) else { return false }
    let across = pieces[gap.to].position - pieces[gap.from].position
    guard abs(across.dot(surface.normal)) <= Self.steepest * max(gap.width, thickness) else {
      return false
    }
    return sides.allSatisfy { side in
      guard let (residual, agreement) = surface.fit(to: side) else { return false }
      return residual <= limits.residual * thickness && limits.agreement <= agreement
    }
  }
}

/// A quadratic height field over a plane, fitted to pieces of two fragments.
struct CommonSurface {
  private let origin: SIMD3<Double>
  private let axes: (u: SIMD3<Double>, v: SIMD3<Double>)
  /// Of the plane.
  let normal: SIMD3<Double>
  /// Of 1, u, v, u²/2, uv, v²/2.
  private let coefficients: [Double]

  /// Pieces that lean more from the plane's normal belong to a rim, where normals turn outwards.
  private static let leastCosine = 0.6
  /// Pieces that a side needs.
  private static let leastPieces = 5

  /// Fits to both sides with equal weight; nil where a side has too few pieces, or no plane.
  init?(through sides: [[SurfacePiece]], at origin: SIMD3<Double>) {
    var tensor = SymmetricMatrix.zero
    for side in sides {
      for piece in side {
        tensor.addOuterProduct(of: piece.normal, weight: 1 / Double(side.count))
      }
    }
    let normal = tensor.eigenvector(of: tensor.eigenvalues.z)
    let u = normal.anyPerpendicular
    (self.origin, self.normal, axes) = (origin, normal, (u, normal.cross(u)))
    var equations = NormalEquations(unknowns: 6)
    for side in sides {
      let flat = side.filter { Self.leastCosine < abs($0.normal.dot(normal)) }
      guard Self.leastPieces <= flat.count else { return nil }
      for piece in flat {
        let away = piece.position - origin
        equations.add(
          Self.row(away.dot(u), away.dot(axes.v)), away.dot(normal),
          weight: 1 / Double(flat.count))
      }
    }
    guard let solution = equations.solution() else { return nil }
    coefficients = solution
  }

  private static func row(_ u: Double, _ v: Double) -> [Double] {
    [1, u, v, u * u / 2, u * v, v * v / 2]
  }

  /// Root mean square distance along the plane's normal, and mean cosine of normals.
  func fit(to side: [SurfacePiece]) -> (residual: Double, agreement: Double)? {
    let flat = side.filter { Self.leastCosine < abs($0.normal.dot(normal)) }
    guard !flat.isEmpty else { return nil }
    var (square, cosine) = (0.0, 0.0)
    for piece in flat {
      let away = piece.position - origin
      let (u, v) = (away.dot(axes.u), away.dot(axes.v))
      let height = zip(Self.row(u, v), coefficients).reduce(0) { $0 + $1.0 * $1.1 }
      square += (away.dot(normal) - height) * (away.dot(normal) - height)
      let slope = SIMD2(
        coefficients[1] + coefficients[3] * u + coefficients[4] * v,
        coefficients[2] + coefficients[4] * u + coefficients[5] * v)
      let upward = (normal - slope.x * axes.u - slope.y * axes.v).normalized
      cosine += abs(upward.dot(piece.normal))
    }
    let count = Double(flat.count)
    return ((square / count).squareRoot(), cosine / count)
  }
}
