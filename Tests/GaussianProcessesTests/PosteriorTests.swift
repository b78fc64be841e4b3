import LinearAlgebra
import Meshes
import RealModule
import Testing
import TomographicImaging

@testable import GaussianProcesses

/// Small surfaces of all kinds: closed, with a hole, with rims, in two pieces, with uneven triangles.
enum SmallSurface: String, CaseIterable {
  case sphere, torus, sheet, pair, oneTriangle

  var mesh: TriangleMesh {
    switch self {
    case .sphere: .icosphere(radiusAngstrom: 200, subdivisions: 2)
    case .torus: .torus(majorAngstrom: 300, minorAngstrom: 90, around: 17, across: 9)
    case .sheet:
      .grid(columns: 13, rows: 11) { s, t in
        SIMD3(300 * s * s + 100 * s, 250 * t, 40 * .sin(5 * s))
      }
    case .pair:
      Self.joined(
        .icosphere(radiusAngstrom: 100, subdivisions: 1),
        .icosphere(center: SIMD3(500, 0, 0), radiusAngstrom: 60, subdivisions: 1))
    case .oneTriangle:
      TriangleMesh(
        vertices: [.zero, SIMD3(10, 0, 0), SIMD3(0, 10, 0)], triangles: [SIMD3(0, 1, 2)])
    }
  }

  private static func joined(_ a: TriangleMesh, _ b: TriangleMesh) -> TriangleMesh {
    let shift = Int32(a.vertices.count)
    return TriangleMesh(
      vertices: a.vertices + b.vertices, triangles: a.triangles + b.triangles.map { $0 &+ shift })
  }
}

/// Values and deviations without any order, the same each time.
func scatteredNumbers(_ count: Int, seed: UInt64) -> (values: [Double], deviations: [Double]) {
  var random = CounterRandom(seed: seed, stream: 1)
  return (
    (0..<count).map { _ in 5 * random.normal() },
    (0..<count).map { _ in random.logUniform(0.5, 30) }
  )
}

@Suite struct PosteriorTests {
  private let field = MaternField(rangeAngstrom: 150, standardDeviation: 12)

