import Morphology
import Volumes

extension FaceMap {
  /// Gives every voxel of the mask the label of the nearest face, counted in steps from voxel to
  /// voxel through the mask; of equally near ones, the first in order of faces.
  ///
  /// - Parameter labels: of each patch, above 0.
  mutating func fill(_ labels: [Int32]) {
    let size = voxels.geometry.size
    voxels.withMutableSamples { span in
      for face in faces { span[face.offset] = labels[Int(face.patch)] }
      var front = faces.map(\.offset)
      while !front.isEmpty { front = nextFront(after: front, size: size, in: &span) }
    }
    faces = []
  }

  private func nextFront(
    after front: [Int], size: VolumeSize, in span: inout MutableSpan<Int32>
  ) -> [Int] {
    let (dy, dz) = (size.x, size.x * size.y)
    var next: [Int] = []
    for offset in front {
      let (x, y, z) = (offset % dy, offset / dy % size.y, offset / dz)
      let label = span[offset]
      for (isInside, other) in [
        (0 < x, offset - 1), (x + 1 < size.x, offset + 1), (0 < y, offset - dy),
        (y + 1 < size.y, offset + dy), (0 < z, offset - dz), (z + 1 < size.z, offset + dz),
      ] where isInside && span[other] == -1 {
        span[other] = label
        next.append(other)
      }
    }
    return next
  }
}
