import LinearAlgebra
import Meshes
import Testing
import TomogramModel
import TomographicImaging
import Volumes

@testable import Evaluation

private func sphere(
  _ radius: Double, at x: Double = 0, sd: Float = 3,
  keeping: (SIMD3<Double>) -> Bool = { _ in true }
) -> MembraneSurface {
  let whole = TriangleMesh.icosphere(
    center: SIMD3(x, 0, 0), radiusAngstrom: radius, subdivisions: 4)
  let kept = whole.triangles.indices.filter { triangle in
    let (a, b, c) = whole.corners(of: triangle)
    return keeping((a + b + c) / 3)
  }
  return Phantom.surface(whole.keeping(triangles: kept).mesh, standardDeviation: sd)
}

private func compared(
  _ even: [MembraneSurface], _ odd: [MembraneSurface], block: Double = 100
) -> HalfSurfaceAgreement {
  var options = HalfComparisonOptions(voxelAngstrom: 10)
  options.blockAngstrom = block
  return compareHalves(
    HalfSurfaces(labels: Array(1...max(even.count, 1)), surfaces: even),
    HalfSurfaces(labels: Array(1...max(odd.count, 1)), surfaces: odd), tilt: .customary,
    options: options, workers: Workers(count: 2))
}

@Suite struct HalfSurfaceTests {
  @Test("Two spheres 6 Å apart are 6 Å apart at each vertex, whichever is called even")
  func distance() throws {
    for (even, odd) in [(300.0, 306.0), (306.0, 300.0)] {
      let found = compared([sphere(even)], [sphere(odd, sd: 4)])
      let pair = try #require(found.pairs.first)
      #expect(found.pairs.count == 1)
      #expect(isNear(pair.rootMeanSquareAngstrom, 6, 0.2))
      #expect(isNear(pair.meanStandardDeviationAngstrom, 5, 1e-6))
      #expect(isNear(found.parts[0].rootMeanSquareZ?.value, 6.0 / 5, 0.04))
      #expect(found.parts[0].coverage?.value == 1)
      #expect(found.withoutCounterpart == 0)
    }
  }

  @Test("A surface that coincides with the other half's is at distance 0, not lost")
  func same() {
    let found = compared([sphere(300)], [sphere(300)])
    #expect(found.withoutCounterpart == 0)
    // Lines run a thousandth of an angstrom aside of vertices.
    #expect(isNear(found.pairs[0].rootMeanSquareAngstrom, 0, 1e-3))
    #expect(found.verdict == .wider)
  }

  @Test("Membranes are paired by where they lie, and one may come in two pieces")
  func pairing() {
    let even = [sphere(300), sphere(150, at: 900), sphere(100, at: -700)]
    let odd = [
      sphere(152, at: 900), sphere(302) { 0 < $0.z }, sphere(302) { $0.z < 0 },
    ]
    let pairs = compared(even, odd).pairs
    #expect(pairs.map(\.even) == [1, 1, 2])
    #expect(pairs.map(\.odd) == [2, 3, 1])
    let lost = compared(even, odd).withoutCounterpart ?? 0
    let count = Double(even[0].mesh.vertices.count)
    // Of six whole spheres' vertices those of the third even one are lost, and hardly any other.
    #expect(isNear(lost, count / (5 * count), 0.02))
  }

  @Test("Two membranes 80 Å apart, in reach of each other, are not taken for one another")
  func nested() {
    let found = compared([sphere(300), sphere(380)], [sphere(383), sphere(303)])
    #expect(found.pairs.map { SIMD2($0.even, $0.odd) } == [SIMD2(1, 2), SIMD2(2, 1)])
    #expect(found.pairs.allSatisfy { isNear($0.rootMeanSquareAngstrom, 3, 0.3) })
  }

  @Test("Vertices without a standard deviation count nowhere, and without any there is no verdict")
  func withoutDeviation() {
    let found = compared([sphere(300, sd: .nan)], [sphere(302)])
    #expect(found.parts[0].vertices == 0 && found.parts[0].coverage == nil)
    #expect(found.factor == nil && found.verdict == .undecided)
    #expect(found.pairs.count == 1 && found.pairs[0].coverage == nil)
  }

  @Test("Walls that meet edgewise are not each other's")
  func edgewise() {
    let flat = TriangleMesh.grid(columns: 20, rows: 20) { SIMD3(200 * $0, 200 * $1, 0) }
    // Steep, and above all of the flat one.
    let steep = TriangleMesh.grid(columns: 20, rows: 20) { s, t in
      SIMD3(200 * s, 200 * t, 2000 * s - 1000)
    }
    let found = compared(
      [Phantom.surface(flat, standardDeviation: 3)],
      [Phantom.surface(steep, standardDeviation: 3)])
    #expect(found.pairs.isEmpty && found.withoutCounterpart == 1)
  }
}

