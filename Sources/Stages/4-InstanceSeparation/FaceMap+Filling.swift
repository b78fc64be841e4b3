import Morphology
import Volumes

/// Parts of a thin mask that do not touch, in the map of the grown mask.
struct OwnParts: Sendable {
  /// 0 outside the mask itself.
  let labels: ScratchVolume<Int32>
  /// The part of each patch.
  let owners: [Int32]

  /// Whether two patches are of one part.
  func joins(_ pair: PatchPair) -> Bool { owners[Int(pair.first)] == owners[Int(pair.second)] }

  /// The part of each fragment; patches of one fragment are of one part.
  func owners(ofFragments fragments: [Int32]) -> [Int32] {
    var found = [Int32](repeating: 0, count: Int(fragments.max() ?? 0) + 1)
    for (patch, fragment) in fragments.enumerated() { found[Int(fragment)] = owners[patch] }
    return found
  }
}

extension FaceMap {
  /// Gives every voxel of the mask the fragment of the nearest face, counted in steps from voxel to
  /// voxel through the mask; of equally near ones, the first in order of faces.
  ///
  /// - Parameters:
  ///   - fragments: of each patch, above 0.
  ///   - parts: a voxel that is in one takes only the fragments of this part.
  mutating func fill(_ fragments: [Int32], parts: OwnParts? = nil) {
    guard let parts else { return fill(fragments) { _, _ in true } }
    let owners = parts.owners(ofFragments: fragments)
    let size = voxels.size
    parts.labels.withSamples { labels in
      fill(fragments) { place, code in
        let own = labels[(place.z * size.y + place.y) * size.x + place.x]
        return own == 0 || own == owners[Int(Self.fragment(ofCode: code))]
      }
    }
  }

  private mutating func fill(
    _ fragments: [Int32], admits: (VoxelIndex, Int32) -> Bool
  ) {
    var front: [VoxelIndex] = []
    for face in faces {
      let code = Self.code(ofFragment: fragments[Int(face.patch)])
      let place = voxel(of: face.offset)
      let isAdmitted = admits(place, code)
      voxels[place.x, place.y, place.z] = isAdmitted ? code : -1
      if isAdmitted { front.append(place) }
    }
    faces = []
    while !front.isEmpty { front = nextFront(after: front, admits: admits) }
  }

  @inline(__always)
  private mutating func nextFront(
    after front: [VoxelIndex], admits: (VoxelIndex, Int32) -> Bool
  ) -> [VoxelIndex] {
    let size = voxels.size
    var next: [VoxelIndex] = []
    for place in front {
      let (x, y, z) = (place.x, place.y, place.z)
      let code = voxels[x, y, z]
      func offer(_ x: Int, _ y: Int, _ z: Int) {
        let other = VoxelIndex(x: x, y: y, z: z)
        guard voxels[x, y, z] == -1, admits(other, code) else { return }
        voxels[x, y, z] = code
        next.append(other)
      }
      if 0 < x { offer(x - 1, y, z) }
      if x + 1 < size.x { offer(x + 1, y, z) }
      if 0 < y { offer(x, y - 1, z) }
      if y + 1 < size.y { offer(x, y + 1, z) }
      if 0 < z { offer(x, y, z - 1) }
      if z + 1 < size.z { offer(x, y, z + 1) }
    }
    return next
  }

  /// Writes the codes of a batch that has been filled.
  func writeCodes(into labels: ScratchVolume<Int32>) {
    let size = voxels.size
    labels.withMutableSamples { span in
      voxels.forEach { place, code in
        if code < -1 { span[(place.z * size.y + place.y) * size.x + place.x] = code }
      }
    }
  }
}
