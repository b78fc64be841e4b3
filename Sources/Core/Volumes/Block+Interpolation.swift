extension Block where Sample == Float {
  /// The value between voxel centres, trilinear; nil beyond the outermost centres of the block.
  ///
  /// - Parameter coordinate: in voxels, order x y z.
  public func interpolated(at coordinate: SIMD3<Double>) -> Double? {
    let floor = coordinate.rounded(.down)
    let (lower, upper) = (region.lower, region.upper)
    let (x, y, z) = (Int(floor.x), Int(floor.y), Int(floor.z))
    guard lower.x <= x, x + 1 < upper.x, lower.y <= y, y + 1 < upper.y, lower.z <= z,
      z + 1 < upper.z
    else { return nil }
    let share = coordinate - floor
    let start = offset(of: VoxelIndex(x: x, y: y, z: z))
    let (row, layer) = (region.size.x, region.size.x * region.size.y)
    func along(_ offset: Int) -> Double {
      let (a, b) = (Double(samples[offset]), Double(samples[offset + 1]))
      return a + share.x * (b - a)
    }
    let near = along(start) + share.y * (along(start + row) - along(start))
    let far =
      along(start + layer) + share.y * (along(start + layer + row) - along(start + layer))
    return near + share.z * (far - near)
  }
}