/// Differences whose errors are normal, and alike within pieces of 50 Å: blocks are 100 Å.
private func differences(
  blocks: Int, exaggeration: Double, random: inout CounterRandom
) -> [HalfPairing.Difference] {
  (0..<(2 * blocks)).flatMap { piece -> [HalfPairing.Difference] in
    let common = random.normal()
    return (0..<20).map { _ in
      let place = SIMD3(50 * Double(piece) + random.uniform(0, 50), 50, 50)
      let spread = random.uniform(2, 8)
      let error = 0.6.squareRoot() * common + 0.4.squareRoot() * random.normal()
      return HalfPairing.Difference(
        pair: HalfPairing.Pair(even: 0, odd: 0), place: place,
        distance: exaggeration * spread * error, standardDeviation: spread, isHidden: false)
    }
  }
}

@Suite struct HalfVerdictTests {
  /// Verdicts on 60 comparisons of blocks of correlated errors.
  private func verdicts(exaggeration: Double) -> [HalfSurfaceAgreement.Verdict] {
    var random = CounterRandom(seed: 11, stream: 4)
    var options = HalfComparisonOptions(voxelAngstrom: 10)
    options.blockAngstrom = 100
    // Fewer than by default: debug builds are slow.
    options.draws = 200
    return (0..<60).map { _ in
      let sample = HalfSample(
        differences(blocks: 40, exaggeration: exaggeration, random: &random), options: options)
      return sample.part("all", sample.vertices[...]).verdict
    }
  }

  @Test("Honest standard deviations raise an alarm in at most 1 of 20, halved ones in 19 or more")
  func alarms() {
    #expect(verdicts(exaggeration: 1).count { $0 == .tooNarrow } <= 3)
    #expect(verdicts(exaggeration: 2).count { $0 == .tooNarrow } >= 57)
    #expect(verdicts(exaggeration: 0.4).allSatisfy { $0 == .wider })
  }

  @Test("The factor is what standard deviations must be multiplied by")
  func factor() throws {
    var random = CounterRandom(seed: 3, stream: 1)
    let some = differences(blocks: 60, exaggeration: 2, random: &random)
    var options = HalfComparisonOptions(voxelAngstrom: 10)
    options.blockAngstrom = 100
    let factor = try #require(HalfSample(some, options: options).factor())
    let interval = try #require(factor.interval)
    #expect(interval.contains(2) && !interval.contains(1))
    options.factor = factor.value
    let sample = HalfSample(some, options: options)
    #expect(isNear(sample.part("all", sample.vertices[...]).coverage?.value, 0.95, 0.001))
  }

  @Test("A verdict needs ten blocks, and an interval that halved deviations would have left")
  func verdict() {
    func verdict(_ low: Double, _ high: Double, blocks: Int = 10) -> HalfSurfaceAgreement.Verdict {
      HalfSurfaceAgreement.Verdict(
        coverage: HalfSurfaceAgreement.Estimate(value: high, interval: low...high), blocks: blocks)
    }
    #expect(verdict(0.5, 0.92) == .tooNarrow)
    #expect(verdict(0.5, 0.92, blocks: 9) == .undecided)
    #expect(verdict(0.7, 0.94) == .holds)
    #expect(verdict(0.6, 0.94) == .undecided)
    #expect(verdict(0.96, 0.99) == .holds)
    #expect(verdict(0.98, 0.99) == .wider)
  }

  @Test("Fewer than two blocks have no interval")
  func oneBlock() {
    #expect(BlockBootstrap(blocks: 1).interval { _ in 1 } == nil)
    #expect(BlockBootstrap(blocks: 0).interval { _ in 1 } == nil)
  }

  @Test("The interval of a mean is as wide as its standard error says")
  func width() throws {
    var random = CounterRandom(seed: 8, stream: 2)
    let values = (0..<100).map { _ in random.normal() }
    let interval = try #require(
      BlockBootstrap(blocks: 100).interval { counts in
        zip(counts, values).reduce(0) { $0 + Double($1.0) * $1.1 } / 100
      })
    let mean = values.reduce(0, +) / 100
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let expected = 2 * 1.96 * (squares / 100 / 100).squareRoot()
    // Of 1000 draws a percentile is good to a tenth.
    #expect(isNear(interval.upperBound - interval.lowerBound, expected, 0.12 * expected))
  }
}
