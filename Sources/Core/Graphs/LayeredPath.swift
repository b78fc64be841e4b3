/// The cheapest way through a grid of costs from its first layer to its last, a node per layer.
///
/// From one layer to the next the way moves by at most one node, and a move costs `stepCost`. Solved
/// exactly by dynamic programming (Bellman): cost is linear in nodes.
///
/// - Parameters:
///   - costs: of each node, layer after layer, `width` nodes each; `.infinity` closes a node.
///   - width: nodes in a layer, above 0; divides the number of costs.
///   - stepCost: of a move to the next node, beside the node's own cost.
/// - Returns: the node in each layer and the sum of costs; equal ways go by the smallest node. Nil
///   where there is no layer or every way is closed.
public func cheapestLayeredPath(
  costs: [Double], width: Int, stepCost: Double
) -> (nodes: [Int], cost: Double)? {
  precondition(
    0 < width && costs.count.isMultiple(of: width), "Layers have the same number of nodes.")
  let layers = costs.count / width
  guard 0 < layers else { return nil }
  var sums = costs
  var arrivals = [Int8](repeating: 0, count: costs.count)
  for layer in 1..<layers {
    for node in 0..<width {
      let index = layer * width + node
      var (best, move) = (sums[index - width], Int8(0))
      if 0 < node, sums[index - width - 1] + stepCost < best {
        (best, move) = (sums[index - width - 1] + stepCost, -1)
      }
      if node + 1 < width, sums[index - width + 1] + stepCost < best {
        (best, move) = (sums[index - width + 1] + stepCost, 1)
      }
      sums[index] += best
      arrivals[index] = move
    }
  }
  let last = (layers - 1) * width
  guard let end = (0..<width).min(by: { sums[last + $0] < sums[last + $1] }),
    sums[last + end] < .infinity
  else { return nil }
  var nodes = [Int](repeating: end, count: layers)
  for layer in stride(from: layers - 1, to: 0, by: -1) {
    nodes[layer - 1] = nodes[layer] + Int(arrivals[layer * width + nodes[layer]])
  }
  return (nodes, sums[last + end])
}
