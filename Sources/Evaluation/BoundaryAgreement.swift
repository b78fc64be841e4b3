import Morphology
import Volumes

/// How near the boundaries of two masks are: `nsd_1`, `nsd_2`, `hd95_A`.
///
/// The boundary B of a mask is its voxels with a face on background; a face on an ignored voxel or
/// on the volume's border is none, as nothing is known beyond. With d the distance between voxel
/// centres, in Å with the true voxel edges:
///
///     nsd_k  = (|{b ∈ B_P : d(b, B_G) <= k voxels}| + |{b ∈ B_G : d(b, B_P) <= k voxels}|)
///              / (|B_P| + |B_G|)                                        (Nikolov et al. 2021)
///     hd95_A = the larger of the 95th percentiles of d(b, B_G) over B_P and d(b, B_P) over B_G
///
/// Boundary voxels count alike, whatever the slope of the surface in them. Two empty masks have
/// nsd 1 and no Hausdorff distance; one empty mask has nsd 0 and no Hausdorff distance.
public struct BoundaryAgreement: MetricGroup, Equatable {
  /// Normalised surface Dice at a tolerance of one voxel.
  public var nsd1: Double
  /// Normalised surface Dice at a tolerance of two voxels.
  public var nsd2: Double
  /// 95th percentile Hausdorff distance in Å.
  public var hd95Angstrom: Double?

  public static let title = "Boundaries"

  public var rows: [MetricRow] {
    [MetricRow("nsd_1", nsd1), MetricRow("nsd_2", nsd2), MetricRow("hd95_A", hd95Angstrom)]
  }
}

extension BoundaryAgreement {
  /// Compares the boundaries of the masks freed of ignored voxels.
  init(_ volumes: ComparedVolumes, workers: Workers) {
    let boundaries = [volumes.predicted, volumes.truth].map {
      boundary(of: $0, roles: volumes.roles, workers: workers)
    }
    func distances(from own: Block<Int8>, to other: Block<Int8>) -> [Float] {
      guard other.samples.contains(1) else { return [] }
      let field = euclideanDistance(
        toNonzeroOf: other, spacing: volumes.geometry.voxelSizeAngstrom, workers: workers)
      return own.samples.indices.compactMap {
        own.samples[$0] == 0 ? nil : field.samples[$0]
      }.sorted()
    }
    let forth = distances(from: boundaries[0], to: boundaries[1])
    let back = distances(from: boundaries[1], to: boundaries[0])
    let total = boundaries.reduce(0) { $0 + $1.samples.count { $0 != 0 } }
    func within(_ voxels: Double) -> Double {
      // A hair wider, so that rounding to Float does not part equal distances.
      let limit = Float(voxels * volumes.voxelAngstrom * 1.000_01)
      let near = forth.count { $0 <= limit } + back.count { $0 <= limit }
      return ratio(near, total) ?? 1
    }
    (nsd1, nsd2) = (within(1), within(2))
    if let one = quantile(0.95, ofSorted: forth), let other = quantile(0.95, ofSorted: back) {
      hd95Angstrom = max(one, other)
    }
  }
}

/// The voxels of a mask that share a face with background.
func boundary(of mask: Block<Int8>, roles: Block<UInt8>, workers: Workers) -> Block<Int8> {
  let size = mask.region.size
  guard !size.isEmpty else { return mask }
  var samples = [Int8](repeating: 0, count: size.count)
  let section = size.x * size.y
  workers.fillRows(of: &samples, rowLength: size.x) { row, target in
    let (y, z) = (row % size.y, row / size.y)
    let first = row * size.x
    let (voxels, role) = (mask.samples.span, roles.samples.span)
    func isOpen(_ offset: Int) -> Bool {
      voxels[offset] == 0 && role[offset] != LabelRoles.ignored
    }
    for x in 0..<size.x where voxels[first &+ x] != 0 {
      let here = first &+ x
      let open =
        (0 < x && isOpen(here &- 1)) || (x &+ 1 < size.x && isOpen(here &+ 1))
        || (0 < y && isOpen(here &- size.x)) || (y &+ 1 < size.y && isOpen(here &+ size.x))
        || (0 < z && isOpen(here &- section)) || (z &+ 1 < size.z && isOpen(here &+ section))
      target[x] = open ? 1 : 0
    }
  }
  return Block(region: mask.region, samples: samples)
}
