import Graphs
import Testing

struct MinimumHeapTests {
  @Test("Elements come out sorted, whatever order they went in", arguments: [0, 1, 2, 7, 100])
  func sorts(count: Int) {
    var heap = MinimumHeap<Int>()
    let numbers = (0..<count).map { ($0 * 7919) % 31 }
    for number in numbers { heap.push(number) }
    var taken: [Int] = []
    while let least = heap.popLeast() { taken.append(least) }
    #expect(taken == numbers.sorted())
  }

  @Test("Elements may be added while others are taken")
  func mixes() {
    var heap = MinimumHeap<Int>()
    for number in [5, 3, 8] { heap.push(number) }
    #expect(heap.popLeast() == 3)
    heap.push(1)
    heap.push(6)
    #expect([heap.popLeast(), heap.popLeast(), heap.popLeast()] == [1, 5, 6])
    #expect(heap.popLeast() == 8 && heap.popLeast() == nil)
  }
}
