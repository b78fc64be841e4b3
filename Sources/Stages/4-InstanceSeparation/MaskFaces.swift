import Filters
import Graphs
import LinearAlgebra
import Volumes

// The faces of a mask: its outermost voxels with their normals.
//
// A membrane in a mask is a sheet with two faces. Where two membranes have become one slab, the mask
// has no mid-surface of either left, but each membrane still has its own face: the one away from the
// other. Faces therefore tell membranes apart where ridges and distances no longer do, whatever the
// thickness of the mask.

/// A voxel of the mask that shares a side with a voxel outside.
struct MaskFace: Sendable {
  /// Place of the voxel in the volume, x fastest.
  var offset: Int
  /// Unit normal out of the mask, in voxel coordinates; zero where the mask is too thin to tell.
  var normal: SIMD3<Float>
  /// Patch the face belongs to.
  var patch: Int32
}

/// What is found in a tile.
struct FaceTile: Sendable {
  /// 1 where the tile has voxels of the batch.
  var mask: Block<Int8>
  /// In raster order, with patches from 0 in order of their first face.
  var faces: [MaskFace]
  var patches: Int
}

/// Finds faces tile by tile and gathers them to patches.
struct FaceFinder {
  /// Smoothing before normals are taken, in voxels: more would blur the gap between two
  /// membranes two voxels apart.
  static let sigma = 1.0
  /// Edge of the cells that patches do not cross, in voxels: about a membrane's thickness.
  static let cell = 5
  /// Edge of a tile, in voxels: a whole number of cells.
  static let tileEdge = 80
  /// Voxels around a tile that its normals depend on.
  static let halo = 4

  let mask: any VolumeSource<Int8>

  /// The faces of a batch in a tile; nil where it has no voxel there.
  func tile(_ region: Region, of batch: MaskBatch) throws -> FaceTile? {
    let own = try batch.read(region)
    guard own.samples.contains(1) else { return nil }
    let outer = region.expanded(by: Self.halo)
    let block = try mask.read(outer.clamped(to: mask.geometry.bounds)).replicatingBorder(to: outer)
    var (faces, voxels) = faces(own, in: block)
    let patches = gatherPatches(&faces, voxels: voxels, tile: region)
    return FaceTile(mask: own, faces: faces, patches: patches)
  }

  /// - Parameters:
  ///   - own: the tile, 1 where faces are looked for.
  ///   - block: the mask in and around it, on which normals depend.
  private func faces(
    _ own: Block<Int8>, in block: Block<Int8>
  ) -> (faces: [MaskFace], voxels: [VoxelIndex]) {
    let tile = own.region
    let smoothed = gaussianSmoothed(
      Block(region: block.region, samples: block.samples.map { $0 == 0 ? Float(0) : 1 }),
      sigmaVoxels: SIMD3(repeating: Self.sigma), workers: .one)
    var (faces, voxels): ([MaskFace], [VoxelIndex]) = ([], [])
    let bounds = mask.geometry.bounds
    let (dy, dz) = (block.region.size.x, block.region.size.x * block.region.size.y)
    for z in tile.lower.z..<tile.upper.z {
      for y in tile.lower.y..<tile.upper.y {
        let first = block.offset(of: VoxelIndex(x: tile.lower.x, y: y, z: z))
        let target = (z * bounds.size.y + y) * bounds.size.x + tile.lower.x
        let row = own.rowRange(y: y, z: z).lowerBound
        for x in 0..<tile.size.x where own.samples[row + x] != 0 {
          let place = first + x
          let inside =
            block.samples[place - 1] != 0 && block.samples[place + 1] != 0
            && block.samples[place - dy] != 0 && block.samples[place + dy] != 0
            && block.samples[place - dz] != 0 && block.samples[place + dz] != 0
          guard !inside else { continue }
          faces.append(
            MaskFace(offset: target + x, normal: smoothed.outwardNormal(at: place), patch: -1))
          voxels.append(VoxelIndex(x: tile.lower.x + x, y: y, z: z))
        }
      }
    }
    return (faces, voxels)
  }

  /// Gathers neighbouring faces of a cell that turn into each other gently; returns their number.
  private func gatherPatches(
    _ faces: inout [MaskFace], voxels: [VoxelIndex], tile: Region
  ) -> Int {
    var numbers = Block<Int32>(region: tile.expanded(by: 1), repeating: -1)
    for (index, voxel) in voxels.enumerated() { numbers[voxel] = Int32(index) }
    var sets = UnionFind(count: faces.count)
    let (dy, dz) = (numbers.region.size.x, numbers.region.size.x * numbers.region.size.y)
    for (index, voxel) in voxels.enumerated() {
      let place = numbers.offset(of: voxel)
      for step in forwardSteps {
        let other = numbers.samples[place + step.x + step.y * dy + step.z * dz]
        guard 0 <= other else { continue }
        let neighbour = voxels[Int(other)]
        guard
          voxel.x / Self.cell == neighbour.x / Self.cell,
          voxel.y / Self.cell == neighbour.y / Self.cell,
          voxel.z / Self.cell == neighbour.z / Self.cell
        else { continue }
        let (a, b) = (faces[index].normal, faces[Int(other)].normal)
        guard 0.5 < a.dot(b), -0.1 < convexity(a, b, step) else { continue }
        sets.unite(index, Int(other))
      }
    }
    var patches = 0
    for index in faces.indices {
      let root = sets.root(of: index)
      if root == index {
        faces[index].patch = Int32(patches)
        patches += 1
      } else {
        faces[index].patch = faces[root].patch
      }
    }
    return patches
  }
}

/// The 13 neighbours that come later in raster order.
let forwardSteps: [SIMD3<Int>] = (0...1).flatMap { z in
  (-1...1).flatMap { y in
    (-1...1).compactMap { x -> SIMD3<Int>? in
      let step = SIMD3(x, y, z)
      return (z, y, x) > (0, 0, 0) ? step : nil
    }
  }
}

/// How fast the normals of two neighbouring faces turn apart, in radians per voxel: above 0 where
/// the mask is convex, below 0 in a crease.
@inline(__always)
func convexity(_ first: SIMD3<Float>, _ second: SIMD3<Float>, _ step: SIMD3<Int>) -> Float {
  let away = SIMD3<Float>(step)
  return (second - first).dot(away) / away.dot(away)
}

extension Block where Sample == Float {
  /// Minus the gradient at a voxel that is not at the block's border, at length 1.
  func outwardNormal(at place: Int) -> SIMD3<Float> {
    let (dy, dz) = (region.size.x, region.size.x * region.size.y)
    let fall = SIMD3(
      samples[place - 1] - samples[place + 1], samples[place - dy] - samples[place + dy],
      samples[place - dz] - samples[place + dz])
    let length = fall.length
    // The mask of a single layer of voxels has the same on both sides: no side is outward.
    return 0.01 < length ? fall / length : .zero
  }
}
