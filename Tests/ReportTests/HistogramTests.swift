import RealModule
import TestSupport
import Testing

@testable import Report

@Suite("Histograms") struct HistogramTests {
  @Test("Shares sum to one, and a value on an edge belongs to the bin above")
  func shares() {
    let histogram = BarHistogram(
      edges: [0, 1, 2, 3], values: [0.5, 1, 1.5, 2.5].map { ($0, nil) })
    #expect(histogram.shares == [0.25, 0.5, 0.25])
    let outside = BarHistogram(edges: [0, 1, 2], values: [(-5, nil), (9, nil)])
    #expect(outside.shares == [0.5, 0.5])
  }

  @Test("Deviations of unit values are those of the binomial distribution")
  func binomial() throws {
    let values = (0..<40).map { (value: $0 < 10 ? 0.5 : 1.5, deviation: Double?.none) }
    let deviations = try #require(BarHistogram(edges: [0, 1, 2], values: values).deviations)
    let truth = Double.sqrt(0.25 * 0.75 / 40)
    // 300 draws are good to 4 %.
    for deviation in deviations { #expect(abs(deviation / truth - 1) < 0.16) }
  }

  @Test(
    "A measured deviation widens whiskers; equal membranes have none; one membrane has no whisker")
  func measured() throws {
    let sure = (0..<20).map { _ in (value: 0.9, deviation: Double?.some(0)) }
    let unsure = (0..<20).map { _ in (value: 0.9, deviation: Double?.some(0.5)) }
    #expect(BarHistogram(edges: [0, 1, 2], values: sure).deviations == [0, 0])
    let wide = try #require(BarHistogram(edges: [0, 1, 2], values: unsure).deviations)
    #expect(0.05 < wide[0])
    #expect(BarHistogram(edges: [0, 1], values: [(0.5, 1)]).deviations == nil)
    #expect(BarHistogram(edges: [0, 1, 2], parts: [[1, 3]]).deviations == nil)
    #expect(BarHistogram(edges: [0, 1, 2], parts: [[1, 3], [2, 6]]).deviations == [0, 0])
  }

  @Test("Curvature goes to its bin by area, and what lies far out to the last")
  func curvature() throws {
    var sphere = CurvatureAreas()
    sphere.add(1.0 / 20, area: 300)
    sphere.add(.nan, area: 1000)
    sphere.add(5, area: 1)
    let histogram = try #require(CurvatureAreas.histogram(of: [sphere, sphere]))
    let bin = try #require(histogram.shares.firstIndex { 0.9 < $0 })
    #expect(histogram.edges[bin] <= 0.05 && 0.05 < histogram.edges[bin + 1])
    #expect(abs(histogram.shares.reduce(0, +) - 1) < 1e-12)
    #expect(histogram.deviations?.allSatisfy { $0 < 1e-12 } == true)
    #expect(CurvatureAreas.histogram(of: []) == nil)
  }

  @Test("Edges are round and cover the values", arguments: [[37.2, 44.1], [5.0], [-0.02, 0.04]])
  func edges(values: [Double]) {
    let edges = BarHistogram.edges(covering: values, bins: 10)
    #expect(edges.count <= 14 && edges[0] <= values[0])
    #expect(values[values.count - 1] <= edges[edges.count - 1])
  }
}
