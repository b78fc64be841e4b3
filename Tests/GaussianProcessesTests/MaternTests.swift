import LinearAlgebra
import Meshes
import RealModule
import Testing

@testable import GaussianProcesses

@Suite struct MaternTests {
  /// Covariance of the field between a vertex and all others: a column of Q⁻¹.
  private func covariances(
    _ field: MaternField, on elements: SurfaceElements, from vertex: Int
  ) throws -> [Double] {
    let precision = field.precision(on: elements)
    var unit = elements.masses.map { _ in 0.0 }
    unit[vertex] = 1
    return try CholeskyAnalysis(precision.pattern).factor(precision).solve(unit)
  }

  /// Closed form on a sphere of radius R: Σ (2l + 1) / (4πR²) P_l(cos θ) / τ²(κ² + l(l + 1)/R²)²
  /// (Lindgren, Rue & Lindström 2011, §3.1).
  private func onSphere(_ field: MaternField, radius: Double, cosine: Double) -> Double {
    var (sum, before, now) = (0.0, 0.0, 1.0)
    for degree in 0..<3000 {
      let l = Double(degree)
      let spectrum = field.squaredKappa + l * (l + 1) / (radius * radius)
      sum +=
        (2 * l + 1) * now / (4 * .pi * radius * radius * field.squaredTau * spectrum * spectrum)
      (before, now) = (now, ((2 * l + 1) * cosine * now - l * before) / (l + 1))
    }
    return sum
  }

  @Test("On a sphere the covariance converges to the closed form with the square of the edges")
  func sphere() throws {
    let field = MaternField(rangeAngstrom: 150, standardDeviation: 7)
    let errors = try [3, 4, 5].map { subdivisions in
      let mesh = TriangleMesh.icosphere(radiusAngstrom: 200, subdivisions: subdivisions)
      let found = try covariances(field, on: SurfaceElements(mesh), from: 0)
      // Not at the vertex itself: there the error falls with h² log h.
      let far = mesh.vertices.indices.filter {
        60 < (mesh.vertices[$0] - mesh.vertices[0]).length
      }
      let squares = far.map { vertex in
        let cosine = mesh.vertices[vertex].dot(mesh.vertices[0]) / 40000
        let miss = found[vertex] - onSphere(field, radius: 200, cosine: cosine)
        return miss * miss
      }
      return (squares.reduce(0, +) / Double(far.count)).squareRoot() / 49
    }
    #expect(errors[2] < 0.002)
    for (coarse, fine) in zip(errors, errors.dropFirst()) {
      #expect(1.8 < Double.log2(coarse / fine))
    }
  }

  @Test("The variance on a sphere converges to the closed form's, by h² log h")
  func sphereVariance() throws {
    let field = MaternField(rangeAngstrom: 150, standardDeviation: 7)
    let expected = onSphere(field, radius: 200, cosine: 1)
    let errors = try [3, 4, 5].map { subdivisions in
      let mesh = TriangleMesh.icosphere(radiusAngstrom: 200, subdivisions: subdivisions)
      let precision = field.precision(on: SurfaceElements(mesh))
      let variances = try CholeskyAnalysis(precision.pattern).factor(precision).inverseDiagonal()
      return variances.reduce(0) { max($0, abs($1 / expected - 1)) }
    }
    #expect(errors[2] < 0.02)
    // Elements see a wave of number k as k²(1 − k²h²/12): summed over all waves up to π/h, that is
    // h² (2 log(π/κh) − 3/2) κ²/6, here of the orders 1.3 and 1.5 in h.
    for (coarse, fine) in zip(errors, errors.dropFirst()) {
      #expect(1.25 < Double.log2(coarse / fine))
    }
  }

  /// A torus without curvature, cut into cells of two triangles: it has no place in space.
  private func flatTorus(edge: Double, cells: Int) -> SurfaceElements {
    let step = edge / Double(cells)
    let wrapped = TriangleMesh.grid(
      columns: cells, rows: cells, wrapsColumns: true, wrapsRows: true
    ) { SIMD3($0, $1, 0) }
    let isFirst = { (triangle: Int) in triangle.isMultiple(of: 2) }
    return SurfaceElements(vertexCount: cells * cells, triangles: wrapped.triangles) { triangle in
      isFirst(triangle)
        ? (.zero, SIMD3(step, 0, 0), SIMD3(step, step, 0))
        : (.zero, SIMD3(step, step, 0), SIMD3(0, step, 0))
    }
  }

  /// Closed form on a flat torus: its Fourier series.
  private func onTorus(_ field: MaternField, edge: Double, _ x: Double, _ y: Double) -> Double {
    var sum = 0.0
    for i in -200...200 {
      for j in -200...200 {
        let k = SIMD2(Double(i), Double(j)) * (2 * .pi / edge)
        let spectrum = field.squaredKappa + k.x * k.x + k.y * k.y
        sum += Double.cos(k.x * x + k.y * y) / (spectrum * spectrum)
      }
    }
    return sum / (edge * edge * field.squaredTau)
  }

