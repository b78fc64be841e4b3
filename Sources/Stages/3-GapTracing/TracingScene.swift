import Filters
import TomogramModel
import Volumes

/// What agents see of a tomogram, in eight bits and at two scales: density, probability and
/// fragments. Memory-mapped: 3 bytes per voxel on disk beside what is handed in.
struct TracingScene: Sendable {
  /// Of the fine volumes.
  let geometry: VolumeGeometry
  /// What the wedge hides.
  let tilt: TiltGeometry
  /// Density, probability, fragments.
  let fine: [ScratchVolume<UInt8>]
  /// The same in cubes of 3³ voxels: means, and of fragments whether there are any.
  let coarse: [ScratchVolume<UInt8>]
  /// Whether there is a tomogram.
  let hasDensity: Bool
  /// Whether there is a probability.
  let hasProbability: Bool

  /// Voxels along each edge of a coarse one.
  static let coarsening = 3
  /// Density is smoothed by this standard deviation, half a leaflet's distance from the middle, in Å.
  static let smoothingAngstrom = 10.0
  /// Grey value of the background, and grey values for a standard deviation of the smoothed density.
  static let background: UInt8 = 128
  static let greyPerDeviation: Float = 32

  var fragments: ScratchVolume<UInt8> { fine[2] }

  /// Puts the volumes together.
  ///
  /// - Parameters:
  ///   - density: as `quantised` gives it; nil: nothing is seen of it.
  ///   - probability: × 255; nil: nothing is seen of it.
  ///   - fragments: not 0 where membrane is known.
  init(
    density: ScratchVolume<UInt8>?, probability: ScratchVolume<UInt8>?,
    fragments: any VolumeSource<Int8>, tilt: TiltGeometry, scratchFolder: String, workers: Workers
  ) throws {
    geometry = fragments.geometry
    self.tilt = tilt
    (hasDensity, hasProbability) = (density != nil, probability != nil)
    let pieces = try ScratchVolume<UInt8>(geometry: geometry, folder: scratchFolder)
    for slab in geometry.bounds.slabs(thickness: 8) {
      pieces.write(try fragments.read(slab).map { $0 == 0 ? 0 : 255 })
    }
    let geometry = geometry
    func constant(_ value: UInt8) throws -> ScratchVolume<UInt8> {
      let volume = try ScratchVolume<UInt8>(geometry: geometry, folder: scratchFolder)
      for slab in geometry.bounds.slabs(thickness: 8) where value != 0 {
        volume.write(Block(region: slab, repeating: value))
      }
      return volume
    }
    fine = [
      try density ?? constant(Self.background), try probability ?? constant(0), pieces,
    ]
    coarse = try fine.enumerated().map { channel, volume in
      try Self.coarsened(
        volume, anyCounts: channel == 2, scratchFolder: scratchFolder, workers: workers)
    }
  }

  /// How far from where they set out most agents look, in Å.
  private static let reachAngstrom = 400.0

  /// Has the disk bring what is looked at around some places; what is not brought comes page by page.
  func prefetch(around places: [SIMD3<Double>]) {
    let voxels = places.compactMap { geometry.nearestVoxel(to: $0) }
    let reach = Int(Self.reachAngstrom / geometry.meanVoxelSizeAngstrom)
    for volume in fine { volume.prefetch(around: voxels, reach: reach) }
  }

  /// Density in eight bits: smoothed, background 128, 32 for a standard deviation.
  ///
  /// - Parameter density: dense positive, background about 0.
  static func quantised(
    _ density: any VolumeSource<Float>, scratchFolder: String, workers: Workers
  ) throws -> ScratchVolume<UInt8> {
    let geometry = density.geometry
    let sigma = smoothingAngstrom / geometry.voxelSizeAngstrom
    let smooth = GaussianSource(AnyDensity(base: density), sigmaVoxels: sigma, workers: workers)
    let scale = greyPerDeviation / (try deviation(of: smooth))
    let result = try ScratchVolume<UInt8>(geometry: geometry, folder: scratchFolder)
    // Tiles, as filters hold several copies in single precision and sections may be large.
    for tile in geometry.bounds.tiles(of: VolumeSize(x: 512, y: 512, z: 32)) {
      result.write(
        try smooth.read(tile).map { value in
          let grey = Float(background) + scale * value
          return grey.isNaN ? background : UInt8(min(max(grey.rounded(), 0), 255))
        })
    }
    return result
  }

