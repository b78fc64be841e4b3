import RealModule
import TomogramModel
import Volumes

/// Finds the part of labelled membranes that the missing wedge hides.
///
/// A patch's normal is the direction along which the label's blurred occupancy changes most. The
/// wedge asks only for its angle in the plane of x and z, so two of the structure tensor's axes are
/// enough: with gradients g averaged over the neighbourhood, the angle from x to z is
/// ½ atan2(2 ⟨g.x g.z⟩, ⟨g.x²⟩ − ⟨g.z²⟩) (Bigün & Granlund 1987). Computed on half the resolution:
/// a label is several voxels thick, and an eighth of the work does.
enum HiddenMembrane {
  /// Voxels, in the order of `truth`, that are membrane (code 1) and hidden.
  static func mask(truth: [Int8], size: VolumeSize, tilt: TiltGeometry) -> [Bool] {
    let half = VolumeSize(x: (size.x + 1) / 2, y: (size.y + 1) / 2, z: (size.z + 1) / 2)
    let occupancy = DensityVariation.blurred(halved(truth, size, half), half, sigma: 1)
    let products = gradientProducts(occupancy, half).map {
      DensityVariation.blurred($0, half, sigma: 1.5)
    }
    let (xx, xz, zz) = (products[0], products[1], products[2])
    let isHidden = xx.indices.map { place -> Bool in
      let angle = Float.atan2(y: 2 * xz[place], x: xx[place] - zz[place]) / 2
      return tilt.hides(normal: SIMD3(Double(Float.cos(angle)), 0, Double(Float.sin(angle))))
    }
    return truth.indices.map { place in
      guard truth[place] == 1 else { return false }
      let (x, y, z) = (place % size.x, place / size.x % size.y, place / (size.x * size.y))
      return isHidden[((z / 2) * half.y + y / 2) * half.x + x / 2]
    }
  }

  /// Number of membrane voxels in each cube of two by two by two.
  private static func halved(_ truth: [Int8], _ size: VolumeSize, _ half: VolumeSize) -> [Float] {
    var result = [Float](repeating: 0, count: half.count)
    for z in 0..<size.z {
      for y in 0..<size.y {
        let from = (z * size.y + y) * size.x
        let to = ((z / 2) * half.y + y / 2) * half.x
        for x in 0..<size.x where truth[from &+ x] == 1 { result[to &+ x / 2] += 1 }
      }
    }
    return result
  }

  /// g.x², g.x g.z and g.z² by central differences; beyond the border the nearest voxel counts.
  private static func gradientProducts(_ values: [Float], _ size: VolumeSize) -> [[Float]] {
    var products = Array(repeating: [Float](repeating: 0, count: values.count), count: 3)
    let section = size.x * size.y
    for z in 0..<size.z {
      let (below, above) = (max(z - 1, 0) * section, min(z + 1, size.z - 1) * section)
      for y in 0..<size.y {
        let row = y * size.x
        for x in 0..<size.x {
          let here = z * section + row
          let gx = values[here + min(x + 1, size.x - 1)] - values[here + max(x - 1, 0)]
          let gz = values[above + row + x] - values[below + row + x]
          products[0][here + x] = gx * gx
          products[1][here + x] = gx * gz
          products[2][here + x] = gz * gz
        }
      }
    }
    return products
  }
}
