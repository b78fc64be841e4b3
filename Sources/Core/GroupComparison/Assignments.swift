import TomographicImaging

/// Ways to deal the values of two groups out again, the way they were dealt first among them.
///
/// Of each way only what a statistic of shifted values needs is kept, so that testing another shift
/// costs a few multiplications a way, whatever the number of values.
struct Assignments {
  /// Sums over the values that one way gives to the first group.
  struct Sums {
    /// Sum of the values.
    var sum = 0.0
    /// Sum of their squares.
    var squares = 0.0
    /// How many of them come from the second group.
    var foreign = 0.0
    /// Sum of those.
    var foreignSum = 0.0
  }

  /// The ways; the first is the one that was observed.
  private(set) var ways: [Sums] = []
  /// Whether these are all ways there are.
  let isExact: Bool

  private let values: [Double]
  private let firstCount: Int

  /// Deals out.
  ///
  /// - Parameters:
  ///   - values: those of the first group, then those of the second.
  ///   - limit: with more ways than this, so many are drawn instead.
  init(of values: [Double], firstCount: Int, limit: Int, random: CounterRandom) {
    (self.values, self.firstCount) = (values, firstCount)
    let count = Self.count(values.count, firstCount, limit: limit)
    isExact = count != nil
    ways.reserveCapacity(count ?? limit)
    if isExact { enumerate() } else { draw(limit, random) }
  }

  /// Number of ways to choose some of all; nil above the limit.
  static func count(_ all: Int, _ chosen: Int, limit: Int) -> Int? {
    var count = 1
    for step in 0..<min(chosen, all - chosen) {
      // The product of consecutive numbers is divisible at each step, and stays below limit · all.
      count = count * (all - step) / (step + 1)
      if limit < count { return nil }
    }
    return count
  }

  private mutating func add(_ chosen: [Int]) {
    var sums = Sums()
    for index in chosen {
      let value = values[index]
      sums.sum += value
      sums.squares += value * value
      if firstCount <= index {
        sums.foreign += 1
        sums.foreignSum += value
      }
    }
    ways.append(sums)
  }

  /// All choices in lexicographic order: the first is 0, 1, ..., as observed.
  private mutating func enumerate() {
    var chosen = Array(0..<firstCount)
    while true {
      add(chosen)
      let free = values.count - firstCount
      guard let place = chosen.indices.last(where: { chosen[$0] < free + $0 }) else { return }
      chosen[place] += 1
      for later in (place + 1)..<max(chosen.count, place + 1) {
        chosen[later] = chosen[later - 1] + 1
      }
    }
  }

  /// The observed way and draws with replacement: counted together, the share of extreme ones is a
  /// valid p-value (Phipson and Smyth 2010, Eq. 2).
  private mutating func draw(_ limit: Int, _ random: CounterRandom) {
    var random = random
    var order = Array(values.indices)
    add(Array(order.prefix(firstCount)))
    for _ in 1..<limit {
      // The beginning of a Fisher-Yates shuffle; it need not start from the sorted order.
      for place in 0..<firstCount {
        order.swapAt(place, random.integer(place...(order.count - 1)))
      }
      add(Array(order.prefix(firstCount)))
    }
  }
}
