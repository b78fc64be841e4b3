import RealModule
public import TomogramModel
public import Volumes

/// How RELION turns a particle.
///
/// RELION's matrix A = R_z(psi) R_y(tilt) R_z(rot) (`Euler_angles2matrix`, with passive rotations)
/// takes a place in the reference to its place in the tomogram. So the reference's z axis points
/// along A's third column,
///
///     (−sin tilt cos psi, sin tilt sin psi, cos tilt),
///
/// whatever rot is: tilt and psi tell the normal of a membrane, rot the turn about it.
public struct RelionAngles: Hashable, Sendable {
  /// Turn about the reference's z axis, in degrees.
  public var rotDegrees: Double
  /// Angle between the reference's z axis and the tomogram's, 0...180°.
  public var tiltDegrees: Double
  /// Turn about the tomogram's z axis, −180...180°; 0 where tilt is 0 or 180°.
  public var psiDegrees: Double

  /// The angles that bring the reference's z axis along a unit vector.
  public init(zAxis: SIMD3<Double>, rotDegrees: Double = 0) {
    self.rotDegrees = rotDegrees
    let across = (zAxis.x * zAxis.x + zAxis.y * zAxis.y).squareRoot()
    tiltDegrees = Double.atan2(y: across, x: zAxis.z) * 180 / .pi
    psiDegrees = across == 0 ? 0 : Double.atan2(y: zAxis.y, x: -zAxis.x) * 180 / .pi
  }
}

/// A place on a membrane, to be cut out and averaged.
public struct RelionParticle: Hashable, Sendable {
  /// Position in Å, in the program's frame.
  public var position: SIMD3<Double>
  /// How it is turned.
  public var angles: RelionAngles
  /// Label of its membrane.
  public var membrane: Int
  /// Posterior standard deviation of the position along the normal, Å; NaN where there is none.
  public var standardDeviationAngstrom: Double
  /// How the membrane is known there.
  public var provenance: Provenance

  /// Makes a particle.
  public init(
    position: SIMD3<Double>, angles: RelionAngles, membrane: Int,
    standardDeviationAngstrom: Double, provenance: Provenance
  ) {
    (self.position, self.angles, self.membrane) = (position, angles, membrane)
    self.standardDeviationAngstrom = standardDeviationAngstrom
    self.provenance = provenance
  }
}

/// Lists of particles for RELION.
public enum RelionFile {
  /// In which numbers positions are given.
  public enum Coordinates: Hashable, Sendable {
    /// RELION 5: Å from the tomogram's centre, which RELION puts at pixel size / 2 (pixels from 0).
    case centredAngstrom
    /// RELION 4: pixels from 0 at the first pixel's centre, times `binning`, because RELION 4 counts
    /// pixels of the tilt series and not of a binned tomogram.
    case pixels(binning: Double)
  }

  /// The list as a table.
  ///
  /// | column | content |
  /// |---|---|
  /// | `rlnTomoName` | the tomogram |
  /// | `rlnCenteredCoordinateXAngst` ..., or `rlnCoordinateX` ... | position |
  /// | `rlnAngleRot`, `rlnAngleTilt`, `rlnAnglePsi` | orientation, degrees |
  /// | `rlnAngleTiltPrior`, `rlnAnglePsiPrior` | the same, for searches about the normal |
  /// | `bilayerMembrane` | label |
  /// | `bilayerStandardDeviationAngst` | of the position along the normal; `nan` where unknown |
  /// | `bilayerProvenance` | 1 seen, 2 bridged, 3 inferred |
  ///
  /// RELION keeps columns it does not know.
  ///
  /// - Parameters:
  ///   - tomogram: its name, one word.
  ///   - geometry: the tomogram's, all of it: positions are taken from its first voxel or centre.
  ///   - notes: comment lines.
  public static func table(
    _ particles: [RelionParticle], tomogram: String, geometry: VolumeGeometry,
    coordinates: Coordinates, notes: [String] = []
  ) -> StarTable {
    let places: [String]
    switch coordinates {
    case .centredAngstrom: places = ["X", "Y", "Z"].map { "rlnCenteredCoordinate\($0)Angst" }
    case .pixels: places = ["X", "Y", "Z"].map { "rlnCoordinate\($0)" }
    }
    let angles = ["Rot", "Tilt", "Psi", "TiltPrior", "PsiPrior"].map { "rlnAngle" + $0 }
    let own = ["Membrane", "StandardDeviationAngst", "Provenance"].map { "bilayer" + $0 }
    let rows = particles.map { particle in
      let place = self.place(particle.position, geometry, coordinates)
      let turn = particle.angles
      let numbers = [
        place.x, place.y, place.z, turn.rotDegrees, turn.tiltDegrees, turn.psiDegrees,
        turn.tiltDegrees, turn.psiDegrees,
      ]
      let deviation = particle.standardDeviationAngstrom
      return [tomogram] + numbers.map { fixed($0) } + [
        "\(particle.membrane)", deviation.isFinite ? fixed(deviation) : "nan",
        "\(particle.provenance.rawValue)",
      ]
    }
    return StarTable(
      block: "particles", comments: notes, columns: ["rlnTomoName"] + places + angles + own,
      rows: rows)
  }

  private static func place(
    _ position: SIMD3<Double>, _ geometry: VolumeGeometry, _ coordinates: Coordinates
  ) -> SIMD3<Double> {
    let pixel = geometry.coordinate(of: Position(angstrom: position))
    switch coordinates {
    case .centredAngstrom:
      let size = geometry.size
      let centre = SIMD3(Double(size.x), Double(size.y), Double(size.z)) / 2
      return (pixel - centre) * geometry.voxelSizeAngstrom
    case .pixels(let binning): return pixel * binning
    }
  }

  /// A number with four decimals: 0.0001 Å, and 0.02 Å across a radius of 10 µm for an angle.
  private static func fixed(_ value: Double) -> String {
    let scaled = Int((abs(value) * 10_000).rounded())
    let digits = String(10_000 + scaled % 10_000).dropFirst()
    return "\(value < 0 && scaled != 0 ? "-" : "")\(scaled / 10_000).\(digits)"
  }
}
