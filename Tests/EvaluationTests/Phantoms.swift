import LinearAlgebra
import Meshes
import TomogramModel
import Volumes

@testable import Evaluation

/// Analytic membranes and the naive forms of measures, for tests.
enum Phantom {
  /// A cubic volume of `edge` voxels.
  static func geometry(_ edge: Int, voxel: Double = 10) -> VolumeGeometry {
    VolumeGeometry(size: VolumeSize(x: edge, y: edge, z: edge), voxelSizeAngstrom: voxel)
  }

  /// Label 1 where the signed distance of a position (Å) is within `halfThickness`.
  static func labels(
    _ geometry: VolumeGeometry, halfThickness: Double, label: UInt16 = 1,
    distance: (SIMD3<Double>) -> Double
  ) -> Volume<UInt16> {
    var volume = Volume<UInt16>(geometry: geometry)
    for z in 0..<geometry.size.z {
      for y in 0..<geometry.size.y {
        for x in 0..<geometry.size.x {
          let voxel = VoxelIndex(x: x, y: y, z: z)
          let position = geometry.position(of: voxel).angstrom
          if abs(distance(position)) <= halfThickness { volume[voxel] = label }
        }
      }
    }
    return volume
  }

  /// A spherical shell.
  static func shell(
    _ geometry: VolumeGeometry, center: SIMD3<Double>, radius: Double, halfThickness: Double,
    label: UInt16 = 1
  ) -> Volume<UInt16> {
    labels(geometry, halfThickness: halfThickness, label: label) {
      ($0 - center).length - radius
    }
  }

  /// 1 where a label is.
  static func mask(_ labels: Volume<UInt16>) -> Volume<Int8> {
    Volume(geometry: labels.geometry, samples: labels.samples.map { $0 == 0 ? 0 : 1 })
  }

  /// Labels from numbers in a row along x.
  static func row<Sample: VolumeSample>(_ samples: [Sample]) -> Volume<Sample> {
    let size = VolumeSize(x: samples.count, y: 1, z: 1)
    return Volume(
      geometry: VolumeGeometry(size: size, voxelSizeAngstrom: 10), samples: samples)
  }

  /// A membrane's surface without curvatures, with one standard deviation for all vertices.
  static func surface(
    _ mesh: TriangleMesh, standardDeviation: Float = .nan
  ) -> MembraneSurface {
    let count = mesh.vertices.count
    return MembraneSurface(
      mesh: mesh, normals: mesh.vertexNormals(),
      standardDeviationAngstrom: Array(repeating: standardDeviation, count: count),
      provenance: Array(repeating: .seen, count: count),
      meanCurvaturePerNm: Array(repeating: .nan, count: count),
      gaussianCurvaturePerNm2: Array(repeating: .nan, count: count))
  }

  /// Result and truth on one grid, every label a membrane but the ignored ones.
  static func compared(
    _ mask: Volume<Int8>, _ labels: Volume<UInt16>, ignore: Set<Int> = []
  ) throws -> ComparedVolumes {
    try ComparedVolumes(
      mask: mask, labels: labels, geometry: labels.geometry, membraneLabels: nil,
      options: EvaluationOptions(ignoreLabels: ignore))
  }
}

/// Numbers without a pattern, the same in every run (Steele et al. 2014, SplitMix64).
struct TestNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}

/// Whether two numbers are there and differ by no more than a tolerance.
func isNear(_ first: Double?, _ second: Double?, _ tolerance: Double = 1e-12) -> Bool {
  guard let first, let second else { return first == nil && second == nil }
  return abs(first - second) <= tolerance
}
