import LinearAlgebra
import Meshes
import RealModule
public import TomogramModel
public import Volumes

/// A membrane known by the distance from its mid-surface, as a label volume.
public struct LabelPhantom: Sendable {
  /// Label 1 where the distance is at most half the thickness.
  public var labels: Volume<UInt16>
  /// The record a separation would write.
  public var membrane: Membrane

  /// Labels all voxels within `halfThickness` Å of a surface; `distance` takes positions in Å.
  public init(
    geometry: VolumeGeometry, halfThicknessAngstrom halfThickness: Double,
    distance: (SIMD3<Double>) -> Double
  ) {
    var samples: [UInt16] = []
    samples.reserveCapacity(geometry.size.count)
    var (lower, upper) = (VoxelIndex(x: .max, y: .max, z: .max), VoxelIndex(x: 0, y: 0, z: 0))
    var count = 0
    for z in 0..<geometry.size.z {
      for y in 0..<geometry.size.y {
        for x in 0..<geometry.size.x {
          let index = VoxelIndex(x: x, y: y, z: z)
          let isIn = abs(distance(geometry.position(of: index).angstrom)) <= halfThickness
          samples.append(isIn ? 1 : 0)
          if !isIn { continue }
          count += 1
          lower = VoxelIndex(x: min(lower.x, x), y: min(lower.y, y), z: min(lower.z, z))
          upper = VoxelIndex(x: max(upper.x, x + 1), y: max(upper.y, y + 1), z: max(upper.z, z + 1))
        }
      }
    }
    labels = Volume(geometry: geometry, samples: samples)
    membrane = Membrane(
      label: 1, voxels: count,
      region: count == 0 ? Region(lower: .zero, upper: .zero) : Region(lower: lower, upper: upper))
  }

  /// A spherical shell in the middle of a cubic volume of 10 Å voxels.
  public static func sphere(
    radiusAngstrom radius: Double, halfThicknessAngstrom halfThickness: Double = 20
  ) -> (phantom: LabelPhantom, center: SIMD3<Double>) {
    let edge = Int(radius / 5) + 16
    let geometry = VolumeGeometry(
      size: VolumeSize(x: edge, y: edge, z: edge), voxelSizeAngstrom: SIMD3(repeating: 10),
      originAngstrom: SIMD3(-300, 40, 1000))
    let center = geometry.originAngstrom + 5 * Double(edge) + SIMD3(1.3, -2.1, 3.7)
    let phantom = LabelPhantom(geometry: geometry, halfThicknessAngstrom: halfThickness) {
      ($0 - center).length - radius
    }
    return (phantom, center)
  }

  /// Distance from the part of a sphere within `angle` of +z: an open cap. Beyond its rim the
  /// distance is that from the rim, so that a label of it has a round edge.
  public static func capDistance(
    _ position: SIMD3<Double>, center: SIMD3<Double>, radius: Double, angle: Double
  ) -> Double {
    let offset = position - center
    let ring = (offset.x * offset.x + offset.y * offset.y).squareRoot()
    if Double.atan2(y: ring, x: offset.z) <= angle { return offset.length - radius }
    let (dr, dz) = (ring - radius * Double.sin(angle), offset.z - radius * Double.cos(angle))
    return (dr * dr + dz * dz).squareRoot()
  }
}
