import LinearAlgebra
import RealModule
import Volumes

extension VoxelIndex {
  /// The index `steps` voxels further along an axis (0: x, 1: y, 2: z).
  func moved(by steps: Int, along axis: Int) -> VoxelIndex {
    switch axis {
    case 0: VoxelIndex(x: x + steps, y: y, z: z)
    case 1: VoxelIndex(x: x, y: y + steps, z: z)
    default: VoxelIndex(x: x, y: y, z: z + steps)
    }
  }
}

extension Block where Sample == Float {
  /// The largest of the 27 samples around a voxel that is not at the block's border.
  func maximumOfNeighbours(around voxel: VoxelIndex) -> Float {
    var largest: Float = 0
    for z in (voxel.z - 1)...(voxel.z + 1) {
      for y in (voxel.y - 1)...(voxel.y + 1) {
        let start = offset(of: VoxelIndex(x: voxel.x - 1, y: y, z: z))
        largest = max(largest, samples[start], samples[start &+ 1], samples[start &+ 2])
      }
    }
    return largest
  }

  /// Value, and gradient and Hessian of its logarithm, per voxel, by central differences at a voxel
  /// that is not at the block's border.
  ///
  /// Of the logarithm, because a smoothed sheet is nearly a Gaussian across: there one Newton step
  /// lands on the ridge from anywhere, while the value's own derivatives overshoot.
  func logarithmicDerivatives(
    at voxel: VoxelIndex
  ) -> (value: Double, gradient: SIMD3<Double>, hessian: SymmetricMatrix) {
    let centre = offset(of: voxel)
    let (dx, dy, dz) = (1, region.size.x, region.size.x * region.size.y)
    func sample(_ step: Int) -> Double { Double(samples[centre &+ step]) }
    let value = sample(0)
    guard 0 < value else { return (0, .zero, .zero) }
    let upper = SIMD3(sample(dx), sample(dy), sample(dz))
    let lower = SIMD3(sample(-dx), sample(-dy), sample(-dz))
    let gradient = (upper - lower) / (2 * value)
    let diagonal = (upper + lower - 2 * value) / value
    func mixed(_ a: Int, _ b: Int) -> Double {
      (sample(a &+ b) - sample(a &- b) - sample(b &- a) + sample(-a &- b)) / (4 * value)
    }
    var hessian = SymmetricMatrix(
      diagonal: diagonal, offDiagonal: SIMD3(mixed(dy, dz), mixed(dx, dz), mixed(dx, dy)))
    // (log f)'' = f''/f − (f'/f)².
    hessian.addOuterProduct(of: gradient, weight: -1)
    return (value, gradient, hessian)
  }
}

extension Block where Sample == Int8 {
  /// The mask (1 where not zero) at a fractional voxel coordinate, interpolated linearly; 0 outside
  /// the block.
  func interpolated(at coordinate: SIMD3<Double>) -> Float {
    let floor = coordinate.rounded(.down)
    let base = VoxelIndex(x: Int(floor.x), y: Int(floor.y), z: Int(floor.z))
    let corner = Region(
      lower: base, upper: VoxelIndex(x: base.x + 2, y: base.y + 2, z: base.z + 2))
    guard region.contains(corner) else { return 0 }
    let part = coordinate - floor
    var sum = 0.0
    for z in 0..<2 {
      for y in 0..<2 {
        let start = offset(of: VoxelIndex(x: base.x, y: base.y + y, z: base.z + z))
        let weight = (z == 0 ? 1 - part.z : part.z) * (y == 0 ? 1 - part.y : part.y)
        if samples[start] != 0 { sum += weight * (1 - part.x) }
        if samples[start &+ 1] != 0 { sum += weight * part.x }
      }
    }
    return Float(sum)
  }
}
