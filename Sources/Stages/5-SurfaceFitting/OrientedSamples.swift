import LinearAlgebra
import Meshes
import Morphology
import Volumes

/// Mid-surface samples whose normals agree from neighbour to neighbour.
struct OrientedSamples: Sendable {
  var positions: [SIMD3<Double>]
  var normals: [SIMD3<Double>]
  /// Area each stands for in Å².
  var areas: [Double]

  /// Gives the samples' normals agreeing signs.
  ///
  /// As Hoppe et al. 1992 ("Surface reconstruction from unorganized points", §3.3): neighbours take
  /// over each other's side along a minimum spanning tree of how badly they agree, so that signs
  /// travel through smooth parts first. Here with union-find that carries parity, and edges in bins
  /// of badness instead of sorted: a million samples take seconds.
  init(_ samples: [MidSurfaceSample], reachAngstrom: Double) {
    positions = samples.map { $0.position }
    areas = samples.map { $0.areaSquareAngstrom }
    var signs = SignedUnion(count: samples.count)
    for bin in Self.edges(of: samples, positions, reachAngstrom) {
      for edge in bin {
        let (a, b) = (Int(edge.x), Int(edge.y))
        signs.join(a, b, opposed: samples[a].normal.dot(samples[b].normal) < 0)
      }
    }
    normals = samples.indices.map { signs.isOpposed($0) ? -samples[$0].normal : samples[$0].normal }
  }

  /// Pairs of neighbours, by rising badness.
  private static func edges(
    of samples: [MidSurfaceSample], _ positions: [SIMD3<Double>], _ reach: Double
  ) -> [[SIMD2<Int32>]] {
    let binCount = 64
    var bins = [[SIMD2<Int32>]](repeating: [], count: binCount)
    let index = PointIndex(positions)
    for a in samples.indices {
      for b in index.indices(within: reach, of: positions[a]) where a < b {
        // 0 for the same tangent plane; a step along the normal leads to another sheet.
        let agreement = abs(samples[a].normal.dot(samples[b].normal))
        let step = (positions[b] - positions[a]).normalized
        let climb = max(abs(step.dot(samples[a].normal)), abs(step.dot(samples[b].normal)))
        let badness = (1 - agreement) + climb * climb
        let bin = min(Int(badness / 2 * Double(binCount)), binCount - 1)
        bins[bin].append(SIMD2(Int32(a), Int32(b)))
      }
    }
    return bins
  }
}

/// Sets that are joined, each member with a sign relative to its set.
private struct SignedUnion {
  private var parent: [Int32]
  private var opposed: [Bool]

  init(count: Int) {
    parent = (0..<count).map { Int32($0) }
    opposed = [Bool](repeating: false, count: count)
  }

  /// The set's root, and whether the member is opposed to it. Shortens the path on the way.
  private mutating func root(_ member: Int) -> (root: Int, opposed: Bool) {
    var (node, sign) = (member, false)
    while Int(parent[node]) != node {
      sign = sign != opposed[node]
      node = Int(parent[node])
    }
    var (walker, rest) = (member, sign)
    while Int(parent[walker]) != node && walker != node {
      let (next, own) = (Int(parent[walker]), opposed[walker])
      (parent[walker], opposed[walker]) = (Int32(node), rest)
      rest = rest != own
      walker = next
    }
    return (node, sign)
  }

  mutating func join(_ a: Int, _ b: Int, opposed isOpposed: Bool) {
    let (first, second) = (root(a), root(b))
    if first.root == second.root { return }
    let (low, high) = (min(first.root, second.root), max(first.root, second.root))
    parent[high] = Int32(low)
    opposed[high] = (first.opposed != second.opposed) != isOpposed
  }

  mutating func isOpposed(_ member: Int) -> Bool { root(member).opposed }
}
