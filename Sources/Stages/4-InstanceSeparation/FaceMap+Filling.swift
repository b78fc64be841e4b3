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
    parts.labels.withSamples { own in
      fill(fragments) { place, code in
        own[place] == 0 || own[place] == owners[Int(Self.fragment(ofCode: code))]
      }
    }
  }

  private mutating func fill(_ fragments: [Int32], admits: (Int, Int32) -> Bool) {
    let size = voxels.geometry.size
    voxels.withMutableSamples { span in
      var front: [Int] = []
      for face in faces {
        let code = Self.code(ofFragment: fragments[Int(face.patch)])
        let isAdmitted = admits(face.offset, code)
        span[face.offset] = isAdmitted ? code : -1
        if isAdmitted { front.append(face.offset) }
      }
      while !front.isEmpty {
        front = nextFront(after: front, size: size, in: &span, admits: admits)
      }
    }
    faces = []
  }

  @inline(__always)
  private func nextFront(
    after front: [Int], size: VolumeSize, in span: inout MutableSpan<Int32>,
    admits: (Int, Int32) -> Bool
  ) -> [Int] {
    let (dy, dz) = (size.x, size.x * size.y)
    var next: [Int] = []
    for offset in front {
      let (x, y, z) = (offset % dy, offset / dy % size.y, offset / dz)
      let code = span[offset]
      for (isInside, other) in [
        (0 < x, offset - 1), (x + 1 < size.x, offset + 1), (0 < y, offset - dy),
        (y + 1 < size.y, offset + dy), (0 < z, offset - dz), (z + 1 < size.z, offset + dz),
      ] where isInside && span[other] == -1 && admits(other, code) {
        span[other] = code
        next.append(other)
      }
    }
    return next
  }
}
