import LinearAlgebra
import Meshes
import Morphometry
import ParametricShapes
import RealModule
import SurfaceFitting
import TestSupport
import TomogramModel
import TomographicImaging
import Volumes

/// An analytic surface put into a volume as a membrane's label, and fitted and measured as any other.
struct AnalyticTrial {
  let shape: AnalyticShape
  var voxelSize = SIMD3<Double>(repeating: 10)
  /// Standard deviation of the surface's displacement before it is drawn, Å.
  var noise = 0.0
  /// Share of its variance that is correlated along the surface: 0.72 for fitted surfaces' errors
  /// (Decision 5); the rest is each voxel's own.
  var correlatedShare = 0.72
  let seed: UInt64
  /// Of the label, Å.
  var halfThickness = 20.0

  /// Axes of the shape's frame in the volume, and its middle, drawn from the seed.
  private struct Pose {
    let axes: [SIMD3<Double>]
    let middle: SIMD3<Double>

    func own(_ place: SIMD3<Double>) -> SIMD3<Double> {
      let offset = place - middle
      return SIMD3(offset.dot(axes[0]), offset.dot(axes[1]), offset.dot(axes[2]))
    }
  }

  /// The record, the surface and the simple shape.
  struct Result {
    let membrane: Membrane
    let surface: MembraneSurface
    let shape: ShapeChoice
    /// Mean curvature that each vertex should have, 1/Å.
    let trueCurvatures: [Double]
  }

  func run(workers: Workers) throws -> Result? {
    var random = CounterRandom(seed: seed, stream: 0x5a)
    let axis = random.direction()
    let across = axis.cross(random.direction()).normalized
    let axes = [across, axis.cross(across), axis]
    let half = axes.indices.reduce(SIMD3<Double>.zero) {
      $0 + axes[$1].magnitudes * shape.reach[$1]
    }
    let edges = ((2 * half + 2 * halfThickness + 8 * noise) / voxelSize).rounded(.up) + 8
    let size = VolumeSize(x: Int(edges.x), y: Int(edges.y), z: Int(edges.z))
    let shift = SIMD3(random.uniform(0, 1), random.uniform(0, 1), random.uniform(0, 1))
    let pose = Pose(axes: axes, middle: (edges / 2 - 1 + shift) * voxelSize)
    let geometry = VolumeGeometry(size: size, voxelSizeAngstrom: voxelSize)
    let voxel = geometry.meanVoxelSizeAngstrom
    let field = ErrorField(length: 13 * voxel, random: &random)
    let phantom = LabelPhantom(geometry: geometry, halfThicknessAngstrom: halfThickness) {
      label($0, pose, field, &random)
    }
    let fitted = try fitSurface(
      of: phantom.membrane, in: phantom.labels,
      provenance: ConstantSource(geometry: geometry, value: Provenance.seen.rawValue),
      probability: ConstantSource(geometry: geometry, value: Float(0.995)), tilt: .customary,
      options: FittingOptions(), workers: workers)
    let measured = try measure(
      phantom.membrane, surface: fitted.surface, posterior: fitted.posterior, tomogram: nil,
      voxelVolumeNm3: geometry.voxelVolumeNm3, voxelSizeIsKnown: true, tilt: .customary)
    return Result(
      membrane: measured.membrane, surface: fitted.surface, shape: measured.shape,
      trueCurvatures: fitted.surface.mesh.vertices.map { shape.meanCurvature(pose.own($0)) })
  }

  /// Distance of a voxel from the displaced surface; the field only where it decides.
  private func label(
    _ place: SIMD3<Double>, _ pose: Pose, _ field: ErrorField, _ random: inout CounterRandom
  ) -> Double {
    let own = pose.own(place)
    let clean = shape.distanceWithRims(own)
    if noise == 0 || halfThickness + 4 * noise < clean { return clean }
    let error =
      noise
      * (correlatedShare.squareRoot() * field.value(at: place)
        + (1 - correlatedShare).squareRoot() * random.normal())
    return shape.displaced(by: error).distanceWithRims(own)
  }
}

extension AnalyticShape {
  /// The surface at a signed distance from this one.
  func displaced(by error: Double) -> AnalyticShape {
    AnalyticShape(
      name: name, reach: reach, distance: { [distance] in distance($0) - error },
      meanCurvature: meanCurvature, cuts: cuts, area: area, volume: volume,
      rmsCurvature: rmsCurvature)
  }
}

/// A value that is the same everywhere: a membrane seen clearly all over.
private struct ConstantSource<Sample: VolumeSample>: VolumeSource {
  let geometry: VolumeGeometry
  let value: Sample

  func read(_ region: Region) -> Block<Sample> { Block(region: region, repeating: value) }
}
