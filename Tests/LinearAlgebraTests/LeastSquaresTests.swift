import LinearAlgebra
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
