public import Volumes

/// Spherical shells in noise, with their labels: a tomogram's nearest analytic likeness.
public enum ShellPhantom {
  /// Makes shells of dense matter, 4 voxels thick, of a radius of 0.3 times the shortest axis each,
  /// side by side along x.
  ///
  /// - Parameters:
  ///   - noise: s.d. of the noise; shells have density 1 on a background of 0.
  ///   - dark: whether dense matter has low values.
  public static func make(
    size: VolumeSize, noise: Float, seed: UInt64, voxelSizeAngstrom: Double = 10,
    dark: Bool = false
  ) -> (tomogram: Volume<Float>, labels: Volume<UInt16>) {
    let geometry = VolumeGeometry(size: size, voxelSizeAngstrom: voxelSizeAngstrom)
    var density = Volume<Float>(geometry: geometry)
    var labels = Volume<UInt16>(geometry: geometry)
    let pitch = min(size.x, size.y, size.z)
    let radius = 0.3 * Float(pitch)
    var state = seed
    for index in 0..<size.count {
      let (x, y, z) = (index % size.x, index / size.x % size.y, index / (size.x * size.y))
      let dx = Float(x % pitch) - Float(pitch) / 2
      let (dy, dz) = (Float(y) - Float(size.y) / 2, Float(z) - Float(size.z) / 2)
      let isShell = abs((dx * dx + dy * dy + dz * dz).squareRoot() - radius) <= 2
      let value = (isShell ? 1 : 0) + noise * normal(&state)
      density.samples[index] = dark ? -value : value
      labels.samples[index] = isShell ? UInt16(x / pitch + 1) : 0
    }
    return (density, labels)
  }

  /// Sum of four uniform numbers, scaled to s.d. 1 (SplitMix64).
  private static func normal(_ state: inout UInt64) -> Float {
    var sum: Float = 0
    for _ in 0..<4 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      sum += Float((z ^ (z >> 31)) >> 40) * 0x1p-24 - 0.5
    }
    return sum * 1.7320508
  }
}
