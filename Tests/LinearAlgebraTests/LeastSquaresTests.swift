import LinearAlgebra
import RealModule
import Testing

@Suite("Least squares") struct LeastSquaresTests {
  @Test("Exact equations give their solution back, whatever their weights", arguments: 1...6)
  func exact(unknowns: Int) throws {
    let truth = (0..<unknowns).map { 1.5 - Double($0 * $0) }
    var equations = NormalEquations(unknowns: unknowns)
    for number in 0..<(2 * unknowns) {
      // Powers of distinct numbers: any `unknowns` of the rows are independent.
      let place = 0.2 + Double(number) / Double(unknowns)
      let row = (0..<unknowns).map { power in (0..<power).reduce(1.0) { value, _ in value * place }
      }
      let value = zip(row, truth).reduce(0) { $0 + $1.0 * $1.1 }
      equations.add(row, value, weight: 1 + Double(number % 3))
    }
    let solution = try #require(equations.solution())
    for (found, expected) in zip(solution, truth) { #expect(abs(found - expected) < 1e-6) }
  }

  @Test("The weighted mean is the solution of one unknown")
  func weightedMean() {
    var equations = NormalEquations(unknowns: 1)
    equations.add([1], 2, weight: 1)
    equations.add([1], 6, weight: 3)
    #expect(equations.solution() == [5])
  }

  @Test("An unknown that no equation tells has no solution, unless it is pulled to zero")
  func openUnknown() throws {
    var equations = NormalEquations(unknowns: 2)
    #expect(equations.solution() == nil)
    equations.add([1, 0], 4, weight: 1)
    #expect(equations.solution() == nil)
    equations.pullToZero(1, weight: 1e-3)
    #expect(equations.solution() == [4, 0])
    #expect(equations.solution(leastPivot: 1e-2) == nil)
  }

  @Test("Only the lower triangle counts, and a matrix that is not positive has no solution")
  func triangle() {
    #expect(solvePositiveDefinite([4, .nan, 2, 2], [8, 6]) == [1, 2])
    #expect(solvePositiveDefinite([1, 0, 2, 1], [1, 1]) == nil)
  }
}

@Suite("Algebraic sphere") struct AlgebraicSphereTests {
  private let center = SIMD3(3.0, -1, 2)
  private let directions = [
    SIMD3(1.0, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1), SIMD3(-0.6, 0.8, 0), SIMD3(0, -0.6, -0.8),
  ]

  @Test("Points of a sphere give it back, those without weight do not count")
  func exact() throws {
    let points = directions.map { center + 4 * $0 } + [SIMD3(50, 50, 50)]
    let found = try #require(
      algebraicSphere(near: points, weights: [1, 2, 1, 3, 1, 0]))
    #expect((found.center - center).length < 1e-10 && abs(found.radius - 4) < 1e-10)
  }

  @Test("Three points, or points of a plane, have none")
  func open() {
    #expect(algebraicSphere(near: Array(directions.prefix(3))) == nil)
    #expect(algebraicSphere(near: directions.map { SIMD3($0.x, $0.y, 0) }) == nil)
  }
}

@Suite("Cholesky's factor") struct CholeskyFactorTests {
  private let matrix: [Double] = [4, 2, -1, 2, 5, 0.5, -1, 0.5, 3]

  @Test("A solution multiplied back is the right side; whitened numbers have its square form")
  func solution() throws {
    let factor = try #require(CholeskyFactor(matrix))
    let right = [1.0, -2, 0.5]
    let x = factor.solution(right)
    for row in 0..<3 {
      let back = (0..<3).reduce(0) { $0 + matrix[3 * row + $1] * x[$1] }
      #expect(abs(back - right[row]) < 1e-12)
    }
    let square = factor.whitened(right).reduce(0) { $0 + $1 * $1 }
    #expect(abs(square - zip(x, right).reduce(0) { $0 + $1.0 * $1.1 }) < 1e-12)
  }

  @Test("The determinant is that of the rule of Sarrus; indefinite matrices have no factor")
  func determinant() throws {
    let factor = try #require(CholeskyFactor(matrix))
    #expect(abs(factor.logDeterminant - .log(40)) < 1e-12)
    #expect(CholeskyFactor([1, 2, 2, 1]) == nil)
  }
}
