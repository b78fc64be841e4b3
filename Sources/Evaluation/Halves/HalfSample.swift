import LinearAlgebra
import TomographicImaging

/// The differences of two halves, sorted into blocks, and what is counted over them.
struct HalfSample: Sendable {
  /// A vertex.
  struct Vertex: Sendable {
    var pair: HalfPairing.Pair
    var block: Int
    /// Distance over its standard deviation.
    var z: Double
    var distance: Double
    var standardDeviation: Double
    var isHidden: Bool
  }

  /// By rising standard deviation.
  let vertices: [Vertex]
  private let bootstrap: BlockBootstrap

  init(_ differences: [HalfPairing.Difference], options: HalfComparisonOptions) {
    var blocks: [SIMD3<Double>: Int] = [:]
    let found = differences.map { difference -> Vertex in
      let cube = (difference.place / options.blockAngstrom).rounded(.down)
      let block = blocks[cube] ?? blocks.count
      blocks[cube] = block
      let spread = difference.standardDeviation * options.factor
      return Vertex(
        pair: difference.pair, block: block, z: difference.distance / spread,
        distance: difference.distance, standardDeviation: spread, isHidden: difference.isHidden)
    }
    vertices = found.indices.sorted {
      (found[$0].standardDeviation, $0) < (found[$1].standardDeviation, $1)
    }.map { found[$0] }
    bootstrap = BlockBootstrap(blocks: blocks.count, draws: options.draws)
  }

  /// All vertices and the parts of them that are looked at apart.
  func parts() -> [HalfSurfaceAgreement.Part] {
    let count = vertices.count
    let thirds = (0..<3).map { vertices[(count * $0 / 3)..<(count * ($0 + 1) / 3)] }
    return [
      part("all", vertices[...]), part("sd_low", thirds[0]), part("sd_middle", thirds[1]),
      part("sd_high", thirds[2]), part("seen", vertices.filter { !$0.isHidden }[...]),
      part("hidden", vertices.filter(\.isHidden)[...]),
    ]
  }

  /// Some of the vertices under a name.
  func part(_ name: String, _ some: ArraySlice<Vertex>) -> HalfSurfaceAgreement.Part {
    let tally = BlockTally(some, blocks: bootstrap.blocks)
    func estimate(_ statistic: (BlockTally.Sums) -> Double?) -> HalfSurfaceAgreement.Estimate? {
      statistic(tally.total).map { value in
        HalfSurfaceAgreement.Estimate(
          value: value, interval: bootstrap.interval { statistic(tally.sums(counting: $0)) })
      }
    }
    let coverage = estimate { ratio($0.covered, $0.vertices) }
    return HalfSurfaceAgreement.Part(
      name: name, vertices: some.count, blocks: tally.occupied, coverage: coverage,
      rootMeanSquareZ: estimate { ratio($0.squares, $0.vertices)?.squareRoot() },
      verdict: HalfSurfaceAgreement.Verdict(coverage: coverage, blocks: tally.occupied))
  }

  /// The 95th percentile of |z| over 1.96.
  func factor() -> HalfSurfaceAgreement.Estimate? {
    let byZ = vertices.sorted { abs($0.z) < abs($1.z) }
    func percentile(_ weight: (Vertex) -> Int) -> Double? {
      let whole = byZ.reduce(0) { $0 + weight($1) }
      let rank = (0.95 * Double(whole)).rounded(.up)
      var sum = 0.0
      for vertex in byZ {
        sum += Double(weight(vertex))
        if 0 < whole && rank <= sum { return abs(vertex.z) / SurfaceUncertainty.factor95 }
      }
      return nil
    }
    return percentile { _ in 1 }.map { value in
      HalfSurfaceAgreement.Estimate(
        value: value,
        interval: bootstrap.interval { counts in percentile { Int(counts[$0.block]) } })
    }
  }

  /// A row for each pair.
  func pairs(
    _ pairs: [HalfPairing.Pair], even: HalfSurfaces, odd: HalfSurfaces
  ) -> [HalfSurfaceAgreement.Pair] {
    let byPair = Dictionary(grouping: vertices, by: \.pair)
    return pairs.map { pair in
      let some = byPair[pair] ?? []
      func mean(_ value: (Vertex) -> Double) -> Double? {
        ratio(some.reduce(0) { $0 + value($1) }, Double(some.count))
      }
      return HalfSurfaceAgreement.Pair(
        even: even.labels[pair.even], odd: odd.labels[pair.odd], vertices: some.count,
        coverage: mean { abs($0.z) <= SurfaceUncertainty.factor95 ? 1 : 0 },
        rootMeanSquareZ: mean { $0.z * $0.z }?.squareRoot(),
        rootMeanSquareAngstrom: mean { $0.distance * $0.distance }?.squareRoot(),
        meanStandardDeviationAngstrom: mean(\.standardDeviation))
    }
  }
}

/// Sums over the vertices of each block.
private struct BlockTally {
  struct Sums {
    var vertices = 0.0
    /// With |z| at most 1.96.
    var covered = 0.0
    /// Of z².
    var squares = 0.0

    mutating func add(_ other: Sums, times count: Double) {
      vertices += count * other.vertices
      covered += count * other.covered
      squares += count * other.squares
    }
  }

  private var byBlock: [Sums]

  init(_ some: ArraySlice<HalfSample.Vertex>, blocks: Int) {
    byBlock = Array(repeating: Sums(), count: blocks)
    for vertex in some {
      let isCovered = abs(vertex.z) <= SurfaceUncertainty.factor95
      byBlock[vertex.block].add(
        Sums(vertices: 1, covered: isCovered ? 1 : 0, squares: vertex.z * vertex.z), times: 1)
    }
  }

  /// Blocks with any vertex.
  var occupied: Int { byBlock.count { 0 < $0.vertices } }

  var total: Sums { byBlock.reduce(into: Sums()) { $0.add($1, times: 1) } }

  func sums(counting counts: [UInt8]) -> Sums {
    var sum = Sums()
    for (block, count) in counts.enumerated() where 0 < count {
      sum.add(byBlock[block], times: Double(count))
    }
    return sum
  }
}
