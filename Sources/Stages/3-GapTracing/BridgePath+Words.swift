extension BridgePath {
  /// The path in words of four bytes, as a log keeps it: count of points, rim, six numbers of two words,
  /// points, normals.
  var words: [UInt32] {
    let numbers = [crossingShare, cost, worth, misfit.angle, misfit.height, halfThickness]
    return [UInt32(points.count), UInt32(rim)]
      + numbers.flatMap { number in
        [UInt32(truncatingIfNeeded: number.bitPattern), UInt32(number.bitPattern >> 32)]
      } + points.words + normals.words
  }

  /// The paths of `words` that follow each other.
  static func paths(of words: [UInt32]) -> [BridgePath] {
    var (paths, rest): ([BridgePath], ArraySlice<UInt32>) = ([], words[...])
    while !rest.isEmpty { paths.append(BridgePath(takingFrom: &rest)) }
    return paths
  }

  private init(takingFrom words: inout ArraySlice<UInt32>) {
    func take(_ count: Int) -> ArraySlice<UInt32> {
      defer { words = words.dropFirst(count) }
      return words.prefix(count)
    }
    func number() -> Double {
      let parts = Array(take(2))
      return Double(bitPattern: UInt64(parts[0]) | UInt64(parts[1]) << 32)
    }
    let head = Array(take(2))
    rim = Int(head[1])
    (crossingShare, cost, worth) = (number(), number(), number())
    misfit = (number(), number())
    halfThickness = number()
    points = PathVectors(words: take(3 * Int(head[0])))
    normals = PathVectors(words: take(3 * Int(head[0])))
  }
}