  /// Standard deviation about 0 of eight sections spread over the volume.
  private static func deviation(of density: some VolumeSource<Float>) throws -> Float {
    let depth = density.geometry.size.z
    var (sum, count) = (0.0, 0.0)
    for part in 0..<min(8, depth) {
      let z = (2 * part + 1) * depth / (2 * min(8, depth))
      var slab = density.geometry.bounds
      (slab.lower.z, slab.upper.z) = (z, z + 1)
      for tile in slab.tiles(of: VolumeSize(x: 1024, y: 1024, z: 1)) {
        for value in try density.read(tile).samples where value.isFinite {
          sum += Double(value) * Double(value)
          count += 1
        }
      }
    }
    let deviation = Float((sum / max(count, 1)).squareRoot())
    return 0 < deviation ? deviation : 1
  }

  /// Cubes of 3³ voxels, those at the upper ends as far as there are voxels.
  private static func coarsened(
    _ volume: ScratchVolume<UInt8>, anyCounts: Bool, scratchFolder: String, workers: Workers
  ) throws -> ScratchVolume<UInt8> {
    let old = volume.geometry
    func count(_ extent: Int) -> Int { (extent + coarsening - 1) / coarsening }
    let size = VolumeSize(x: count(old.size.x), y: count(old.size.y), z: count(old.size.z))
    let middle = SIMD3(repeating: Double(coarsening - 1) / 2)
    let geometry = VolumeGeometry(
      size: size, voxelSizeAngstrom: Double(coarsening) * old.voxelSizeAngstrom,
      originAngstrom: old.position(ofCoordinate: middle).angstrom)
    let result = try ScratchVolume<UInt8>(geometry: geometry, folder: scratchFolder)
    for z in 0..<size.z {
      var slab = old.bounds
      (slab.lower.z, slab.upper.z) = (coarsening * z, min(coarsening * (z + 1), old.size.z))
      let block = try volume.read(slab)
      var samples = [UInt8](repeating: 0, count: size.x * size.y)
      workers.fillRows(of: &samples, rowLength: size.x) { row, target in
        coarsen(block, row: row, anyCounts: anyCounts, into: &target)
      }
      let region = Region(
        lower: VoxelIndex(x: 0, y: 0, z: z), upper: VoxelIndex(x: size.x, y: size.y, z: z + 1))
      result.write(Block(region: region, samples: samples))
    }
    return result
  }

  private static func coarsen(
    _ block: Block<UInt8>, row: Int, anyCounts: Bool, into target: inout MutableSpan<UInt8>
  ) {
    let size = block.region.size
    let rows = coarsening * row..<min(coarsening * (row + 1), size.y)
    for x in 0..<target.count {
      let columns = coarsening * x..<min(coarsening * (x + 1), size.x)
      var sum = 0
      for z in 0..<size.z {
        for y in rows {
          let start = (z * size.y + y) * size.x
          for column in columns { sum += Int(block.samples[start + column]) }
        }
      }
      let count = size.z * rows.count * columns.count
      target[x] = anyCounts ? (sum == 0 ? 0 : 255) : UInt8((sum + count / 2) / count)
    }
  }
}

/// A density behind a type that filters can be made of.
private struct AnyDensity: VolumeSource {
  let base: any VolumeSource<Float>
  var geometry: VolumeGeometry { base.geometry }
  func read(_ region: Region) throws -> Block<Float> { try base.read(region) }
}

extension ScratchVolume {
  /// The value of a voxel of the volume.
  func value(of index: VoxelIndex) -> Sample { withSamples { $0[geometry.offset(of: index)] } }

  /// The value of the voxel nearest to a place; nil outside the volume.
  func value(near place: SIMD3<Double>) -> Sample? {
    geometry.nearestVoxel(to: place).map { value(of: $0) }
  }
}
