/// What a batch leaves beside its voxels' codes.
struct BatchParts {
  /// Its patches, to be grouped across gaps.
  var pieces: [SurfacePiece]
  /// Fragments of this batch and those before.
  var count: Int
}

extension BatchParts {
  /// All in numbers of eight bytes, as a log keeps it: count, then seven for each piece.
  var words: [Double] {
    var words = [Double(count)]
    for piece in pieces {
      for axis in 0..<3 { words.append(piece.position[axis]) }
      for axis in 0..<3 { words.append(piece.normal[axis]) }
      words.append(Double(piece.fragment))
    }
    return words
  }

  /// Takes `words` back.
  init(words: [Double]) {
    count = Int(words[0])
    pieces = stride(from: 1, to: words.count, by: 7).map { first in
      func vector(_ place: Int) -> SIMD3<Double> {
        SIMD3(words[place], words[place + 1], words[place + 2])
      }
      return SurfacePiece(
        position: vector(first), normal: vector(first + 3), fragment: Int(words[first + 6]))
    }
  }
}
