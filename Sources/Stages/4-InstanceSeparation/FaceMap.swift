import LinearAlgebra
import Volumes

/// What the faces say of two patches: whether they turn into each other, and how much mask lies
/// between them where they face each other through it.
struct PatchLink: Sendable {
  /// Sum over pairs of neighbouring faces, of each 1 (one smooth face) to −2 (a crease).
  var continuity: Float = 0
  /// Lines through the mask from a face of one to a face of the other.
  var lines: Float = 0
  /// Sum of these lines' lengths, in voxels.
  var lengths: Float = 0

  mutating func add(_ other: PatchLink) {
    continuity += other.continuity
    lines += other.lines
    lengths += other.lengths
  }
}

/// Two patches, the smaller number first.
struct PatchPair: Hashable, Comparable, Sendable {
  var first: Int32
  var second: Int32

  init(_ a: Int32, _ b: Int32) { (first, second) = (min(a, b), max(a, b)) }

  static func < (a: PatchPair, b: PatchPair) -> Bool {
    (a.first, a.second) < (b.first, b.second)
  }
}

/// The faces of a batch, and its mask with each face's number.
struct FaceMap: Sendable {
  /// In order of tiles, and of raster within each.
  var faces: [MaskFace] = []
  var patches = 0
  /// 0 outside the batch, 1 + number of the face, −1 inside; `code(ofFragment:)` once it has been filled.
  var voxels: SparseVolume

  /// What stands for a fragment, counted from 1: below −1.
  static func code(ofFragment fragment: Int32) -> Int32 { -fragment - 1 }
  /// The fragment of a code.
  static func fragment(ofCode code: Int32) -> Int32 { -code - 1 }

  /// The longest line through the mask that is followed, in voxels.
  static let reach = 40
  /// Convexity at which two faces are as likely of two membranes as of one, in radians per voxel.
  static let crease: Float = 0.2

  init(size: VolumeSize) { voxels = SparseVolume(size: size) }

  /// Takes over a tile; tiles come in a fixed order.
  mutating func add(_ tile: FaceTile) {
    let first = Int32(patches)
    let region = tile.mask.region
    for z in region.lower.z..<region.upper.z {
      for y in region.lower.y..<region.upper.y {
        for (x, place) in tile.mask.rowRange(y: y, z: z).enumerated()
        where tile.mask.samples[place] != 0 {
          voxels[region.lower.x + x, y, z] = -1
        }
      }
    }
    for face in tile.faces {
      faces.append(MaskFace(offset: face.offset, normal: face.normal, patch: first + face.patch))
      let place = voxel(of: face.offset)
      voxels[place.x, place.y, place.z] = Int32(faces.count)
    }
    patches += tile.patches
  }

  /// Links of the faces in a range, by pair of patches.
  func links(of range: Range<Int>) -> [PatchPair: PatchLink] {
    var links: [PatchPair: PatchLink] = [:]
    for index in range {
      addNeighbours(of: index, to: &links)
      addOpposite(of: index, to: &links)
    }
    return links
  }

  /// Patches as pieces of mid-surface: half the usual thickness inside their faces.
  ///
  /// Patches whose faces look every way are left out.
  ///
  /// - Parameter fragments: of each patch.
  func pieces(fragments: [Int32], thickness: Float) -> [SurfacePiece] {
    var positions = [SIMD3<Double>](repeating: .zero, count: patches)
    var normals = [SIMD3<Double>](repeating: .zero, count: patches)
    var counts = [Double](repeating: 0, count: patches)
    for face in faces {
      let (place, patch) = (voxel(of: face.offset), Int(face.patch))
      positions[patch] += SIMD3(Double(place.x), Double(place.y), Double(place.z))
      normals[patch] += SIMD3<Double>(face.normal)
      counts[patch] += 1
    }
    return (0..<patches).compactMap { patch in
      let length = normals[patch].length
      guard 0.7 * counts[patch] < length else { return nil }
      let normal = normals[patch] / length
      // A face voxel's centre lies half a voxel inside the face.
      let depth = max(Double(thickness) - 1, 0) / 2
      return SurfacePiece(
        position: positions[patch] / counts[patch] - depth * normal, normal: normal,
        fragment: Int(fragments[patch]))
    }
  }

