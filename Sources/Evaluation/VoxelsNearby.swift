import Volumes

/// Whether a voxel of a mask lies near a place.
struct VoxelsNearby: Sendable {
  private let mask: Block<Int8>
  private let geometry: VolumeGeometry
  private let radius: Double
  /// Voxels to look at on each side, order x y z.
  private let reach: SIMD3<Int>

  /// Prepares questions about voxels of `mask`, which covers the volume of `geometry`.
  ///
  /// - Parameter radius: in Å, between the place and the centre of a voxel, bound included.
  init(of mask: Block<Int8>, geometry: VolumeGeometry, radiusAngstrom radius: Double) {
    (self.mask, self.geometry, self.radius) = (mask, geometry, radius)
    let edges = geometry.voxelSizeAngstrom
    reach = SIMD3(
      Int((radius / edges.x).rounded(.up)), Int((radius / edges.y).rounded(.up)),
      Int((radius / edges.z).rounded(.up)))
  }

  /// Whether a voxel of the mask that fulfils `condition` lies within the radius of `position`.
  @inline(__always)
  func contains(near position: SIMD3<Double>, where condition: (Int) -> Bool) -> Bool {
    let (edges, size) = (geometry.voxelSizeAngstrom, geometry.size)
    let place = geometry.coordinate(of: Position(angstrom: position))
    let center = place.rounded(.toNearestOrAwayFromZero)
    guard abs(center.x) < 1e9, abs(center.y) < 1e9, abs(center.z) < 1e9 else { return false }
    let voxels = mask.samples.span
    let (cx, cy, cz) = (Int(center.x), Int(center.y), Int(center.z))
    for z in max(cz - reach.z, 0)..<max(min(cz + reach.z + 1, size.z), max(cz - reach.z, 0)) {
      let dz = (Double(z) - place.z) * edges.z
      for y in max(cy - reach.y, 0)..<max(min(cy + reach.y + 1, size.y), max(cy - reach.y, 0)) {
        let dy = (Double(y) - place.y) * edges.y
        let rest = radius * radius - dz * dz - dy * dy
        if rest < 0 { continue }
        let row = (z * size.y + y) * size.x
        for x in max(cx - reach.x, 0)..<max(min(cx + reach.x + 1, size.x), max(cx - reach.x, 0))
        where voxels[row &+ x] != 0 {
          let dx = (Double(x) - place.x) * edges.x
          if dx * dx <= rest && condition(row &+ x) { return true }
        }
      }
    }
    return false
  }

  /// Whether a voxel of the mask lies within the radius of `position`.
  func contains(near position: SIMD3<Double>) -> Bool {
    contains(near: position) { _ in true }
  }
}
