import LinearAlgebra
import Morphology
import ParametricShapes
import RealModule
import TomogramModel
import Volumes

/// A closed membrane whose caps the wedge hides, as a shape that what is seen of it decides.
///
/// The network draws caps from what it sees around them within its field of view, which is less than a large
/// vesicle, or leaves them open. The seen part knows better where they are.
struct CappedMembrane: Sendable {
  let shape: HarmonicShape
  /// Of the mask, in Å.
  let thickness: Double
  /// By direction from the shape's centre.
  private let sectors: [DirectionSector]
  private let tilt: TiltGeometry

  /// Points of a fragment that are fitted.
  private static let mostPoints = 3000
  /// Fewer seen points tell no shape.
  private static let fewestPoints = 300
  /// Rounds of telling what the wedge hides by the shape, and the shape by what it does not hide.
  private static let rounds = 3
  /// Share of the directions that nothing hides in which there is membrane: else the surface is open where
  /// it can be seen to be, and no caps would close it.
  private static let leastCoverage = 0.9
  /// A fragment that departs by more than this in the root mean square, beside its thickness, is another shape;
  /// in Å, and in voxels where these are larger.
  private static let misfit = (angstrom: 8.0, voxels: 0.8)
  /// Distances count up to this, in Å, so that a few points of another membrane do not decide.
  private static let farAngstrom = 50.0
  /// Thicknesses of masks of one membrane, in Å.
  private static let thicknesses = 25.0...80
  /// Where a ray meets the surface more flatly, as a cosine, the shape is none that a radius describes.
  private static let flattest = 0.25

  /// The shape of a fragment; nil where it is none with hidden caps.
  ///
  /// - Parameters:
  ///   - points: places of voxels of the fragment, spread evenly, in Å.
  ///   - volumePerPoint: in Å³.
  init?(
    points: [SIMD3<Double>], volumePerPoint: Double, tilt: TiltGeometry, geometry: VolumeGeometry
  ) {
    let step = max(points.count / Self.mostPoints, 1)
    let sample = stride(from: 0, to: points.count, by: step).map { points[$0] }
    var (seen, found): ([SIMD3<Double>], HarmonicShape?) = (sample, nil)
    for _ in 0..<Self.rounds {
      guard Self.fewestPoints <= seen.count, let center = sphereCenter(of: seen),
        let shape = HarmonicShape(points: seen, center: center)
      else { return nil }
      found = shape
      seen = sample.filter { point in
        let direction = (point - shape.center).normalized
        return !tilt.hides(normal: shape.place(along: direction).normal)
      }
    }
    guard let shape = found, Self.fewestPoints <= seen.count else { return nil }
    var sectors = DirectionSector.all(of: shape, tilt: tilt, geometry: geometry)
    var square = 0.0
    for point in seen {
      let away = point - shape.center
      let number = DirectionSector.number(of: away)
      sectors[number].isFound = true
      let distance = (away.length - shape.radius(along: away.normalized)) * sectors[number].cosine
      square += min(distance * distance, Self.farAngstrom * Self.farAngstrom)
    }
    let visible = sectors.filter { $0.isInside && !$0.isHidden }
    func area(_ sectors: [DirectionSector]) -> Double { sectors.reduce(0) { $0 + $1.area } }
    let coverage = area(visible.filter(\.isFound)) / max(area(visible), 1)
    let thickness =
      Double(step * seen.count) * volumePerPoint / max(area(visible.filter(\.isFound)), 1)
    let excess = square / Double(seen.count) - thickness * thickness / 12
    let limit = max(Self.misfit.angstrom, Self.misfit.voxels * geometry.meanVoxelSizeAngstrom)
    guard sectors.contains(where: { $0.isInside && $0.isHidden }),
      Self.leastCoverage <= coverage, Self.thicknesses.contains(thickness),
      excess <= limit * limit, visible.allSatisfy({ Self.flattest <= $0.cosine })
    else { return nil }
    (self.shape, self.thickness, self.sectors, self.tilt) = (shape, thickness, sectors, tilt)
  }

  /// The two caps: below the centre and above it.
  static let sides = [false, true]

  /// Voxels that the caps may lie in.
  func box(in geometry: VolumeGeometry) -> Region {
    let far = SIMD3(repeating: Self.farAngstrom + Self.erasedAngstrom)
    let places = sectors.map { shape.center + $0.radius * $0.direction }
    let lower = places.reduce(shape.center) { pointwiseMin($0, $1) } - far
    let upper = places.reduce(shape.center) { pointwiseMax($0, $1) } + far
    let low = geometry.coordinate(of: Position(angstrom: lower)).rounded(.down)
    let high = geometry.coordinate(of: Position(angstrom: upper)).rounded(.up)
    return Region(
      lower: VoxelIndex(x: Int(low.x), y: Int(low.y), z: Int(low.z)),
      upper: VoxelIndex(x: Int(high.x) + 1, y: Int(high.y) + 1, z: Int(high.z) + 1)
    ).clamped(to: geometry.bounds)
  }

  /// What the network has drawn of a cap within this distance of the shape, in Å, is the same cap.
  private static let erasedAngstrom = 100.0