  /// The label nearest to each patch's first face; 0 where there is none.
  ///
  /// - Parameters:
  ///   - labels: 0 outside the parts.
  ///   - reach: the farthest that is looked, in steps between voxels that share a side.
  func owners(among labels: ScratchVolume<Int32>, reach: Int) -> [Int32] {
    var owners = [Int32](repeating: 0, count: patches)
    labels.withSamples { span in
      for face in faces where owners[Int(face.patch)] == 0 {
        owners[Int(face.patch)] = nearest(to: voxel(of: face.offset), in: span, reach: reach)
      }
    }
    return owners
  }

  private func nearest(to place: VoxelIndex, in labels: Span<Int32>, reach: Int) -> Int32 {
    let size = voxels.size
    var best = (steps: reach + 1, label: Int32(0))
    for z in max(place.z - reach, 0)...min(place.z + reach, size.z - 1) {
      for y in max(place.y - reach, 0)...min(place.y + reach, size.y - 1) {
        for x in max(place.x - reach, 0)...min(place.x + reach, size.x - 1) {
          let label = labels[(z * size.y + y) * size.x + x]
          let steps = abs(x - place.x) + abs(y - place.y) + abs(z - place.z)
          if label != 0, (steps, label) < best { best = (steps, label) }
        }
      }
    }
    return best.label
  }

  func voxel(of offset: Int) -> VoxelIndex {
    let size = voxels.size
    return VoxelIndex(
      x: offset % size.x, y: offset / size.x % size.y, z: offset / (size.x * size.y))
  }

  private func addNeighbours(of index: Int, to links: inout [PatchPair: PatchLink]) {
    let face = faces[index]
    let size = voxels.size
    let place = voxel(of: face.offset)
    for step in forwardSteps {
      let (x, y, z) = (place.x + step.x, place.y + step.y, place.z + step.z)
      guard 0 <= x, x < size.x, 0 <= y, y < size.y, z < size.z else { continue }
      let number = voxels[x, y, z]
      guard 0 < number else { continue }
      let other = faces[Int(number) - 1]
      guard other.patch != face.patch else { continue }
      let turn = convexity(face.normal, other.normal, step)
      links[PatchPair(face.patch, other.patch), default: PatchLink()].continuity +=
        turn < 0 ? max(1 + turn / Self.crease, -2) : 1
    }
  }

  /// Follows the line from a face into the mask until it leaves it.
  private func addOpposite(of index: Int, to links: inout [PatchPair: PatchLink]) {
    let face = faces[index]
    guard face.normal != .zero else { return }
    let size = voxels.size
    let start = voxel(of: face.offset)
    let origin = SIMD3(Float(start.x), Float(start.y), Float(start.z)) + 0.5
    var last = start
    for k in 1...(2 * Self.reach) {
      let place = origin - 0.5 * Float(k) * face.normal
      let (x, y, z) = (
        Int(place.x.rounded(.down)), Int(place.y.rounded(.down)), Int(place.z.rounded(.down))
      )
      guard 0 <= x, x < size.x, 0 <= y, y < size.y, 0 <= z, z < size.z else { return }
      if voxels[x, y, z] == 0 {
        guard let exit = opposingFace(near: last, opposing: face.normal) else { return }
        let other = faces[exit].patch
        guard other != face.patch else { return }
        var link = PatchLink()
        (link.lines, link.lengths) = (1, 0.5 * Float(k) + 0.25)
        links[PatchPair(face.patch, other), default: PatchLink()].add(link)
        return
      }
      last = VoxelIndex(x: x, y: y, z: z)
    }
  }

  /// The face at a voxel or beside it that looks most against `normal`, within 60°.
  private func opposingFace(near place: VoxelIndex, opposing normal: SIMD3<Float>) -> Int? {
    let size = voxels.size
    var best: (index: Int, dot: Float)?
    func offer(_ x: Int, _ y: Int, _ z: Int) {
      guard 0 <= x, x < size.x, 0 <= y, y < size.y, 0 <= z, z < size.z else { return }
      let number = Int(voxels[x, y, z])
      guard 0 < number else { return }
      let dot = faces[number - 1].normal.dot(normal)
      if dot < best?.dot ?? -0.5 { best = (number - 1, dot) }
    }
    offer(place.x, place.y, place.z)
    if let best { return best.index }
    for side in [-1, 1] {
      offer(place.x + side, place.y, place.z)
      offer(place.x, place.y + side, place.z)
      offer(place.x, place.y, place.z + side)
    }
    return best?.index
  }
}
