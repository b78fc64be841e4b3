import GaussianProcesses
import LinearAlgebra
import Meshes
import Testing

@Suite("Posteriors of large surfaces") struct PatchTests {
  /// A wavy sheet of 121 × 121 vertices, 15 Å apart.
  private static let sheet = TriangleMesh.grid(columns: 120, rows: 120) { s, t in
    SIMD3(1800 * s, 1800 * t, 90 * (s - 0.5) * (s - 0.5) * t)
  }
  private static let largest = 5000

  /// Observations whose noise changes twentyfold along the sheet.
  private static let posterior = SurfacePosterior(
    carrier: sheet, heightsAngstrom: sheet.vertices.map { 10 * ($0.x / 700) * ($0.y / 900) },
    noiseDeviationsAngstrom: sheet.vertices.map { 2 + 40 * abs($0.x / 1800 - 0.5) },
    noiseRangeAngstrom: 80, prior: MaternField(rangeAngstrom: 100, standardDeviation: 60))

  @Test("Each vertex is in the core of one patch, with all its triangles, and patches are small")
  func partition() {
    let patches = Self.sheet.posteriorPatches(largest: Self.largest, longestRangeAngstrom: 100)
    #expect(3 < patches.count)
    var cores = [Int](repeating: 0, count: Self.sheet.vertices.count)
    var triangles = cores
    for triangle in Self.sheet.triangles {
      for axis in 0..<3 { triangles[Int(triangle[axis])] += 1 }
    }
    for patch in patches {
      #expect(Double(patch.mesh.vertices.count) < 1.2 * Double(Self.largest))
      var own = [Int](repeating: 0, count: patch.mesh.vertices.count)
      for triangle in patch.mesh.triangles { for axis in 0..<3 { own[Int(triangle[axis])] += 1 } }
      for (vertex, whole) in patch.wholeVertices.enumerated() {
        #expect(patch.mesh.vertices[vertex] == Self.sheet.vertices[whole])
        guard patch.isCore[vertex] else { continue }
        cores[whole] += 1
        #expect(own[vertex] == triangles[whole])
      }
    }
    #expect(cores.allSatisfy { $0 == 1 })
  }

  @Test("Surroundings reach as far as asked, along the surface")
  func overlap() throws {
    // A ribbon folded over: its halves are near in space only.
    let ribbon = TriangleMesh.grid(columns: 100, rows: 4) { s, t in
      s < 0.5 ? SIMD3(2000 * s, 80 * t, 0) : SIMD3(2000 * (1 - s), 80 * t, 20)
    }
    for patch in ribbon.patches(coreVertices: 130, overlapAngstrom: 205) {
      let columns = patch.wholeVertices.map { $0 % 101 }
      let core = zip(columns, patch.isCore).filter(\.1).map(\.0)
      let (first, last) = (try #require(core.min()), try #require(core.max()))
      for column in columns {
        #expect(first - 11 <= column && column <= last + 11)
      }
    }
  }

  @Test("Mean and standard deviations are those of the whole, within 1 % of the deviation")
  func seams() throws {
    let whole = try Self.posterior.field()
    let deviations = whole.standardDeviations()
    let patches = Self.sheet.posteriorPatches(
      largest: Self.largest, longestRangeAngstrom: Self.posterior.longestRangeAngstrom)
    var (worstMean, worstDeviation) = (0.0, 0.0)
    for patch in patches {
      let field = try Self.posterior.part(patch).field()
      let own = field.standardDeviations()
      for (vertex, number) in patch.wholeVertices.enumerated() where patch.isCore[vertex] {
        worstMean = max(
          worstMean, abs(field.mean[vertex] - whole.mean[number]) / deviations[number])
        worstDeviation = max(worstDeviation, abs(own[vertex] / deviations[number] - 1))
      }
    }
    #expect(worstDeviation < 0.01)
    #expect(worstMean < 0.01)
  }

  @Test("Variances of sums over a large surface are those of the whole, also across seams")
  func sums() throws {
    let mesh = Self.sheet
    let sums = [
      mesh.vertices.map { _ in 1.0 }, mesh.vertices.map { $0.x / 1000 - 1 },
      mesh.vertices.indices.map { $0.isMultiple(of: 2) ? 1.0 : -1 },
    ]
    let field = try Self.posterior.field()
    let found = try #require(try Self.posterior.variances(ofSums: sums, largest: Self.largest))
    for (variance, factors) in zip(found, sums) {
      let whole = field.covariance(ofSum: factors, withSum: factors)
      #expect(abs(variance / whole - 1) < 0.01)
    }
  }

  @Test("A surface that is small enough is its own patch; one in too little memory has none")
  func extremes() throws {
    let whole = Self.sheet.posteriorPatches(largest: 20_000, longestRangeAngstrom: 100)
    #expect(whole.count == 1 && whole[0].mesh == Self.sheet)
    #expect(Self.sheet.posteriorPatches(largest: 500, longestRangeAngstrom: 100).isEmpty)
    let sum = Self.sheet.vertices.map { _ in 1.0 }
    #expect(try Self.posterior.variances(ofSums: [sum], largest: 500) == nil)
  }
}
