import Meshes
import RealModule
import Testing
import TomographicImaging

@testable import GaussianProcesses

@Suite struct EvidenceTests {
  @Test("The simplex finds the top of a smooth hill, and says when it was stopped before")
  func hill() {
    func height(_ place: [Double]) -> Double {
      let (x, y) = (place[0] - 1.5, place[1] + 0.7)
      return 3 - x * x - 4 * y * y - x * y
    }
    let found = maximum(from: [0, 0], edge: 0.5, tolerance: 1e-10, limit: 300, of: height)
    #expect(found.hasConverged)
    #expect(abs(found.arguments[0] - 1.5) < 1e-4 && abs(found.arguments[1] + 0.7) < 1e-4)
    #expect(abs(found.value - 3) < 1e-9)
    let stopped = maximum(from: [0, 0], edge: 0.5, tolerance: 1e-10, limit: 6, of: height)
    #expect(!stopped.hasConverged && 6 <= stopped.evaluations)
  }

  @Test("The largest evidence gives back the range, deviation and noise that values were made with")
  func recovery() throws {
    let mesh = TriangleMesh.icosphere(radiusAngstrom: 600, subdivisions: 4)
    let process = try SurfaceProcess(SurfaceElements(mesh))
    let field = MaternField(rangeAngstrom: 250, standardDeviation: 10)
    let precision = field.precision(on: process.elements)
    var random = CounterRandom(seed: 11, stream: 2)
    let drawn = try CholeskyAnalysis(precision.pattern).factor(precision)
      .coloured(mesh.vertices.map { _ in random.normal() })
    let values = drawn.map { $0 + 8 * random.normal() }
    // Told a noise of 4, it has to find the factor 2.
    let observations = process.observations(values, deviations: values.map { _ in 4 })
    let found = try process.evidenceMaximum(
      of: observations, from: MaternField(rangeAngstrom: 100, standardDeviation: 3))
    #expect(found.hasConverged)
    // 2562 values of noise: 1.4 % of its deviation. About 70 independent patches of the field: 9 %
    // of its deviation, more of its range.
    #expect(abs(found.noiseScale / 2 - 1) < 0.06)
    #expect(abs(Double.log(found.field.standardDeviation / 10)) < 0.35)
    #expect(abs(Double.log(found.field.rangeAngstrom / 250)) < 0.35)
    let truth = try process.logEvidence(field, of: observations.scaled(byNoise: 2))
    #expect(truth < found.logEvidence + 0.2)
    #expect(found.logEvidence < truth + 8)
  }
}