  /// What a voxel is to the caps.
  enum Part {
    /// On a cap.
    case cap
    /// Where the network has a cap, which lies elsewhere.
    case misplaced
  }

  /// Which part of a cap a place is, and on which side; nil beside the caps.
  ///
  /// - Parameter isOwn: whether there is membrane of the same fragment.
  func part(at place: SIMD3<Double>, isOwn: Bool) -> (part: Part, isAbove: Bool)? {
    let away = place - shape.center
    let sector = sectors[DirectionSector.number(of: away)]
    // Over a sector the radius changes by less than what the margin adds.
    let reach = isOwn ? Self.erasedAngstrom / Self.flattest : thickness / 2 / Self.flattest
    let length = away.length
    guard 0 < length, abs(length - sector.radius) <= reach + sector.spread else { return nil }
    let (radius, normal) = shape.place(along: away / length)
    guard tilt.hides(normal: normal) else { return nil }
    let distance = abs(length - radius) * abs(normal.dot(away) / length)
    if distance <= thickness / 2 { return (.cap, 0 < away.z) }
    return isOwn && distance < Self.erasedAngstrom ? (.misplaced, 0 < away.z) : nil
  }

  /// Places on a cap, in Å, with their normals.
  func places(isAbove: Bool) -> [(place: SIMD3<Double>, normal: SIMD3<Double>)] {
    sectors.filter { $0.isHidden && $0.isInside && (0 < $0.direction.z) == isAbove }.map {
      (shape.center + $0.radius * $0.direction, $0.normal)
    }
  }
}

/// A cell of the directions from a centre: the faces of a cube, each cut into 16 × 16.
private struct DirectionSector: Sendable {
  private static let edge = 16

  let direction: SIMD3<Double>
  let radius: Double
  let normal: SIMD3<Double>
  /// Between ray and normal.
  let cosine: Double
  /// Of the surface, in Å².
  let area: Double
  /// How much the radius changes within it, in Å.
  let spread: Double
  /// Whether the surface lies in the volume.
  let isInside: Bool
  let isHidden: Bool
  /// Whether there is membrane.
  var isFound = false

  static func all(
    of shape: HarmonicShape, tilt: TiltGeometry, geometry: VolumeGeometry
  ) -> [DirectionSector] {
    (0..<(6 * edge * edge)).map { DirectionSector($0, shape, tilt: tilt, geometry: geometry) }
  }

  /// The cell of a direction of any length.
  static func number(of direction: SIMD3<Double>) -> Int {
    let axis = direction.magnitudes.largestAxis
    let face = 2 * axis + (direction[axis] < 0 ? 1 : 0)
    func cell(_ other: Int) -> Int {
      let share = direction[other] / abs(direction[axis])
      return min(Int((share + 1) / 2 * Double(edge)), edge - 1)
    }
    return (face * edge + cell((axis + 2) % 3)) * edge + cell((axis + 1) % 3)
  }

  private init(
    _ number: Int, _ shape: HarmonicShape, tilt: TiltGeometry, geometry: VolumeGeometry
  ) {
    let (face, row) = (number / (Self.edge * Self.edge), number / Self.edge % Self.edge)
    func share(_ cell: Int) -> Double { (2 * Double(cell) + 1) / Double(Self.edge) - 1 }
    let (u, v) = (share(number % Self.edge), share(row))
    var ray = SIMD3<Double>.zero
    ray[face / 2] = face % 2 == 0 ? 1 : -1
    ray[(face / 2 + 1) % 3] = u
    ray[(face / 2 + 2) % 3] = v
    let length = ray.length
    direction = ray / length
    (radius, normal) = shape.place(along: direction)
    cosine = normal.dot(direction)
    // Of a cube's face about a unit sphere: du dv / |(1, u, v)|³.
    let width = 2 / Double(Self.edge)
    area = radius * radius * width * width / (length * length * length) / max(cosine, 0.01)
    // Half of the cell's diagonal, along the steepest way on the surface.
    let slope = (1 - cosine * cosine).squareRoot() / max(cosine, 0.01)
    spread = 2.0.squareRoot() / 2 * width * radius * max(slope, 0.2)
    isHidden = tilt.hides(normal: normal)
    let coordinate = geometry.coordinate(
      of: Position(angstrom: shape.center + radius * direction))
    let last = geometry.size
    isInside =
      0 <= coordinate.x && coordinate.x <= Double(last.x - 1)
      && 0 <= coordinate.y && coordinate.y <= Double(last.y - 1)
      && 0 <= coordinate.z && coordinate.z <= Double(last.z - 1)
  }
}

/// The centre of the sphere nearest to points: least squares of |p|² = 2 c·p + const.
private func sphereCenter(of points: [SIMD3<Double>]) -> SIMD3<Double>? {
  let middle = points.reduce(.zero, +) / Double(points.count)
  var equations = NormalEquations(unknowns: 4)
  for point in points {
    let away = point - middle
    equations.add([away.x, away.y, away.z, 1], away.squaredLength, weight: 1)
  }
  return equations.solution().map { middle + SIMD3($0[0], $0[1], $0[2]) / 2 }
}
