import LinearAlgebra
import Meshes
import Volumes

/// The signed distance from oriented samples on a cubic grid, and the surface where it vanishes.
///
/// The grid is worked in tiles near samples only, so that memory grows with the surface, not with
/// its box.
struct SurfaceField {
  let samples: OrientedSamples
  /// Grid spacing in Å.
  let spacing: Double
  /// Reach of the kernel in Å.
  let reach: Double
  private let origin: SIMD3<Double>
  /// Numbers of the samples in each tile.
  private let members: [TileIndex: [Int32]]

  /// Cells along a tile's edge.
  private static let tileEdge = 24

  private struct TileIndex: Hashable, Comparable {
    var x, y, z: Int

    static func < (a: TileIndex, b: TileIndex) -> Bool { (a.z, a.y, a.x) < (b.z, b.y, b.x) }
  }

  init(_ samples: OrientedSamples, spacing: Double, reach: Double) {
    precondition(
      reach < spacing * Double(Self.tileEdge), "A kernel reaches no farther than the next tile.")
    (self.samples, self.spacing, self.reach) = (samples, spacing, reach)
    // Off the samples' own lattice, where whole planes of grid points would lie on the surface.
    origin = (samples.positions.first ?? .zero) - spacing * SIMD3(0.37, 0.41, 0.43)
    var members: [TileIndex: [Int32]] = [:]
    for (number, position) in samples.positions.enumerated() {
      let tile = ((position - origin) / (spacing * Double(Self.tileEdge))).rounded(.down)
      let index = TileIndex(x: Int(tile.x), y: Int(tile.y), z: Int(tile.z))
      members[index, default: []].append(Int32(number))
    }
    self.members = members
  }

  /// The surface in Å, without regard to rims: it may reach beyond the samples by up to the
  /// kernel's reach.
  func mesh(workers: Workers) -> TriangleMesh {
    var tiles: Set<TileIndex> = []
    for index in members.keys { tiles.formUnion(Self.neighbours(of: index)) }
    let ordered = tiles.sorted()
    let cubes = MarchingCubes()
    let parts = workers.map(ordered.count) { place in part(ordered[place], cubes) }
    var mesh = MarchingCubes.joined(parts)
    mesh.vertices = mesh.vertices.map { origin + $0 * spacing }
    return mesh
  }

  private static func neighbours(of tile: TileIndex) -> [TileIndex] {
    (-1...1).flatMap { z in
      (-1...1).flatMap { y in
        (-1...1).map { x in TileIndex(x: tile.x + x, y: tile.y + y, z: tile.z + z) }
      }
    }
  }

  private func part(_ tile: TileIndex, _ cubes: MarchingCubes) -> MarchingCubes.Part {
    let edge = Self.tileEdge
    let lower = VoxelIndex(x: tile.x * edge, y: tile.y * edge, z: tile.z * edge)
    let upper = VoxelIndex(x: lower.x + edge + 1, y: lower.y + edge + 1, z: lower.z + edge + 1)
    let region = Region(lower: lower, upper: upper)
    // Å about the tile's first grid point: Float holds them to 10⁻⁴ Å.
    let center = origin + spacing * SIMD3(Double(lower.x), Double(lower.y), Double(lower.z))
    guard let sums = sums(around: tile, region, center: center) else {
      return MarchingCubes.Part()
    }
    var block = Block<Float>(region: region, repeating: .nan)
    for place in sums.indices {
      block.samples[place] = value(sums[place], at: gridPoint(place) * Float(spacing))
    }
    var part = cubes.part(of: block)
    // Halfway between two sheets that face the same way the distance changes sign against the
    // normals: that is no surface.
    part.keepTriangles { position, normal in
      let local = position - SIMD3(Double(lower.x), Double(lower.y), Double(lower.z))
      let nearest = local.rounded(.toNearestOrEven)
      let place = (Int(nearest.z) * (edge + 1) + Int(nearest.y)) * (edge + 1) + Int(nearest.x)
      let sum = sums[place].normalSum
      return 0 < normal.dot(SIMD3(Double(sum.x), Double(sum.y), Double(sum.z)))
    }
    return part
  }

  private func gridPoint(_ place: Int) -> SIMD3<Float> {
    let width = Self.tileEdge + 1
    return SIMD3(
      Float(place % width), Float(place / width % width), Float(place / (width * width)))
  }

  /// NaN where too little is known: no sample near, normals that cancel, or too far from the
  /// surface to matter for a cell that it crosses.
  private func value(_ sums: KernelSums, at place: SIMD3<Float>) -> Float {
    // A full plane gives the integral of the kernel, πR²/5: less than a hundredth is its rim.
    let least = Float(reach * reach * 0.006)
    guard least < sums.weight, 0.3 < sums.coherence else { return .nan }
    let distance = sums.distance(of: place)
    return abs(distance) < 2 * Float(spacing) ? distance : .nan
  }

  /// Kernel sums at each grid point of a tile; nil where no sample reaches it.
  private func sums(
    around tile: TileIndex, _ region: Region, center: SIMD3<Double>
  ) -> [KernelSums]? {
    let width = Self.tileEdge + 1
    var sums = [KernelSums](repeating: KernelSums(), count: width * width * width)
    var isTouched = false
    for neighbour in Self.neighbours(of: tile) {
      for number in members[neighbour] ?? [] {
        let isNear = splat(Int(number), into: &sums, center: center)
        isTouched = isTouched || isNear
      }
    }
    return isTouched ? sums : nil
  }

  /// Adds one sample to all grid points in its reach.
  private func splat(
    _ number: Int, into sums: inout [KernelSums], center: SIMD3<Double>
  ) -> Bool {
    let width = Self.tileEdge + 1
    let offset = samples.positions[number] - center
    let low = ((offset - reach) / spacing).rounded(.up)
    let high = ((offset + reach) / spacing).rounded(.down)
    let last = Double(width - 1)
    guard 0 <= high.min(), low.max() <= last else { return false }
    let position = SIMD3(Float(offset.x), Float(offset.y), Float(offset.z))
    let normal = samples.normals[number]
    let sample = KernelSums.sample(
      position: position, normal: SIMD3(Float(normal.x), Float(normal.y), Float(normal.z)),
      area: Float(samples.areas[number]))
    let (step, scale) = (Float(spacing), Float(1 / (reach * reach)))
    for z in Int(max(low.z, 0))...Int(min(high.z, last)) {
      let dz = Float(z) * step - position.z
      for y in Int(max(low.y, 0))...Int(min(high.y, last)) {
        let dy = Float(y) * step - position.y
        let row = (z &* width &+ y) &* width
        let across = dz * dz + dy * dy
        for x in Int(max(low.x, 0))...Int(min(high.x, last)) {
          let dx = Float(x) * step - position.x
          let share = (across + dx * dx) * scale
          if share < 1 { sums[row &+ x].add(sample, squaredShare: share) }
        }
      }
    }
    return true
  }
}
