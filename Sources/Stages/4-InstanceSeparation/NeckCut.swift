import RealModule
import Volumes

// Where is a membrane's narrowest place? Voxels are gathered in cubic cells, cells are joined by as
// many links as voxels of them touch, and the cells are laid out on a line by the second eigenvector
// of the random walk on that graph (Fiedler 1973): what hangs together by few links lies far apart.
// Of all cuts across the line the one of least conductance is taken, links cut over the links of the
// smaller side (Spielman & Teng 1996; Cheeger's inequality bounds how far it is from the best).

/// Two parts of a mask, cut at its neck, along the faces of cells.
struct NeckCut: LabelParts {
  /// Voxels along a cell's edge.
  let edge: Int
  private let width: (x: Int, y: Int)
  private let cells: [Int: Int]
  private let isSecond: [Bool]
  let count = 2

  /// More cells would take longer and cut no better: a neck is many voxels wide.
  static let mostCells = 4000
  /// The smaller side has at least this share of the voxels.
  static let leastShare = 0.05

  /// Nil where a part would be too small.
  init?(_ mask: any VolumeSource<Int8>, voxels: Int, minimumVoxels: Int) throws {
    var edge = 2
    // A membrane a few voxels thick fills about a third of its cells.
    while Self.mostCells < voxels * 3 / (edge * edge * edge) { edge += 1 }
    let graph = try CellGraph(mask, edge: edge)
    guard let second = graph.smallerSide(leastShare: Self.leastShare) else { return nil }
    let sizes = [false, true].map { side in
      graph.voxels.indices.reduce(0) { $0 + (second[$1] == side ? graph.voxels[$1] : 0) }
    }
    guard minimumVoxels <= sizes.min() ?? 0 else { return nil }
    isSecond = sizes[0] < sizes[1] ? second.map { !$0 } : second
    (self.edge, cells, width) = (edge, graph.cells, graph.width)
  }

  func forEachSlab(
    of mask: any VolumeSource<Int8>, _ body: (Block<Int32>) throws -> Void
  ) throws {
    for slab in mask.geometry.bounds.slabs(thickness: 8) {
      let block = try mask.read(slab)
      var parts = Block<Int32>(region: slab, repeating: 0)
      var next = 0
      for z in slab.lower.z..<slab.upper.z {
        for y in slab.lower.y..<slab.upper.y {
          for x in slab.lower.x..<slab.upper.x {
            defer { next += 1 }
            if block.samples[next] == 0 { continue }
            let key = ((z / edge) * width.y + y / edge) * width.x + x / edge
            parts.samples[next] = cells[key].map { isSecond[$0] } == true ? 2 : 1
          }
        }
      }
      try body(parts)
    }
  }
}

/// Cells of a mask and how many voxel pairs join them.
private struct CellGraph {
  /// Number of each occupied cell by its place in raster order.
  var cells: [Int: Int] = [:]
  var voxels: [Int] = []
  let width: (x: Int, y: Int)
  private var links: [[Int: Double]] = []

  init(_ mask: any VolumeSource<Int8>, edge: Int) throws {
    let size = mask.geometry.size
    width = ((size.x + edge - 1) / edge, (size.y + edge - 1) / edge)
    for slab in mask.geometry.bounds.slabs(thickness: 8) {
      // A section more, so that pairs across slabs are met.
      let block = try mask.read(slab.expanded(by: 1).clamped(to: mask.geometry.bounds))
      for z in slab.lower.z..<slab.upper.z {
        for y in 0..<size.y {
          for x in 0..<size.x where block[VoxelIndex(x: x, y: y, z: z)] != 0 {
            add(VoxelIndex(x: x, y: y, z: z), of: block, edge: edge)
          }
        }
      }
    }
  }

  private mutating func cell(_ index: VoxelIndex, edge: Int) -> Int {
    let key = ((index.z / edge) * width.y + index.y / edge) * width.x + index.x / edge
    if let known = cells[key] { return known }
    cells[key] = voxels.count
    voxels.append(0)
    links.append([:])
    return voxels.count - 1
  }

  /// Counts a voxel and its pairs with the 13 neighbours that come after it in raster order.
  private mutating func add(_ index: VoxelIndex, of block: Block<Int8>, edge: Int) {
    let own = cell(index, edge: edge)
    voxels[own] += 1
    for step in 14..<27 {
      let neighbour = VoxelIndex(
        x: index.x + step % 3 - 1, y: index.y + step / 3 % 3 - 1, z: index.z + step / 9 - 1)
      guard block.region.contains(neighbour), block[neighbour] != 0 else { continue }
      let other = cell(neighbour, edge: edge)
      if other == own { continue }
      links[own][other, default: 0] += 1
      links[other][own, default: 0] += 1
    }
  }

  /// The cells on one side of the cut of least conductance; nil where there is none.
  func smallerSide(leastShare: Double) -> [Bool]? {
    let neighbours = links.map { $0.sorted { $0.key < $1.key } }
    let degrees = neighbours.map { $0.reduce(0) { $0 + $1.value } }
    let total = degrees.reduce(0, +)
    guard 3 <= voxels.count, 0 < total else { return nil }
    let place = layout(neighbours, degrees: degrees, total: total)
    let order = place.indices.sorted { (place[$0], $0) < (place[$1], $1) }
    var isBelow = [Bool](repeating: false, count: order.count)
    var (below, cut, count) = (0.0, 0.0, 0)
    var best: (conductance: Double, length: Int)?
    let allVoxels = voxels.reduce(0, +)
    for (length, cell) in order.enumerated() {
      for (other, weight) in neighbours[cell] { cut += isBelow[other] ? -weight : weight }
      isBelow[cell] = true
      below += degrees[cell]
      count += voxels[cell]
      let share = Double(min(count, allVoxels - count)) / Double(allVoxels)
      guard leastShare <= share else { continue }
      let conductance = cut / min(below, total - below)
      if conductance < best?.conductance ?? .infinity { best = (conductance, length + 1) }
    }
    guard let best else { return nil }
    var side = [Bool](repeating: false, count: order.count)
    for cell in order.prefix(best.length) { side[cell] = true }
    return side
  }

  /// Second eigenvector of the lazy walk (I + D⁻¹W) / 2 by power iteration.
  private func layout(
    _ neighbours: [[(key: Int, value: Double)]], degrees: [Double], total: Double
  ) -> [Double] {
    // Any start that is not even will do; this one is the same on every machine.
    var place = degrees.indices.map { Double($0) / Double(degrees.count) - 0.5 }
    for _ in 0..<3000 {
      let mean = zip(degrees, place).reduce(0) { $0 + $1.0 * $1.1 } / total
      let size = zip(degrees, place).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
        .squareRoot()
      guard 0 < size else { break }
      for cell in place.indices { place[cell] = (place[cell] - mean) / size }
      place = place.indices.map { cell in
        if degrees[cell] == 0 { return place[cell] }
        let sum = neighbours[cell].reduce(0) { $0 + $1.value * place[$1.key] }
        return (place[cell] + sum / degrees[cell]) / 2
      }
    }
    return place
  }
}
