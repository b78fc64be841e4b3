public import GaussianProcesses
import LinearAlgebra
public import Meshes
public import ParametricShapes
import RealModule
public import TomogramModel
public import Volumes

/// A membrane's record, the density across it, and the simple shape it is.
public struct MeasuredMembrane: Codable, Hashable, Sendable {
  /// The record with all measurements.
  public var membrane: Membrane
  /// What the thickness is read from; nil where none could be had.
  public var profile: LeafletProfile?
  /// Plane, sphere, cylinder, ellipsoid and torus through it, compared.
  public var shape: ShapeChoice

  /// Puts them together.
  public init(membrane: Membrane, profile: LeafletProfile?, shape: ShapeChoice) {
    (self.membrane, self.profile, self.shape) = (membrane, profile, shape)
  }
}

/// Measures one membrane: its record with `closed` and all measurements filled in.
///
/// | column | what |
/// |---|---|
/// | `area_nm2` | of the mid-surface |
/// | `seen_area_nm2` | the part that was seen in the density and that the wedge does not hide |
/// | `volume_nm3` | enclosed; abstains for an open surface |
/// | `thickness_A` | head group to head group: the next, less what imaging adds (`LeafletExcess`) |
/// | `peak_distance_A` | between the density's two peaks; abstains where not resolved |
/// | `label_thickness_A` | of the label: its volume over its area |
/// | `mean_curvature_per_nm` | mean of (κ₁ + κ₂)/2 by area; its sign is the normal's |
/// | `rms_curvature_per_nm` | root mean square of (κ₁ + κ₂)/2 by area |
/// | `gaussian_curvature_per_nm2` | mean of κ₁κ₂ by area |
/// | `rim_length_nm` | of all rims; 0 for a closed surface |
/// | `euler_characteristic` | 2 for a vesicle, 0 for a tube or torus, 1 for a sheet |
///
/// The means of mean and Gaussian curvature have standard deviations from the posterior
/// (`FirstVariations`), and so have areas and volume of a closed surface and, with its area, a
/// label's own thickness. That of `peak_distance_A` is from the scatter of patches, that of
/// `thickness_A` also from what imaging adds. Where the standard deviation is above half of an area
/// or a volume, that abstains. The other standard deviations are empty, and so are all without a
/// posterior.
///
/// - Parameters:
///   - surface: the membrane's fitted surface.
///   - posterior: what its standard deviations follow from; ignored where its mesh is another one.
///   - tomogram: density, **dense positive** as `Preprocessing` leaves it; nil: no thickness.
///   - voxelSizeIsKnown: where false, everything with a unit abstains.
/// - Throws: the tomogram's error where it cannot be read.
public func measure(
  _ membrane: Membrane, surface: MembraneSurface, posterior: SurfacePosterior?,
  tomogram: (any VolumeSource<Float>)?, voxelVolumeNm3: Double, voxelSizeIsKnown: Bool,
  tilt: TiltGeometry, options: MorphometryOptions = .init()
) throws -> MeasuredMembrane {
  var result = membrane
  result.closed = surface.mesh.isClosed
  let leaflets =
    voxelSizeIsKnown
    ? try leafletThickness(surface, tomogram: tomogram, tilt: tilt, options: options)
    : .abstained(unknownVoxelSize)
  let deviations = try posterior.map {
    try FirstVariations.deviations(
      surface, posterior: $0, tilt: tilt, largest: options.largestPosterior)
  }
  let measured = measurements(
    of: surface, deviations: deviations ?? [:], leaflets: leaflets,
    labelVolumeNm3: Double(membrane.voxels) * voxelVolumeNm3, tilt: tilt)
  result.measurements = measured.map { name, value in
    NamedMeasurement(name, voxelSizeIsKnown ? value : .abstained(unknownVoxelSize))
  }
  result.measurements.append(
    NamedMeasurement(
      "euler_characteristic", Measurement(Double(surface.mesh.eulerCharacteristic))))
  // Lengths of a volume whose voxel size is unknown mean nothing.
  let shape =
    voxelSizeIsKnown
    ? shapeChoice(of: surface, voxelAngstrom: 10 * .root(voxelVolumeNm3, 3))
    : ShapeChoice(candidates: [])
  return MeasuredMembrane(membrane: result, profile: leaflets.profile, shape: shape)
}

