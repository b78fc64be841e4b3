import LinearAlgebra
public import Meshes
public import TomogramModel
public import Volumes

/// Measures one membrane: its record with `closed` and all measurements filled in.
///
/// | column | what |
/// |---|---|
/// | `area_nm2` | of the mid-surface |
/// | `seen_area_nm2` | the part that was seen in the density and that the wedge does not hide |
/// | `volume_nm3` | enclosed; abstains for an open surface |
/// | `thickness_A` | head group to head group, from the density; abstains where not resolved |
/// | `label_thickness_A` | of the label: its volume over its area |
/// | `mean_curvature_per_nm` | mean of (κ₁ + κ₂)/2 by area; its sign is the normal's |
/// | `rms_curvature_per_nm` | root mean square of (κ₁ + κ₂)/2 by area |
/// | `gaussian_curvature_per_nm2` | mean of κ₁κ₂ by area |
/// | `rim_length_nm` | of all rims; 0 for a closed surface |
/// | `euler_characteristic` | 2 for a vesicle, 0 for a tube or torus, 1 for a sheet |
///
/// Standard deviations are empty until they are calibrated.
///
/// - Parameters:
///   - surface: the membrane's fitted surface.
///   - tomogram: density, **dense positive** as `Preprocessing` leaves it; nil: no thickness.
///   - voxelSizeIsKnown: where false, everything with a unit abstains.
/// - Throws: the tomogram's error where it cannot be read.
public func measure(
  _ membrane: Membrane, surface: MembraneSurface, tomogram: (any VolumeSource<Float>)?,
  voxelVolumeNm3: Double, voxelSizeIsKnown: Bool, tilt: TiltGeometry,
  options: MorphometryOptions = .init()
) throws -> Membrane {
  let mesh = surface.mesh
  var result = membrane
  result.closed = mesh.isClosed
  let area = mesh.areaNm2
  let curvature = CurvatureMeans(surface)
  let labelVolume = Double(membrane.voxels) * voxelVolumeNm3
  let thickness: Measurement =
    voxelSizeIsKnown
    ? try leafletThickness(surface, tomogram: tomogram, tilt: tilt, options: options)
    : .abstained(unknownVoxelSize)
  let measured: [(String, Measurement)] = [
    ("area_nm2", Measurement(area)),
    ("seen_area_nm2", Measurement(seenAreaNm2(of: surface, tilt: tilt))),
    ("volume_nm3", enclosedVolume(of: mesh)),
    ("thickness_A", thickness),
    (
      "label_thickness_A",
      0 < area ? Measurement(labelVolume / area * 10) : .abstained("surface without area")
    ),
    ("mean_curvature_per_nm", curvature.mean),
    ("rms_curvature_per_nm", curvature.rootMeanSquare),
    ("gaussian_curvature_per_nm2", curvature.gaussian),
    ("rim_length_nm", Measurement(rimLengthAngstrom(of: mesh) / 10)),
  ]
  result.measurements = measured.map { name, value in
    NamedMeasurement(name, voxelSizeIsKnown ? value : .abstained(unknownVoxelSize))
  }
  result.measurements.append(
    NamedMeasurement("euler_characteristic", Measurement(Double(mesh.eulerCharacteristic))))
  return result
}

private let unknownVoxelSize = "voxel size unknown; give --pixel-size"

private func enclosedVolume(of mesh: TriangleMesh) -> Measurement {
  guard mesh.isClosed else { return .abstained("open surface") }
  return Measurement(mesh.signedVolumeAngstrom3 / 1000)
}

/// Area of the triangles whose corners were mostly seen and that the wedge does not hide.
func seenAreaNm2(of surface: MembraneSurface, tilt: TiltGeometry) -> Double {
  let mesh = surface.mesh
  return mesh.triangles.indices.reduce(0) { sum, triangle in
    let corner = mesh.triangles[triangle]
    let seen = (0..<3).count { surface.provenance[Int(corner[$0])] == .seen }
    let vector = mesh.areaVector(of: triangle)
    guard 2 <= seen, vector != .zero, !tilt.hides(normal: vector) else { return sum }
    return sum + vector.length / 200
  }
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
