import Volumes

/// How one axis is cut into equal tiles that overlap and blend into each other.
///
///     tile i      |---halo---|=====================|--ramp--|---halo---|
///     tile i+1                        |---halo---|--ramp--|==============...
///
/// A weight rises over the ramp in the middle of an overlap while its neighbour's falls; weights
/// sum to 1 at every voxel. In the halo, where a tile's border is felt, the weight is 0. Tiles start
/// at multiples of the network's coarsest voxel: pooling in another phase gives another answer.
struct TileAxis: Equatable {
  /// First voxel of each tile, a multiple of `multiple`; the last tile may reach beyond the volume.
  let starts: [Int]
  /// Length of every tile.
  let length: Int
  private let ramp: Int

  /// - Parameters:
  ///   - count: voxels of the volume along this axis.
  ///   - tile: wanted length of a tile, a multiple of `multiple`.
  ///   - halo: voxels at a tile's inner borders that are thrown away.
  ///   - ramp: voxels over which neighbours are blended.
  init(count: Int, tile: Int, multiple: Int, halo: Int, ramp: Int) {
    let padded = (count + multiple - 1) / multiple * multiple
    guard tile < padded else {
      (starts, length, self.ramp) = ([0], padded, ramp)
      return
    }
    // All in units of `multiple`. As few tiles as the wanted length allows, then as short as so many
    // may be, spread evenly: rounding leaves no step longer than length less overlap.
    let whole = padded / multiple
    let overlap = min((2 * halo + ramp + multiple - 1) / multiple, tile / multiple - 1)
    let longest = tile / multiple - overlap
    let steps = (whole - tile / multiple + longest - 1) / longest
    let units = (whole + steps * overlap + steps) / (steps + 1)
    starts = (0...steps).map { $0 * (whole - units) / steps * multiple }
    length = units * multiple
    self.ramp = min(ramp, overlap * multiple)
  }

  /// Weight of each voxel of a tile.
  func weights(ofTile index: Int) -> [Float] {
    let start = starts[index]
    return (start..<start + length).map { place in
      let rise = index == 0 ? 1 : share(place, boundary: index - 1)
      let fall = index == starts.count - 1 ? 0 : share(place, boundary: index)
      return rise - fall
    }
  }

  /// The voxels of the volume that a tile tells anything about: those of a weight above 0.
  func range(ofTile index: Int, count: Int) -> Range<Int> {
    let weights = weights(ofTile: index)
    let first = weights.firstIndex { $0 != 0 } ?? 0
    let last = weights.lastIndex { $0 != 0 } ?? -1
    return starts[index] + first..<max(min(starts[index] + last + 1, count), starts[index] + first)
  }

  /// Share, 0...1, of all tiles after a boundary at a voxel.
  private func share(_ place: Int, boundary: Int) -> Float {
    let middle = Float(starts[boundary + 1] + starts[boundary] + length - 1) / 2
    let width = Float(ramp + 1)
    return min(max((Float(place) - middle) / width + 0.5, 0), 1)
  }
}

/// How a volume is cut into tiles for a network.
struct TilePlan {
  let x: TileAxis
  let y: TileAxis
  let z: TileAxis

  init(size: VolumeSize, architecture: UNetArchitecture, options: PredictionOptions) {
    let multiple = architecture.lengthMultiple
    func whole(_ length: Int) -> Int { max(length / multiple, 2) * multiple }
    let budget = options.tileVoxels
    let (halo, ramp) = (options.haloVoxels, options.blendVoxels)
    let deep = architecture.dimension == 3
    // A cube, or, in a thin volume, a flat box of the same number of voxels.
    let cube = whole(Self.integerRoot(budget, 3))
    let depth = deep ? min(cube, (size.z + multiple - 1) / multiple * multiple) : min(8, size.z)
    let side = min(whole(Self.integerRoot(budget / depth, 2)), 32 * multiple)
    x = TileAxis(count: size.x, tile: side, multiple: multiple, halo: halo, ramp: ramp)
    y = TileAxis(count: size.y, tile: side, multiple: multiple, halo: halo, ramp: ramp)
    z =
      deep
      ? TileAxis(count: size.z, tile: depth, multiple: multiple, halo: halo, ramp: ramp)
      : TileAxis(count: size.z, tile: depth, multiple: 1, halo: 0, ramp: 0)
  }

  var count: Int { x.starts.count * y.starts.count * z.starts.count }

  /// Numbers of a tile along the axes; x fastest.
  func place(of index: Int) -> (x: Int, y: Int, z: Int) {
    let section = x.starts.count * y.starts.count
    return (index % x.starts.count, index % section / x.starts.count, index / section)
  }

  func region(of index: Int) -> Region {
    let place = place(of: index)
    let lower = VoxelIndex(x: x.starts[place.x], y: y.starts[place.y], z: z.starts[place.z])
    return Region(
      lower: lower,
      upper: VoxelIndex(
        x: lower.x + x.length, y: lower.y + y.length, z: lower.z + z.length))
  }

  /// The voxels of a volume that a tile tells anything about.
  func core(of index: Int, in size: VolumeSize) -> Region {
    let place = place(of: index)
    let x = x.range(ofTile: place.x, count: size.x)
    let y = y.range(ofTile: place.y, count: size.y)
    let z = z.range(ofTile: place.z, count: size.z)
    return Region(
      lower: VoxelIndex(x: x.lowerBound, y: y.lowerBound, z: z.lowerBound),
      upper: VoxelIndex(x: x.upperBound, y: y.upperBound, z: z.upperBound))
  }

  /// Largest whole number whose power does not exceed `value`.
  private static func integerRoot(_ value: Int, _ power: Int) -> Int {
    var root = 1
    while (0..<power).reduce(1, { product, _ in product * (root + 1) }) <= value { root += 1 }
    return root
  }
}
