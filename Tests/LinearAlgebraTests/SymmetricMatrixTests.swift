import LinearAlgebra
import TestSupport
import Testing

@Suite("Symmetric matrix") struct SymmetricMatrixTests {
  @Test("Eigenvectors are stretched by their eigenvalues, smallest first")
  func eigen() {
    let matrices = [
      SymmetricMatrix(diagonal: SIMD3(2, -1, 4), offDiagonal: SIMD3(0.5, -3, 1)),
      SymmetricMatrix(diagonal: SIMD3(1, 2, 3), offDiagonal: .zero),
      SymmetricMatrix(diagonal: SIMD3(5, 5, 1), offDiagonal: .zero),
      SymmetricMatrix(diagonal: SIMD3(3, 3, 3), offDiagonal: .zero),
      SymmetricMatrix(diagonal: SIMD3(1, 1, 1), offDiagonal: SIMD3(1, 1, 1)),
    ]
    for matrix in matrices {
      let values = matrix.eigenvalues
      #expect(values.x <= values.y && values.y <= values.z)
      #expect(abs(values.sum() - matrix.diagonal.sum()) < 1e-12)
      for axis in 0..<3 {
        let vector = matrix.eigenvector(of: values[axis])
        #expect(abs(vector.squaredLength - 1) < 1e-12)
        let rest = matrix.times(vector) - values[axis] * vector
        #expect(rest.squaredLength < 1e-12)
      }
    }
  }

  @Test("A matrix made of one direction gives it back")
  func outerProduct() {
    let n = direction(thetaDegrees: 63, phiDegrees: 210)
    var matrix = SymmetricMatrix.zero
    matrix.addOuterProduct(of: n)
    #expect(abs(abs(matrix.eigenvector(of: matrix.eigenvalues.z).dot(n)) - 1) < 1e-12)
    #expect(abs(n.anyPerpendicular.dot(n)) < 1e-12)
  }
}