/// Everything with a unit, by column name.
private func measurements(
  of surface: MembraneSurface, deviations: [PropagatedMeasure: Double],
  leaflets: LeafletMeasurement, labelVolumeNm3: Double, tilt: TiltGeometry
) -> [(String, Measurement)] {
  let mesh = surface.mesh
  let area = mesh.areaNm2
  let areaDeviation = deviations[.areaNm2]
  let curvature = CurvatureMeans(surface)
  let labelThickness = 0 < area ? labelVolumeNm3 / area * 10 : 0
  return [
    ("area_nm2", decided(area, areaDeviation)),
    ("seen_area_nm2", decided(seenAreaNm2(of: surface, tilt: tilt), deviations[.seenAreaNm2])),
    ("volume_nm3", enclosedVolume(of: mesh, deviation: deviations[.volumeNm3])),
    ("thickness_A", leaflets.thickness),
    ("peak_distance_A", leaflets.peakDistance),
    (
      "label_thickness_A",
      0 < area
        ? Measurement(
          labelThickness, standardDeviation: areaDeviation.map { labelThickness * $0 / area })
        : .abstained("surface without area")
    ),
    ("mean_curvature_per_nm", curvature.mean.with(deviations[.meanCurvaturePerNm])),
    ("rms_curvature_per_nm", curvature.rootMeanSquare),
    (
      "gaussian_curvature_per_nm2", curvature.gaussian.with(deviations[.gaussianCurvaturePerNm2])
    ),
    ("rim_length_nm", Measurement(rimLengthAngstrom(of: mesh) / 10)),
  ]
}

/// A size, or abstention where its standard deviation says that it could be anything.
private func decided(_ value: Double, _ deviation: Double?) -> Measurement {
  if let deviation, abs(value) < 2 * deviation {
    return .abstained("surface too uncertain: standard deviation above half of the value")
  }
  return Measurement(value, standardDeviation: deviation)
}

extension Measurement {
  /// The same value with a standard deviation; an abstention stays one.
  fileprivate func with(_ deviation: Double?) -> Measurement {
    value.map { Measurement($0, standardDeviation: deviation) } ?? self
  }
}

private let unknownVoxelSize = "voxel size unknown; give --pixel-size"

private func enclosedVolume(of mesh: TriangleMesh, deviation: Double?) -> Measurement {
  guard mesh.isClosed else { return .abstained("open surface") }
  return decided(mesh.signedVolumeAngstrom3 / 1000, deviation)
}

/// The triangles whose corners were mostly seen and that the wedge does not hide.
func seenTriangles(of surface: MembraneSurface, tilt: TiltGeometry) -> [Int] {
  let mesh = surface.mesh
  return mesh.triangles.indices.filter { triangle in
    let corner = mesh.triangles[triangle]
    let seen = (0..<3).count { surface.provenance[Int(corner[$0])] == .seen }
    let vector = mesh.areaVector(of: triangle)
    return 2 <= seen && vector != .zero && !tilt.hides(normal: vector)
  }
}

/// Their area.
func seenAreaNm2(of surface: MembraneSurface, tilt: TiltGeometry) -> Double {
  seenTriangles(of: surface, tilt: tilt).reduce(0) { $0 + surface.mesh.area(of: $1) / 100 }
}

private func rimLengthAngstrom(of mesh: TriangleMesh) -> Double {
  mesh.boundaryLoops().reduce(0) { sum, loop in
    sum
      + loop.indices.reduce(0) { length, place in
        let (a, b) = (loop[place], loop[(place + 1) % loop.count])
        return length + (mesh.vertices[b] - mesh.vertices[a]).length
      }
  }
}

/// Means of the vertices' curvatures by the area they stand for.
private struct CurvatureMeans {
  var mean = Measurement.abstained("surface too small for a curvature")
  var rootMeanSquare = Measurement.abstained("surface too small for a curvature")
  var gaussian = Measurement.abstained("surface too small for a curvature")

  init(_ surface: MembraneSurface) {
    var (weight, sum, squares, product) = (0.0, 0.0, 0.0, 0.0)
    for (vertex, area) in surface.mesh.vertexAreasAngstrom2().enumerated() {
      let (h, k) = (
        Double(surface.meanCurvaturePerNm[vertex]), Double(surface.gaussianCurvaturePerNm2[vertex])
      )
      if !h.isFinite || !k.isFinite { continue }
      weight += area
      sum += area * h
      squares += area * h * h
      product += area * k
    }
    guard 0 < weight else { return }
    mean = Measurement(sum / weight)
    rootMeanSquare = Measurement((squares / weight).squareRoot())
    gaussian = Measurement(product / weight)
  }
}
