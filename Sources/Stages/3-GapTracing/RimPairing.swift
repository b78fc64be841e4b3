import LinearAlgebra
import Morphology
import Volumes

/// Chooses for each rim the rim it continues to.
struct RimPairing {
  private let rims: [Rim]
  private let grid: PointGrid
  private let options: TracingOptions

  init(_ rims: [Rim], options: TracingOptions) {
    self.rims = rims
    self.options = options
    grid = PointGrid(
      rims.map(\.position), edge: max(options.maximumGapAngstrom / 4, 1))
  }

  /// For each rim the index of its partner, or −1. Partners need not choose each other, but what the
  /// partner chooses lies near: two rims of a gap agree that it is one.
  func partners(voxel: Double, workers: Workers) -> [Int] {
    let best = workers.map(rims.count) { bestPartner(of: $0, voxel: voxel) }
    return best.indices.map { index in
      let partner = best[index]
      guard 0 <= partner, 0 <= best[partner] else { return -1 }
      let away = rims[best[partner]].position - rims[index].position
      let gap = rims[partner].position - rims[index].position
      let tolerance = max(5 * voxel, 0.5 * gap.length)
      return away.squaredLength <= tolerance * tolerance ? partner : -1
    }
  }

  private func bestPartner(of index: Int, voxel: Double) -> Int {
    let rim = rims[index]
    var (best, lowest) = (-1, Double.infinity)
    grid.forEachPoint(near: rim.position, radius: options.maximumGapAngstrom) { other in
      let away = rims[other].position - rim.position
      // Cheap refusals first: behind, or so near that the two are one rim.
      guard 0 < away.dot(rim.outward), 4 * voxel * voxel < away.squaredLength else { return }
      guard let pair = RimPair(rim, rims[other]), pair.isAllowed(by: options) else { return }
      let cost = BridgeCost.prior(of: pair, options: options)
      if cost < lowest { (best, lowest) = (other, cost) }
    }
    return best
  }
}
