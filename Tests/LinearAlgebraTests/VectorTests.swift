import LinearAlgebra
import Testing

@Suite("Vectors") struct VectorTests {
  private let vectors: [SIMD3<Double>] = [
    SIMD3(1, 2, 3), SIMD3(-4, 0.5, 2), SIMD3(0, 0, -7), SIMD3(1e-9, 3, 0), SIMD3(2, 2, 2),
  ]

  @Test("A vector product is normal to both factors and as long as their parallelogram is large")
  func cross() {
    for a in vectors {
      for b in vectors {
        let product = a.cross(b)
        #expect(abs(product.dot(a)) < 1e-12 && abs(product.dot(b)) < 1e-12)
        let square = a.squaredLength * b.squaredLength - a.dot(b) * a.dot(b)
        #expect(abs(product.squaredLength - square) < 1e-9)
        #expect(product == -b.cross(a))
      }
    }
  }

  @Test("Normalised vectors have length 1; the zero vector stays as it is")
  func normalized() {
    for vector in vectors {
      #expect(abs(vector.normalized.length - 1) < 1e-15)
      #expect((vector.normalized * vector.length - vector).length < 1e-14)
    }
    #expect(SIMD3<Double>.zero.normalized == .zero)
    #expect(SIMD3<Float>(2, 3, 6).length == 7 && SIMD3<Float>(2, 3, 6).squaredLength == 49)
  }

  @Test("Any perpendicular is a unit vector at right angles, for the zero vector too")
  func perpendicular() {
    for vector in vectors + [.zero] {
      let normal = vector.anyPerpendicular
      #expect(abs(normal.length - 1) < 1e-15)
      #expect(abs(normal.dot(vector)) < 1e-14)
    }
  }

  @Test("The largest axis is the first one of those that are equally large")
  func largestAxis() {
    #expect(SIMD3(3.0, 1, 2).largestAxis == 0 && SIMD3(3.0, 3, 3).largestAxis == 0)
    #expect(SIMD3(1.0, 3, 2).largestAxis == 1 && SIMD3(1.0, 3, 3).largestAxis == 1)
    #expect(SIMD3(1.0, 2, 3).largestAxis == 2)
    #expect(SIMD3(1.0, 2, -3).magnitudes.largestAxis == 2)
  }
}