  /// Largest relative difference.
  private func difference(_ a: [Double], _ b: [Double]) -> Double {
    let scale = b.reduce(0) { max($0, abs($1)) }
    return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1) / scale) }
  }

  @Test(
    "Exact variances, mean and evidence are those of a dense inverse to 1e-8, a third unobserved",
    arguments: SmallSurface.allCases)
  func independentNoise(_ surface: SmallSurface) throws {
    let process = try SurfaceProcess(SurfaceElements(surface.mesh))
    let count = surface.mesh.vertices.count
    var (values, deviations) = scatteredNumbers(count, seed: 3)
    for vertex in stride(from: 0, to: count, by: 3) { deviations[vertex] = .infinity }
    let observations = process.observations(values, deviations: deviations)
    let seen = (0..<count).filter { deviations[$0].isFinite }
    #expect(observations.count == seen.count)

    let prior = DenseMatrix(field.precision(on: process.elements))
    var precision = prior
    for vertex in 0..<count {
      precision.rows[vertex][vertex] += 1 / (deviations[vertex] * deviations[vertex])
    }
    let covariance = precision.inverse
    for vertex in 0..<count { values[vertex] /= deviations[vertex] * deviations[vertex] }
    let posterior = try process.posterior(field, given: observations)
    #expect(difference(posterior.mean, covariance.times(values)) < 1e-8)
    let variances = posterior.standardDeviations().map { $0 * $0 }
    for vertex in 0..<count {
      #expect(abs(variances[vertex] / covariance.rows[vertex][vertex] - 1) < 1e-8)
    }

    var marginal = prior.inverse.part(seen)
    for (place, vertex) in seen.enumerated() {
      marginal.rows[place][place] += deviations[vertex] * deviations[vertex]
    }
    let expected = logDensity(seen.map { observations.values[$0] }, covariance: marginal)
    let found = try process.logEvidence(field, of: observations)
    #expect(abs(found - expected) < 1e-8 * abs(expected))
  }

  private func logDensity(_ values: [Double], covariance: DenseMatrix) -> Double {
    let weighted = covariance.inverse.times(values)
    let misfit = zip(values, weighted).reduce(0) { $0 + $1.0 * $1.1 }
    return
      -(misfit + covariance.logDeterminant + Double(values.count) * Double.log(2 * .pi)) / 2
  }

  @Test(
    "Correlated noise has the deviation asked for at each vertex, and its evidence is exact",
    arguments: SmallSurface.allCases)
  func correlatedNoise(_ surface: SmallSurface) throws {
    let process = try SurfaceProcess(SurfaceElements(surface.mesh))
    let (values, deviations) = scatteredNumbers(surface.mesh.vertices.count, seed: 4)
    let observations = try process.observations(
      values, deviations: deviations, correlatedOverAngstrom: 80)
    let noise = DenseMatrix(observations.precision).inverse
    for vertex in values.indices {
      #expect(abs(noise.rows[vertex][vertex].squareRoot() / deviations[vertex] - 1) < 1e-8)
    }
    let prior = DenseMatrix(field.precision(on: process.elements))
    let expected = logDensity(values, covariance: prior.inverse + noise)
    let found = try process.logEvidence(field, of: observations)
    #expect(abs(found - expected) < 1e-7 * abs(expected))
    let covariance = (prior + DenseMatrix(observations.precision)).inverse
    let spreads = try process.posterior(field, given: observations).standardDeviations()
    for vertex in values.indices {
      let variance = spreads[vertex] * spreads[vertex]
      #expect(abs(variance / covariance.rows[vertex][vertex] - 1) < 1e-8)
    }
  }

  @Test("Draws have the posterior's variances, and a draw is known by its seed and number")
  func draws() throws {
    let mesh = TriangleMesh.icosphere(radiusAngstrom: 200, subdivisions: 2)
    let process = try SurfaceProcess(SurfaceElements(mesh))
    let (values, deviations) = scatteredNumbers(mesh.vertices.count, seed: 5)
    let posterior = try process.posterior(
      field, given: process.observations(values, deviations: deviations))
    #expect(posterior.deviation(seed: 9, number: 3) == posterior.deviation(seed: 9, number: 3))
    #expect(posterior.deviation(seed: 9, number: 3) != posterior.deviation(seed: 9, number: 4))
    let count = 2000
    var squares = mesh.vertices.map { _ in 0.0 }
    for number in 0..<count {
      for (vertex, value) in posterior.deviation(seed: 9, number: number).enumerated() {
        squares[vertex] += value * value / Double(count)
      }
    }
    let expected = posterior.standardDeviations()
    // A variance from 2000 draws has a relative error of √(2/2000) = 3.2 %; 5 of those at each of
    // 162 vertices.
    for vertex in squares.indices {
      #expect(abs(squares[vertex] / (expected[vertex] * expected[vertex]) - 1) < 0.16)
    }
  }

  @Test("More certain observations never raise a standard deviation")
  func monotone() throws {
    let mesh = SmallSurface.sheet.mesh
    let process = try SurfaceProcess(SurfaceElements(mesh))
    let (values, deviations) = scatteredNumbers(mesh.vertices.count, seed: 6)
    let wide = try process.posterior(
      field, given: process.observations(values, deviations: deviations))
    let narrow = try process.posterior(
      field, given: process.observations(values, deviations: deviations.map { $0 / 2 }))
    for (a, b) in zip(narrow.standardDeviations(), wide.standardDeviations()) { #expect(a < b) }
  }

  @Test("A matrix that is not positive definite is an error that names the row")
  func indefinite() throws {
    let elements = SurfaceElements(SmallSurface.sphere.mesh)
    let analysis = try CholeskyAnalysis(elements.stiffness.pattern)
    let matrix = elements.stiffness.adding(diagonal: elements.masses.map { -$0 })
    #expect(throws: GaussianProcessError.self) { try analysis.factor(matrix) }
  }
}
