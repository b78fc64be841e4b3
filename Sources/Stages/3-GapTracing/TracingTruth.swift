import LinearAlgebra
import Morphology
import Volumes

/// Where membranes really are: what rewards are given for.
struct TracingTruth: Sendable {
  /// Which membrane; 0: none.
  let labels: ScratchVolume<UInt16>
  /// How deep inside the membrane, 0 outside, 255 from `depthAngstrom` on.
  let depth: ScratchVolume<UInt8>

  /// The depth that counts as its middle, in Å: less than half of the thinnest membrane.
  static let depthAngstrom: Float = 16

  /// Takes labels of membranes.
  init(labels: ScratchVolume<UInt16>, scratchFolder: String, workers: Workers) throws {
    self.labels = labels
    let geometry = labels.geometry
    depth = try ScratchVolume<UInt8>(geometry: geometry, folder: scratchFolder)
    let edge = geometry.voxelSizeAngstrom
    let halo = Int((Double(Self.depthAngstrom) / edge.min()).rounded(.up)) + 1
    for slab in geometry.bounds.slabs(thickness: 16) {
      let block = try labels.read(slab.expanded(by: halo).clamped(to: geometry.bounds))
      let distance = euclideanDistance(
        toZeroOf: block.map { $0 == 0 ? Int8(0) : 1 }, spacing: edge, workers: workers)
      depth.write(
        distance.cropped(to: slab).map { UInt8(min($0 / Self.depthAngstrom, 1) * 255) })
    }
  }

  /// The membrane at a place, or beside it by up to two voxels; 0: none.
  func membrane(near place: SIMD3<Double>) -> UInt16 {
    let around = labels.geometry.box(
      around: place, radius: 2 * labels.geometry.meanVoxelSizeAngstrom)
    var best: (label: UInt16, square: Double) = (0, .infinity)
    labels.withSamples { samples in
      for z in around.lower.z..<around.upper.z {
        for y in around.lower.y..<around.upper.y {
          for x in around.lower.x..<around.upper.x {
            let index = VoxelIndex(x: x, y: y, z: z)
            let label = samples[labels.geometry.offset(of: index)]
            guard label != 0 else { continue }
            let away = labels.geometry.position(of: index).angstrom - place
            let square = away.squaredLength
            if square < best.square { best = (label, square) }
          }
        }
      }
    }
    return best.label
  }

  /// How well a place lies on a membrane: 1 in its middle, 0 off it.
  func share(of membrane: UInt16, at place: SIMD3<Double>) -> Double {
    guard let index = labels.geometry.nearestVoxel(to: place) else { return 0 }
    guard labels.value(of: index) == membrane else { return 0 }
    return Double(depth.value(of: index)) / 255
  }
}
