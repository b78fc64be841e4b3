/// Elements that wait, the smallest on top: a binary heap.
///
/// Elements that are equal come in any order; where the order counts, make it total.
public struct MinimumHeap<Element: Comparable> {
  @usableFromInline var elements: [Element] = []

  /// Makes an empty heap.
  @inlinable
  public init() {}

  /// Adds an element; O(log n).
  @inlinable
  public mutating func push(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while 0 < child {
      let parent = (child - 1) / 2
      guard elements[child] < elements[parent] else { return }
      elements.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes the smallest element, nil where none waits; O(log n).
  @inlinable
  public mutating func popLeast() -> Element? {
    guard let least = elements.first, let last = elements.popLast() else { return nil }
    guard !elements.isEmpty else { return least }
    elements[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < elements.count else { return least }
      if child + 1 < elements.count, elements[child + 1] < elements[child] { child += 1 }
      guard elements[child] < elements[parent] else { return least }
      elements.swapAt(child, parent)
      parent = child
    }
  }
}
