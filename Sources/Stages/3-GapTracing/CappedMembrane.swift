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
  /// Distances of the shape from its centre, in Å.
  private let radii: (least: Double, greatest: Double)
  private let tilt: TiltGeometry

  /// Samples of a fragment that are fitted.
  private static let mostSamples = 3000
  /// Fewer that are seen tell no shape.
  static let fewestSamples = 300
  /// Share of the directions that nothing hides in which there is membrane: else the surface is open where
  /// it can be seen to be, and no caps would close it.
  private static let leastCoverage = 0.9
  /// Share of the surface that nothing hides: from less the rest is not told. ±45° show half of a sphere.
  private static let leastVisible = 0.4
  /// How stiff a shape is, stiffest first; as the limits below chosen on validation phantoms 5001 to 5003 and
  /// polnet's.
  private static let bendings = [1e-3, 1e-4]
  /// A fragment that departs by more than this in the root mean square is another shape; in Å, and in voxels
  /// where these are larger.
  private static let misfit = (angstrom: 7.5, voxels: 0.75)
  /// Distances count up to this, in Å, so that a few samples of another membrane do not decide.
  private static let farAngstrom = 50.0
  private static let marginDegrees = 2.0
  /// Thicknesses of masks of one membrane, in Å.
  private static let thicknesses = 25.0...80
  /// Where a ray meets the surface more flatly, as a cosine, no radius describes it.
  private static let flattest = 0.25
  /// Share of what is seen that rays must meet more steeply.
  private static let leastSteep = 0.97

  /// The shape of a membrane; nil where it is none with hidden caps.
  ///
  /// - Parameters:
  ///   - samples: of the membrane's mid-surface, spread evenly.
  ///   - around: of what touches it: where two membranes lie on each other, the samples are those of one.
  init?(
    _ samples: [MidSurfaceSample], around: [[MidSurfaceSample]] = [], tilt: TiltGeometry,
    geometry: VolumeGeometry
  ) {
    let step = max(samples.count / Self.mostSamples, 1)
    let known = stride(from: 0, to: samples.count, by: step).map { samples[$0] }
    // Near what the wedge hides the network bends membranes: their own normals tell, not the shape's.
    let seen = known.filter { !Self.widened(tilt).hides(normal: $0.normal) }
    let limit = max(Self.misfit.angstrom, Self.misfit.voxels * geometry.meanVoxelSizeAngstrom)
    guard Self.fewestSamples <= seen.count,
      let shape = Self.shape(of: seen, misfit: limit)
    else { return nil }
    let steep = seen.count { sample in
      Self.flattest <= abs(sample.normal.dot((sample.position - shape.center).normalized))
    }
    var sectors = DirectionSector.all(of: shape, tilt: tilt, geometry: geometry)
    let halves = seen.map(\.halfThicknessAngstrom).sorted()
    let thickness = 2 * halves[halves.count / 2]
    radii = sectors.reduce((.infinity, 0)) {
      (min($0.0, $1.radius - $1.spread), max($0.1, $1.radius + $1.spread))
    }
    var met = known.map { $0.position - shape.center }
    for sample in around.joined() {
      let away = sample.position - shape.center
      guard radii.least - thickness <= away.length, away.length <= radii.greatest + thickness,
        shape.distance(to: sample.position) <= thickness
      else { continue }
      met.append(away)
    }
    DirectionSector.find(met, among: &sectors)
    guard sectors.contains(where: { $0.isInside && $0.isHidden }),
      Self.leastVisible <= DirectionSector.visibleShare(sectors),
      Self.leastCoverage <= DirectionSector.coverage(sectors),
      Self.thicknesses.contains(thickness),
      Self.leastSteep * Double(seen.count) <= Double(steep)
    else { return nil }
    (self.shape, self.thickness, self.sectors, self.tilt) = (shape, thickness, sectors, tilt)
  }

  /// The stiffest shape that is as near to the samples as masks are to membranes (Morozov's principle); nil
  /// where none is.
  private static func shape(of seen: [MidSurfaceSample], misfit limit: Double) -> HarmonicShape? {
    let points = seen.map(\.position)
    let middle = points.reduce(.zero, +) / Double(points.count)
    guard let sphere = algebraicSphere(near: points.map { $0 - middle }) else { return nil }
    let center = middle + sphere.center
    for bending in bendings {
      let found = HarmonicShape(points: points, center: center, bending: bending)
      guard let shape = found else { continue }
      let squares = points.reduce(0) { sum, point in
        let distance = min(shape.distance(to: point), farAngstrom)
        return sum + distance * distance
      }
      if squares <= limit * limit * Double(points.count) { return shape }
    }
    return nil
  }

  /// What is a little beyond the wedge counts as hidden.
  private static func widened(_ tilt: TiltGeometry) -> TiltGeometry {
    let margin = min(marginDegrees, (tilt.maximumDegrees - tilt.minimumDegrees) / 4)
    return TiltGeometry(
      minimumDegrees: tilt.minimumDegrees + margin, maximumDegrees: tilt.maximumDegrees - margin)
  }

  /// The two caps: below the centre and above it.
  static let sides = [false, true]

  /// Voxels that the caps may lie in.
  func box(in geometry: VolumeGeometry) -> Region {
    let far = SIMD3(repeating: Self.farAngstrom + Self.erasedAngstrom)
    let places = sectors.map { shape.center + $0.radius * $0.direction }
    let lower = places.reduce(shape.center) { pointwiseMin($0, $1) } - far
    let upper = places.reduce(shape.center) { pointwiseMax($0, $1) } + far
    return geometry.voxels(from: lower, to: upper)
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
  /// - Parameter isDrawn: whether there is membrane.
  func part(at place: SIMD3<Double>, isDrawn: Bool) -> (part: Part, isAbove: Bool)? {
    let away = place - shape.center
    let reach = isDrawn ? Self.erasedAngstrom / Self.flattest : thickness / 2 / Self.flattest
    let length = away.length
    guard 0 < length, radii.least <= length + reach, length <= radii.greatest + reach else {
      return nil
    }
    let sector = sectors[DirectionSector.number(of: away)]
    // Over a sector the radius changes by no more than its spread.
    guard abs(length - sector.radius) <= reach + sector.spread else { return nil }
    let (radius, normal) = shape.place(along: away / length)
    guard tilt.hides(normal: normal) else { return nil }
    let distance = abs(length - radius) * abs(normal.dot(away) / length)
    if distance <= thickness / 2 { return (.cap, 0 < away.z) }
    return isDrawn && distance < Self.erasedAngstrom ? (.misplaced, 0 < away.z) : nil
  }

  /// Places on a cap, in Å, with their normals.
  func places(isAbove: Bool) -> [(place: SIMD3<Double>, normal: SIMD3<Double>)] {
    sectors.filter { $0.isHidden && $0.isInside && (0 < $0.direction.z) == isAbove }.map {
      (shape.center + $0.radius * $0.direction, $0.normal)
    }
  }
}
