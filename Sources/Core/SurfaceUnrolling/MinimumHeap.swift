/// Numbers waiting by key, the smallest first; equal keys by number.
struct MinimumHeap {
  private var entries: [(key: Double, number: Int)] = []

  /// Adds a number.
  mutating func push(_ number: Int, key: Double) {
    entries.append((key, number))
    var place = entries.count - 1
    while 0 < place, Self.precedes(entries[place], entries[(place - 1) / 2]) {
      entries.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  /// Takes the number of the smallest key; nil where none waits.
  mutating func pop() -> (key: Double, number: Int)? {
    guard let first = entries.first, let last = entries.popLast() else { return nil }
    guard !entries.isEmpty else { return first }
    entries[0] = last
    var place = 0
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2]
      where child < entries.count && Self.precedes(entries[child], entries[least]) {
        least = child
      }
      if least == place { return first }
      entries.swapAt(place, least)
      place = least
    }
  }

  private static func precedes(
    _ one: (key: Double, number: Int), _ other: (key: Double, number: Int)
  ) -> Bool { (one.key, one.number) < (other.key, other.number) }
}
