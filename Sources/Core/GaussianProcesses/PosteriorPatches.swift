public import Meshes
import RealModule

// A field after observation forgets what is far away: where every vertex is observed, its correlation falls
// faster than that of the field before. So the posterior of a surface too large for one factorisation is
// that of overlapping patches, each vertex taking what the patch in whose core it is says. What is
// cut off acts like a mirror image of the field (the operators have no flux across a rim) at twice the
// overlap: K₀ there is below 10⁻³ of the variance for an overlap of one and a half ranges.

extension TriangleMesh {
  /// Patches whose posteriors make up that of the surface: the whole, where it has at most `largest`
  /// vertices; none where `largest` leaves a patch hardly more than its surroundings.
  ///
  /// - Parameters:
  ///   - largest: about how many vertices a patch may have with its surroundings.
  ///   - range: longest range of the fields, Å.
  public func posteriorPatches(largest: Int, longestRangeAngstrom range: Double) -> [MeshPatch] {
    if vertices.count <= largest { return [MeshPatch(whole: self)] }
    let overlap = 1.5 * range
    let edge = (areaAngstrom2 / Double(max(vertices.count, 1))).squareRoot()
    // The surface itself takes a sixth of what a patch takes for each vertex (1.4 kB and 9 kB). A square
    // patch has `side` vertices along its side, and its core so many.
    let side = Double(max(largest - vertices.count / 6, 0)).squareRoot()
    let core = side - 2 * overlap / max(edge, .leastNormalMagnitude)
    guard side / 3 <= core else { return [] }
    return patches(coreVertices: Int(core * core), overlapAngstrom: overlap)
  }
}

extension SurfacePosterior {
  /// The longest range of its fields, Å.
  public var longestRangeAngstrom: Double { max(noiseRangeAngstrom, prior.rangeAngstrom) }

  /// The posterior of a part of the surface by itself.
  public func part(_ patch: MeshPatch) -> SurfacePosterior {
    var carrier = patch.mesh
    carrier.vertices = patch.wholeVertices.map { self.carrier.vertices[$0] }
    return SurfacePosterior(
      carrier: carrier, heightsAngstrom: patch.wholeVertices.map { heightsAngstrom[$0] },
      noiseDeviationsAngstrom: patch.wholeVertices.map { noiseDeviationsAngstrom[$0] },
      noiseRangeAngstrom: noiseRangeAngstrom, prior: prior)
  }

  /// Posterior variances of sums Σ g d of the distances d over the vertices; nil where `posteriorPatches`
  /// gives no patches.
  ///
  /// Over several patches, what is correlated across a seam counts as far as the patches overlap, beyond
  /// which next to nothing is.
  ///
  /// - Parameters:
  ///   - sums: each the factors g, one a vertex.
  ///   - largest: as for `posteriorPatches`.
  /// - Throws: `GaussianProcessError` where memory is short.
  /// - Complexity: memory of the largest patch's factor.
  public func variances(
    ofSums sums: [[Double]], largest: Int
  ) throws(GaussianProcessError) -> [Double]? {
    let patches = carrier.posteriorPatches(
      largest: largest, longestRangeAngstrom: longestRangeAngstrom)
    if patches.isEmpty { return nil }
    var variances = [Double](repeating: 0, count: sums.count)
    for patch in patches {
      let field = try part(patch).field()
      for (number, factors) in sums.enumerated() {
        let own = patch.wholeVertices.map { factors[$0] }
        let core = zip(own, patch.isCore).map { $1 ? $0 : 0 }
        variances[number] += field.covariance(ofSum: own, withSum: core)
      }
    }
    // Covariances cut off may sum to a little less than nothing.
    return variances.map { max($0, 0) }
  }
}
