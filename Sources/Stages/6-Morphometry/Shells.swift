import Morphology
public import TomogramModel
public import Volumes

/// A band of distances from a membrane, in Å: outside of it from 0 up, in its lumen below 0.
public struct ShellBand: Codable, Hashable, Sendable {
  public var lowAngstrom: Double
  public var highAngstrom: Double

  /// Makes the band low ... high.
  public init(_ low: Double, _ high: Double) {
    precondition(low < high, "A band runs from low to high.")
    (lowAngstrom, highAngstrom) = (low, high)
  }

  /// `0_200`, for names of files.
  public var name: String { "\(Self.text(lowAngstrom))_\(Self.text(highAngstrom))" }

  /// How far from a membrane the band reaches.
  var reachAngstrom: Double { max(abs(lowAngstrom), abs(highAngstrom)) }

  func contains(_ distance: Double) -> Bool { lowAngstrom <= distance && distance <= highAngstrom }

  private static func text(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e9 ? "\(Int(value))" : "\(value)"
  }
}

/// Writes, for each voxel within a band of distances, the label of the nearest membrane; 0 elsewhere.
///
/// Distances run between voxels' centres and are 0 on the membrane, so that `0:200` is the membrane
/// grown by 200 Å, outwards only. A voxel in the lumen of its nearest membrane, at any depth of
/// nesting, has a distance below 0; beside a membrane without a lumen both sides are outside.
///
/// - Parameters:
///   - lumen: as `fillLumen` leaves it.
///   - parents: label of the membrane that each one lies inside.
///   - shell: gets the labels and is committed at the end.
/// - Complexity: memory is a tile of 64³ voxels grown by the band's reach on every side, 11 bytes a
///   voxel; cost is linear in voxels and grows with the number of membranes near a tile.
public func writeShell(
  _ band: ShellBand, around instances: any VolumeSource<UInt16>,
  lumen: any VolumeSource<UInt16>, parents: [Int: Int], into shell: any VolumeSink<UInt16>,
  workers: Workers, monitor: StageMonitor
) throws {
  let geometry = instances.geometry
  let spacing = geometry.voxelSizeAngstrom
  let halo = Int((band.reachAngstrom / spacing.min()).rounded(.up)) + 1
  let tiles = geometry.bounds.tiles(of: VolumeSize(x: 64, y: 64, z: 64))
  for (number, tile) in tiles.enumerated() {
    let around = try instances.read(tile.expanded(by: halo).clamped(to: geometry.bounds))
    let nearest = NearestLabels(
      around, core: tile, reachAngstrom: band.reachAngstrom, spacing: spacing, workers: workers)
    if let nearest {
      let inside = try lumen.read(tile)
      var block = Block<UInt16>(region: tile, repeating: 0)
      for place in block.samples.indices {
        let label = nearest.labels[place]
        guard label != 0 else { continue }
        let isInside = isWithin(Int(inside.samples[place]), Int(label), parents)
        let distance = Double(nearest.distances[place])
        if band.contains(isInside ? -distance : distance) { block.samples[place] = label }
      }
      try shell.write(block)
    }
    try monitor.report(completed: number + 1, of: tiles.count)
  }
  try shell.commit()
}

/// Whether a lumen lies in a membrane, at any depth.
private func isWithin(_ lumen: Int, _ membrane: Int, _ parents: [Int: Int]) -> Bool {
  var (current, steps) = (lumen, 0)
  while current != 0 && steps <= parents.count {
    if current == membrane { return true }
    current = parents[current] ?? 0
    steps += 1
  }
  return false
}

/// The nearest membrane of each voxel of a tile, and how far it is.
private struct NearestLabels {
  /// 0 where none is within reach.
  private(set) var labels: [UInt16]
  private(set) var distances: [Float]

  /// Nil where no membrane is near the tile.
  init?(
    _ around: Block<UInt16>, core: Region, reachAngstrom: Double, spacing: SIMD3<Double>,
    workers: Workers
  ) {
    let regions = around.labelRegions()
    if regions.isEmpty { return nil }
    labels = [UInt16](repeating: 0, count: core.size.count)
    distances = [Float](repeating: .infinity, count: core.size.count)
    let halo = Int((reachAngstrom / spacing.min()).rounded(.up)) + 1
    let limit = Float(reachAngstrom.nextUp)
    for (label, box) in regions {
      // Voxels that this membrane can be the nearest of.
      let near = box.expanded(by: halo).clamped(to: core)
      if near.isEmpty { continue }
      let part = near.expanded(by: halo).clamped(to: around.region)
      let mask = around.cropped(to: part).map { $0 == label ? Int8(1) : 0 }
      let found = euclideanDistance(toNonzeroOf: mask, spacing: spacing, workers: workers)
      for z in near.lower.z..<near.upper.z {
        for y in near.lower.y..<near.upper.y {
          for x in near.lower.x..<near.upper.x {
            let index = VoxelIndex(x: x, y: y, z: z)
            let distance = found[index]
            let place = core.offset(of: index)
            guard distance <= limit, distance < distances[place] else { continue }
            (distances[place], labels[place]) = (distance, label)
          }
        }
      }
    }
  }
}

extension Region {
  /// Place of a voxel in raster order.
  fileprivate func offset(of index: VoxelIndex) -> Int {
    ((index.z - lower.z) * size.y + (index.y - lower.y)) * size.x + (index.x - lower.x)
  }
}
