/// Places or normals along a path, held in single precision: a large tomogram has hundreds of
/// thousands of paths, which are in memory together. A place 4 µm from the origin is off by 0.002 Å.
struct PathVectors: Sendable {
  /// x, y, z of each.
  private var numbers: [Float] = []

  /// Makes a list.
  init(_ vectors: [SIMD3<Double>]) {
    numbers.reserveCapacity(3 * vectors.count)
    for vector in vectors {
      for axis in 0..<3 { numbers.append(Float(vector[axis])) }
    }
  }
}

extension PathVectors {
  /// The numbers' bits.
  var words: [UInt32] { numbers.map(\.bitPattern) }

  /// Makes a list of `words`.
  init(words: ArraySlice<UInt32>) { numbers = words.map { Float(bitPattern: $0) } }
}

extension PathVectors: RandomAccessCollection, MutableCollection {
  var startIndex: Int { 0 }
  var endIndex: Int { numbers.count / 3 }

  subscript(place: Int) -> SIMD3<Double> {
    get {
      SIMD3(
        Double(numbers[3 * place]), Double(numbers[3 * place + 1]), Double(numbers[3 * place + 2]))
    }
    set {
      numbers[3 * place] = Float(newValue.x)
      numbers[3 * place + 1] = Float(newValue.y)
      numbers[3 * place + 2] = Float(newValue.z)
    }
  }
}