  @Test("On a flat torus the covariance converges to the closed form with the square of the edges")
  func torus() throws {
    let field = MaternField(rangeAngstrom: 120, standardDeviation: 3)
    let places = [(0.25, 0.0), (0.5, 0.25), (0.125, 0.125), (0.5, 0.5)]
    let errors = try [16, 32, 64].map { cells in
      let found = try covariances(field, on: flatTorus(edge: 400, cells: cells), from: 0)
      return places.reduce(0) { largest, place in
        let vertex = Int(place.1 * Double(cells)) * cells + Int(place.0 * Double(cells))
        let expected = onTorus(field, edge: 400, 400 * place.0, 400 * place.1)
        return max(largest, abs(found[vertex] - expected) / 9)
      }
    }
    #expect(errors[2] < 0.002)
    for (coarse, fine) in zip(errors, errors.dropFirst()) {
      #expect(1.8 < Double.log2(coarse / fine))
    }
  }

  @Test("In the plane the deviation is the field's and the correlation at the range is 0.14")
  func parameters() throws {
    let field = MaternField(rangeAngstrom: 100, standardDeviation: 4)
    let found = try covariances(field, on: flatTorus(edge: 800, cells: 128), from: 0)
    // As for the sphere: h² (2 log(π/κh) − 3/2) κ²/6 with κh = 0.177, 2.2 %.
    let excess = found[0] / 16 - 1
    #expect(0 < excess && excess < 0.022)
    // √8 K₁(√8) = 0.1397.
    #expect(abs(found[16] / 16 - 0.1397) < 0.004)
  }
}

@Suite struct SurfaceElementsTests {
  @Test("Masses sum to the area, stiffness takes constants to 0 and a slope to its energy")
  func sums() {
    let mesh = TriangleMesh.grid(columns: 9, rows: 7) { s, t in SIMD3(90 * s, 70 * t, 0) }
    let elements = SurfaceElements(mesh)
    #expect(abs(elements.masses.reduce(0, +) - 6300) < 1e-9)
    let ones = mesh.vertices.map { _ in 1.0 }
    #expect(elements.stiffness.times(ones).allSatisfy { abs($0) < 1e-12 })
    let slope = mesh.vertices.map { 2 * $0.x - $0.y }
    let energy = zip(slope, elements.stiffness.times(slope)).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(energy - 5 * 6300) < 1e-8)
  }

  @Test("The precision is τ² K C⁻¹ K", arguments: SmallSurface.allCases)
  func product(_ surface: SmallSurface) {
    let elements = SurfaceElements(surface.mesh)
    let field = MaternField(rangeAngstrom: 70, standardDeviation: 2)
    let operatorMatrix = DenseMatrix(field.operatorMatrix(on: elements)).rows
    let precision = DenseMatrix(field.precision(on: elements)).rows
    let largest = precision.joined().reduce(0) { max($0, abs($1)) }
    for i in precision.indices {
      for j in precision.indices {
        let sum = precision.indices.reduce(0) {
          $0 + operatorMatrix[i][$1] * operatorMatrix[$1][j] / elements.masses[$1]
        }
        #expect(abs(precision[i][j] - field.squaredTau * sum) < 1e-12 * largest)
      }
    }
  }

  @Test("Slivers and vertices without area leave a positive definite precision")
  func slivers() throws {
    let flat = TriangleMesh(
      vertices: [
        .zero, SIMD3(100, 0, 0), SIMD3(50, 1e-9, 0), SIMD3(50, 80, 0), SIMD3(100, 0, 0),
      ],
      triangles: [SIMD3(0, 1, 2), SIMD3(0, 2, 3), SIMD3(2, 1, 3), SIMD3(1, 4, 3)])
    let process = try SurfaceProcess(SurfaceElements(flat))
    let observations = process.observations(
      [0, 1, 2, 3, 4], deviations: [1, 1, .infinity, 1, 1])
    let posterior = try process.posterior(
      MaternField(rangeAngstrom: 50, standardDeviation: 2), given: observations)
    #expect(posterior.standardDeviations().allSatisfy { $0.isFinite && 0 < $0 })
  }

  @Test("Smoothing keeps constants, and shrinks a sphere by the square of what one pass loses")
  func smoothing() throws {
    let (radius, length) = (200.0, 80.0)
    let mesh = TriangleMesh.icosphere(radiusAngstrom: radius, subdivisions: 4)
    let process = try SurfaceProcess(SurfaceElements(mesh))
    let smooth = try process.smoothed(
      [mesh.vertices.map { _ in 3 }, mesh.vertices.map(\.x)], lengthAngstrom: length)
    #expect(smooth[0].allSatisfy { abs($0 - 3) < 1e-9 })
    // The coordinates are eigenfunctions of −Δ: 2/R².
    let pass = 1 / (1 + Double.pow(length, 4) * 4 / Double.pow(radius, 4))
    let kept = 1 - (1 - pass) * (1 - pass)
    for (vertex, x) in smooth[1].enumerated() {
      #expect(abs(x - kept * mesh.vertices[vertex].x) < 0.002 * radius)
    }
  }
}
