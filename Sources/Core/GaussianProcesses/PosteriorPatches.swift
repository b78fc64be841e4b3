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

  /// Draws of the whole field less its mean, by number of the draw; empty where `posteriorPatches` gives
  /// none.
  ///
  /// Draws of one patch are independent of those of another: what is measured over several patches gets a
  /// deviation that is too small by the correlation across their seams.
  ///
  /// - Parameter largest: as for `posteriorPatches`.
  /// - Throws: `GaussianProcessError` where memory is short.
  /// - Complexity: memory of the largest patch's factor, and 4 bytes a vertex and draw.
  public func deviations(
    seed: UInt64, draws: Int, largest: Int
  ) throws(GaussianProcessError) -> [[Float]] {
    let patches = carrier.posteriorPatches(
      largest: largest, longestRangeAngstrom: longestRangeAngstrom)
    if patches.isEmpty { return [] }
    var deviations = [[Float]](
      repeating: [Float](repeating: 0, count: carrier.vertices.count), count: draws)
    for (number, patch) in patches.enumerated() {
      let field = try part(patch).field()
      for draw in 0..<draws {
        let own = field.deviation(seed: seed, number: number * draws + draw)
        for (vertex, whole) in patch.wholeVertices.enumerated() where patch.isCore[vertex] {
          deviations[draw][whole] = Float(own[vertex])
        }
      }
    }
    return deviations
  }
}
