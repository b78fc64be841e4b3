import ArgumentParser
import LinearAlgebra
import Meshes
import TableFormats
import TomographicImaging
import TomogramModel
import Volumes

/// Which points `bilayer export --points` writes.
struct PointArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Distance of points.", valueName: "Å"))
  var spacing = 100.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Move points along the normal.", valueName: "Å"))
  var offset = 0.0

  @Flag(help: "No points where the membrane was bridged or inferred.")
  var seenOnly = false

  @Option(
    help: ArgumentHelp("5: centred Å; 4: pixels of the tilt series.", valueName: "5|4")
  )
  var relion = 5

  @Option(
    help: ArgumentHelp(
      "Tilt-series pixels in one of the tomogram's, for --relion 4.", valueName: "N"))
  var binning = 1.0

  @Option(help: ArgumentHelp("rlnTomoName (default: the tomogram's).", valueName: "NAME"))
  var tomogramName: String?

  @Option(help: ArgumentHelp("Seed of points, rot and samples.", valueName: "N"))
  var seed: UInt64 = 1

  mutating func validate() throws {
    if !(0.1 <= spacing && spacing.isFinite) {
      throw ValidationError("--spacing \(spacing): expected 0.1 Å or more.")
    }
    if !offset.isFinite { throw ValidationError("--offset \(offset): expected a length in Å.") }
    if ![4, 5].contains(relion) { throw ValidationError("--relion \(relion): expected 4 or 5.") }
    if !(0 < binning && binning.isFinite) {
      throw ValidationError("--binning \(binning): expected a number above 0.")
    }
    if binning != 1 && relion == 5 {
      throw ValidationError("--binning is for --relion 4: RELION 5's Å do not depend on it.")
    }
    if let tomogramName, tomogramName.isEmpty || tomogramName.contains(where: \.isWhitespace) {
      throw ValidationError("--tomogram-name '\(tomogramName)': expected one word.")
    }
  }

  /// How RELION is given positions.
  var coordinates: RelionFile.Coordinates {
    relion == 4 ? .pixels(binning: binning) : .centredAngstrom
  }

  /// Points found, and how many lie outside the tomogram.
  struct Found {
    var particles: [RelionParticle] = []
    var outside = 0

    var summary: String {
      "\(particles.count) points"
        + (outside == 0 ? "" : "; \(outside) more lie outside the tomogram and were left out")
    }
  }

  /// Points on all surfaces; each membrane's depend on seed and label only.
  func particles(on surfaces: ExportedSurfaces, in geometry: VolumeGeometry) throws -> Found {
    var found = Found()
    for label in surfaces.labels {
      var random = CounterRandom(seed: seed, stream: UInt64(label))
      let points = try surfaces.surface(label).evenPoints(
        spacingAngstrom: spacing, seenOnly: seenOnly, using: &random)
      for point in points {
        let position = point.position + offset * point.normal
        let angles = RelionAngles(
          zAxis: point.normal, rotDegrees: random.uniform(-180, 180))
        guard Self.contains(position, geometry) else {
          found.outside += 1
          continue
        }
        found.particles.append(
          RelionParticle(
            position: position, angles: angles, membrane: label,
            standardDeviationAngstrom: point.standardDeviationAngstrom,
            provenance: point.provenance))
      }
    }
    return found
  }

  /// Whether a position lies in a voxel of the volume.
  private static func contains(_ position: SIMD3<Double>, _ geometry: VolumeGeometry) -> Bool {
    let pixel = geometry.coordinate(of: Position(angstrom: position))
    let size = [geometry.size.x, geometry.size.y, geometry.size.z]
    return (0..<3).allSatisfy { -0.5 <= pixel[$0] && pixel[$0] < Double(size[$0]) - 0.5 }
  }

  /// What the file says of itself.
  func notes(_ frame: ExportFrame) -> [String] {
    let units =
      relion == 5
      ? "angstrom from the tomogram's centre"
      : "pixels of the tilt series, \(binning) to a pixel of the tomogram"
    return [
      "Points on membranes, \(spacing) A apart, moved \(offset) A along the normal.",
      "Coordinates: \(units) (\(frame.geometry.size.x) x \(frame.geometry.size.y) x "
        + "\(frame.geometry.size.z) voxels).",
      "The reference's z axis is the normal; rot is random.",
    ]
  }
}
